import Codec
import Deployment
import ModelCore
import OCI
import SystemIO
import SystemPackage

/// `git model export dir`, `tar` and `dockerfile`: the files of a version, as they are.
package struct ExportFiles: Sendable {
    /// What is made of the files.
    package enum Format: String, Sendable {
        /// A directory of them.
        case directory = "dir"
        /// A tar, of which the same version always gives the same bytes.
        case tar
        /// A directory that an image can be built of.
        case dockerfile
    }

    private let request: ExportRequest
    private let format: Format
    private let base: String?
    private let entrypoint: String?

    /// Creates the operation; `base` and `entrypoint` are for a Dockerfile.
    package init(_ request: ExportRequest, as format: Format, base: String? = nil, entrypoint: String? = nil) {
        self.request = request
        self.format = format
        self.base = base
        self.entrypoint = entrypoint
    }

    /// Writes the files.
    package func run(in context: Context) async throws -> ExportReport {
        guard format != .tar || request.destination != "-" else {
            throw Failure(.usage, "a tar goes to a file, not to the standard output", hints: ["name the file"])
        }
        let workspace = try await Workspace.open(in: context, bare: true)
        let (place, exported) = try await request.begin(in: workspace)
        var report = ExportReport(exported, as: format.rawValue, to: request.destination)
        switch format {
        case .directory: try await place.directory { try await exported.write(into: $0) }
        case .tar: report.digest = try await writeTar(of: exported, to: place, in: workspace)
        case .dockerfile:
            let text = try await dockerfile(of: exported, in: workspace)
            try await place.directory { directory in
                let models = directory.appending("models")
                try Directories.create(models, durable: false)
                try await exported.write(into: models)
                try DurableFile.write(Array(text.utf8), to: directory.appending("Dockerfile"))
            }
        }
        return report
    }

    /// Returns the SHA-256 of the tar.
    private func writeTar(
        of exported: ExportedRelease,
        to place: ExportDestination,
        in workspace: Workspace
    ) async throws -> String {
        let scratch = try place.scratch()
        let files = try await exported.write(below: scratch.path)
        let content = try LayerTar(exported.release.files.entries, in: files).content
        let path = scratch.path.appending("tar")
        let digest = try await workspace.pool.run {
            let file = try OpenFile(creating: path)
            var hash = SHA256()
            var offset: Int64 = 0
            try content.read { (bytes) throws(OCIError) in
                hash.update(bytes)
                do throws(IOError) { try file.write(bytes, at: offset) } catch { throw .io(error) }
                offset += Int64(bytes.count)
            }
            try file.synchronize()
            return hash.finish()
        }
        try place.put(file: path)
        return "\(digest)"
    }

    private func dockerfile(of exported: ExportedRelease, in workspace: Workspace) async throws -> String {
        let release = exported.release
        var plan = ImagePlan()
        if let base { plan.base = try await ImagePlan.base(base, of: release, in: workspace) }
        plan.entrypoint = try ImagePlan.words(of: entrypoint)
        return Dockerfile.text(
            try await ImagePlan.facts(of: release, in: workspace),
            base: plan.base?.description,
            entrypoint: try plan.entrypoint(of: release)
        )
    }
}
