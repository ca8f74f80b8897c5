import Git
import Migration
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// What `install` changed.
    struct InstallResult: Sendable {
        /// The hooks that were written.
        var hooks: [String] = []
        /// Whether a driver was registered.
        var drivers = false
        /// The Git remotes from which `git fetch` brings git-model's references from now on.
        var remotes: [String] = []
        /// What was left to the user.
        var warnings: [String] = []
        /// What to say where Git is told to run no hooks, to who asked for some.
        var hooksOff: String?
    }

    /// Registers the diff and merge drivers, has Git fetch git-model's references and, when asked, installs the hooks;
    /// what is there already stays.
    func install(hooks: Bool) async throws -> InstallResult {
        var result = InstallResult()
        result.drivers = try await DriverSettings(in: context).install(in: repository)
        result.remotes = try await FetchRefspecs.install(in: repository)
        try setTemporaryFiles(excluded: true)
        if hooks { try await installHooks(&result) }
        return result
    }

    /// Writes the hooks that are absent; where one cannot be, that is the only thing that is missing.
    private func installHooks(_ result: inout InstallResult) async throws {
        let directory = try await HookDirectory(of: repository)
        guard !directory.isOff else {
            result.hooksOff =
                "no hook was installed, since core.hooksPath is \(directory.path), which is no directory; "
                + "to have hooks here: `\(directory.wayToOwn)`, then `git model install`"
            return
        }
        var lacking: [(name: String, file: FilePath)] = []
        var failed: [(name: String, error: any Error)] = []
        for hook in EmbeddedFiles.hooks {
            do {
                switch try directory.state(of: hook) {
                case .current: continue
                case .absent:
                    try directory.install(hook)
                    result.hooks.append(hook.name)
                case .taken:
                    result.warnings.append(
                        "hook \(hook.name) was not installed: \(directory.path) has two others already; "
                            + "add this line to one: \(HookDirectory.call(hook.name)) \"$@\""
                    )
                case .lacksLine(let file): lacking.append((hook.name, file))
                }
            } catch { failed.append((hook.name, error)) }
        }
        result.warnings += lacking.map { name, file in
            "hook \(name) was not installed, since core.hooksPath is in the work tree; "
                + "add this line to \(shown(file)): \(HookDirectory.call(name)) \"$@\""
        }
        // The reason is the directory's, as a rule, and so the same for all.
        guard let first = failed.first else { return }
        let names = failed.map(\.name).joined(separator: ", ")
        let way = directory.isOwn ? "mend that" : "mend that, or have hooks in this repository: `\(directory.wayToOwn)`"
        result.warnings.append("not installed: \(names): \(first.error); \(way), then `git model install`")
    }

    /// Makes Git pass over what a command that was killed leaves in the work tree, or not any more.
    func setTemporaryFiles(excluded: Bool) throws {
        let file = repository.layout.commonDirectory.appending("info").appending("exclude")
        let isThere = try FileStatus.of(file, followingLinks: true) != nil
        let bytes = isThere ? try DurableFile.read(file, limit: 16 << 20) : []
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let own = Array(TemporaryFile.pattern.utf8)
        guard lines.contains(own[...]) != excluded else { return }
        if excluded { lines.append(own[...]) } else { lines.removeAll { $0 == own[...] } }
        try Directories.create(file.removingLastComponent())
        try DurableFile.write(Array(lines.map { $0 + [UInt8(ascii: "\n")] }.joined()), to: file)
    }

    /// Removes drivers and hooks; returns the hooks that were there, and whether drivers were.
    func uninstall() async throws -> InstallResult {
        var result = InstallResult()
        result.drivers = try await DriverSettings.uninstall(from: repository)
        result.remotes = try await FetchRefspecs.uninstall(from: repository)
        try setTemporaryFiles(excluded: false)
        let directory = try await HookDirectory(of: repository)
        guard !directory.isUsers, !directory.isOff else { return result }
        guard directory.isOwn else {
            if try directory.hasOurs() {
                result.warnings.append(
                    "the hooks in \(directory.path) were left, since other repositories may use that directory, too; "
                        + "to go on without them here: `\(directory.wayToOwn)`"
                )
            }
            return result
        }
        for hook in EmbeddedFiles.hooks where try directory.uninstall(hook) { result.hooks.append(hook.name) }
        return result
    }

    /// Makes the root `.gitattributes` give pointers, descriptions and maps of imports our drivers, and keep what both
    /// sides of a merge ignore; returns the file if it changed.
    ///
    /// A pattern that has a line with such attributes keeps it.
    func ensureAttributes() async throws -> [RepositoryPath] {
        let name = DriverSettings.name
        let wanted = [
            (pattern: "*\(Pointer.fileSuffix)", has: ["diff=\(name)", "merge=\(name)"], others: " text eol=lf"),
            (pattern: "/\(ModelDescription.directory)/**", has: ["merge=\(name)"], others: ""),
            (pattern: "/\(ImportMap.directory)/**", has: ["merge=\(name)"], others: ""),
            (pattern: ".gitignore", has: ["merge=union"], others: ""),
        ]
        let path = try RepositoryPath(".gitattributes")
        var bytes = try await trackedBytes(of: path) ?? []
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        let missing = wanted.filter { pattern, attributes, _ in
            !lines.contains { line in
                line.starts(with: "\(pattern) ".utf8) && attributes.allSatisfy { line.contains(Array($0.utf8)) }
            }
        }
        guard !missing.isEmpty else { return [] }
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        for (pattern, attributes, others) in missing {
            bytes += "\(pattern) \(attributes.joined(separator: " "))\(others)\n".utf8
        }
        try DurableFile.write(bytes, to: location(of: path), permissions: 0o666)
        return [path]
    }

    /// A path for messages: from the top of the work tree where it is in there.
    func shown(_ path: FilePath) -> String {
        var relative = path
        return relative.removePrefix(root) ? relative.string : path.string
    }
}
