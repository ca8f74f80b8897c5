import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model export manifest`: a file by which a machine without Git gets a version.
package struct ExportManifest: Sendable {
    /// What was written.
    package struct Report: Operations.Report {
        /// The version's tag, or the revision as it was given.
        package let version: String
        /// The commit.
        package let commit: String
        /// The file; left out where the manifest went to standard output.
        package let file: String?
        /// The number of artifacts in it.
        package let artifacts: Int
        /// Their size in bytes.
        package let size: Int64
        /// The URLs in it.
        package let remotes: [String]
        /// Whether it is signed.
        package let isSigned: Bool
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let version: String
    private let paths: [String]
    private let output: String?
    private let signs: Bool?

    /// Creates the operation, which writes to a file, or to standard output; `signs` is `nil` where `tag.gpgSign`
    /// decides.
    package init(_ version: String, paths: [String] = [], to output: String? = nil, signs: Bool? = nil) {
        self.version = version
        self.paths = paths
        self.output = output
        self.signs = signs
    }

    /// Writes the manifest; the remotes are those that everybody knows, not asked whether they have the bytes.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let resolved = try await workspace.resolve(version)
        let (entries, damaged) = try await workspace.pointers(of: resolved)
        if let first = damaged.first { throw Failure(.failed, "\(first.path) cannot be read: \(first.problem)") }
        let chosen = try workspace.select(paths, among: entries)
        guard !chosen.isEmpty else { throw Failure(.failed, "\(resolved.name) has no artifacts") }
        let first = try workspace.remote(named: nil)
        let others = workspace.configuration.remoteNamesByPreference.filter { $0 != first.name }
        let remotes = try [first] + others.map { try workspace.remote(named: $0) }
        var manifest = VersionManifest(
            version: resolved.name,
            commit: resolved.commit.hex,
            remotes: remotes.map(\.location),
            artifacts: chosen.map(VersionManifest.Artifact.init)
        )
        let git = workspace.repository.program
        let signsTags = try await git.configuration().flag("tag.gpgSign")
        if signs ?? signsTags ?? false {
            let signature = ManifestSignature(in: context, scratch: workspace.modelDirectory.appending("tmp"))
            manifest = try await signature.signed(manifest, by: git)
        }
        if let output {
            try DurableFile.write(manifest.encoded, to: context.workingDirectory.pushing(FilePath(output)))
        } else {
            try manifest.encoded.withUnsafeBytes { try context.writeOutput($0) }
        }
        var report = Report(
            version: resolved.name,
            commit: resolved.commit.hex,
            file: output,
            artifacts: chosen.count,
            size: chosen.reduce(0) { $0.addingSaturating($1.pointer.size) },
            remotes: manifest.remotes,
            isSigned: manifest.signature != nil
        )
        let known = try remotes.reduce(into: Set<Digest>()) { $0.formUnion(try $1.acknowledged()) }
        if let unseen = chosen.first(where: { !known.contains($0.pointer.oid) }) {
            report.warnings = ["no remote was seen to have \(unseen.path)"]
            report.hints = ["make sure: `git model push \(resolved.name)`"]
        }
        if first.isThisMachineOnly {
            report.warnings.append("remote \(first.name) is a directory: other machines need it at the same path")
        }
        return report
    }
}
