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

    /// Writes the manifest; the remotes are those of `.mver/config`, not asked whether they have the bytes.
    ///
    /// A version is verified as for every export. Of a revision that is none nobody said anything, and so it is not
    /// signed.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let resolved = try await workspace.resolve(version)
        let (entries, warnings) = try await artifacts(of: resolved, in: workspace)
        let chosen = try workspace.select(paths, among: entries)
        guard !chosen.isEmpty else { throw Failure(.failed, "\(resolved.name) has no artifacts") }
        // What a user's own configuration says may have a token in it, and others cannot use it.
        let remotes = try workspace.configuration.sharedRemotes.map { try workspace.remote($0.name, url: $0.url) }
        guard let first = remotes.first else {
            throw Failure(
                .failed,
                "no remote is set up for everybody, in \(Configuration.path)",
                hints: ["add one: `git model remote add store URL`"]
            )
        }
        var manifest = VersionManifest(
            version: resolved.name,
            commit: resolved.commit.hex,
            remotes: remotes.map(\.location),
            artifacts: chosen.map(VersionManifest.Artifact.init)
        )
        if resolved.version != nil, try await isToBeSigned(in: workspace) {
            let signature = ManifestSignature(in: context, scratch: workspace.modelDirectory.appending("tmp"))
            manifest = try await signature.signed(manifest, by: workspace.repository.program)
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
            isSigned: manifest.signature != nil,
            warnings: warnings
        )
        let known = try remotes.reduce(into: Set<Digest>()) { $0.formUnion(try $1.acknowledged()) }
        if let unseen = chosen.first(where: { !known.contains($0.pointer.oid) }) {
            report.warnings.append("no remote was seen to have \(unseen.path)")
            report.hints = ["make sure: `git model push \(resolved.name)`"]
        }
        if first.isThisMachineOnly {
            report.warnings.append("remote \(first.name) is a directory: other machines need it at the same path")
        }
        return report
    }

    private func isToBeSigned(in workspace: Workspace) async throws -> Bool {
        if let signs { return signs }
        return try await workspace.repository.program.configuration().flag("tag.gpgSign") ?? false
    }

    /// Returns the artifacts of a version, verified, or of a revision that is none, and what to warn of.
    private func artifacts(
        of resolved: ResolvedVersion,
        in workspace: Workspace
    ) async throws -> (entries: [PointerIndex.Entry], warnings: [String]) {
        guard resolved.version == nil else {
            let verified = try await ExportedRelease.verified(version, in: workspace)
            return (verified.artifacts, verified.warnings)
        }
        if signs == true {
            throw Failure(
                .usage,
                "cannot sign the manifest of \(resolved.name), which is no version",
                hints: ["make it one: `git model tag --bump minor`", "or leave out `--sign`"]
            )
        }
        let (entries, damaged) = try await workspace.pointers(of: resolved)
        if let first = damaged.first { throw Failure(.failed, "\(first.path) cannot be read: \(first.problem)") }
        return (entries, ["\(resolved.name) is no version: it is neither verified nor signed"])
    }
}
