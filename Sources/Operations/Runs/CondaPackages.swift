import ModelCore
import SystemIO
import SystemPackage

/// The packages of a conda environment, by the records that conda keeps in it.
struct CondaPackages {
    private static let recordLimit = 16 << 20

    private let prefix: FilePath

    init(prefix: String) { self.prefix = FilePath(prefix) }

    private var records: FilePath { prefix.appending("conda-meta") }

    /// Whether the environment is conda's.
    var isThere: Bool { ((try? FileStatus.of(records)) ?? nil)?.kind == .directory }

    /// Returns what `conda env create` reads: channels, packages with their builds, and those that pip installed.
    ///
    /// It names no prefix, which would be a place of this machine.
    func environmentFile(adding packages: [PythonInterpreter.Package]) -> [UInt8] {
        var channels: [String] = []
        var lines: [String] = []
        var names: Set<String> = []
        for entry in (try? DirectoryEntry.all(in: records)) ?? [] where entry.name.hasSuffix(".json") {
            guard let bytes = try? DurableFile.read(records.appending(entry.name), limit: CondaPackages.recordLimit),
                let fields = try? JSONValue(parsing: bytes).object, let name = fields["name"]?.string,
                let version = fields["version"]?.string
            else { continue }
            names.insert(name.lowercased())
            lines.append("  - \(name)=\(version)\((fields["build"]?.string).map { "=\($0)" } ?? "")\n")
            // A channel's URL ends with the platform.
            if let channel = fields["channel"]?.string?.split(separator: "/").dropLast().last.map(String.init),
                !channels.contains(channel)
            {
                channels.append(channel)
            }
        }
        let others = packages.filter { !names.contains($0.name.lowercased()) }.map {
            "    - \($0.name)==\($0.version)\n"
        }
        var text = "channels:\n" + channels.sorted().map { "  - \($0)\n" }.joined()
        text += "dependencies:\n" + lines.sorted().joined()
        if !others.isEmpty { text += "  - pip:\n" + others.sorted().joined() }
        return Array(text.utf8)
    }
}
