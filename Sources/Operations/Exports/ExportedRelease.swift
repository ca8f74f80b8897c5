import Deployment
import ModelCore
import SystemIO
import SystemPackage

/// A version whose files are exported, verified as one is that is deployed.
struct ExportedRelease {
    let prepared: PreparedRelease

    /// Finds the version; of `paths`, patterns of files, none lets everything through.
    init(_ version: String, paths: [String], in workspace: Workspace) async throws {
        let target = try ExportedRelease.target
        var preparation = try await ReleasePreparation(version, for: target, to: "export", only: paths, in: workspace)
        prepared = try await preparation.run()
    }

    /// Returns the version that a user's words mean, verified likewise, where its files are not wanted in one place.
    static func verified(_ version: String, in workspace: Workspace) async throws -> ReleaseVersion {
        try await ReleaseVersion(version, for: target, to: "export", in: workspace)
    }

    private static var target: DeploymentTarget {
        get throws {
            let keys = ["kind": [DeploymentTarget.Kind.directory.rawValue]]
            return try DeploymentTarget(TargetSettings(TargetName("export"), keys))
        }
    }

    var release: Release { prepared.release }

    /// Writes the files into a directory that is there and empty.
    func write(into directory: FilePath) async throws {
        try await prepared.source.write(into: directory)
        try Directories.removeEmptyDirectories(in: directory)
    }

    /// Writes the files into a new directory below one that is for what passes through; returns it.
    func write(below scratch: FilePath) async throws -> FilePath {
        let files = scratch.appending("files")
        try Directories.create(files, durable: false)
        try await write(into: files)
        return files
    }

    /// Moves a file that was written to where an export has it, below `root`; a link has to stay inside from there too.
    func move(_ file: TreeEntry, from directory: FilePath, to place: RepositoryPath, below root: FilePath) throws {
        let source = directory.appending(file.path.text)
        if file.mode == .link {
            let target = try SymbolicLink.target(of: source)
            do throws(LinkTargetError) {
                try LinkTarget.check(target.utf8, at: place)
            } catch {
                throw Failure(
                    .failed,
                    "\(file.path) cannot be exported as \(place)",
                    hints: ["leave it out: `--only` with patterns of the other files"],
                    cause: error
                )
            }
        }
        let path = try SafeRelativePath.resolve(root: root, components: place.components)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.rename(source, to: path)
    }
}

/// What was exported, for scripts.
package struct ExportReport: Operations.Report {
    /// The version's tag.
    package let version: String
    /// The commit, in hexadecimal digits.
    package let commit: String
    /// The format.
    package let format: String
    /// Where it is.
    package let destination: String
    /// The SHA-256 of the listing of the version's files, as `sha256:` and digits.
    package let release: String
    /// The number of files.
    package var files: Int
    /// Their size in bytes.
    package var size: Int64
    /// The SHA-256 of what was written, where that is one file or image, as `sha256:` and digits.
    package var digest: String?
    /// The digest of the ModelPack's manifest, as `sha256:` and digits.
    package var modelPack: String?
    /// The tags that mean what was written.
    package var tags: [String]?
    package var warnings: [String]
    package var hints: [String] = []

    init(_ exported: ExportedRelease, as format: String, to destination: String) {
        let release = exported.release
        version = release.tag
        commit = release.commit
        self.format = format
        self.destination = destination
        self.release = "\(release.digest)"
        files = release.files.entries.count
        size = release.files.contentSize
        warnings = exported.prepared.warnings
    }
}
