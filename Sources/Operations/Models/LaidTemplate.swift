import ModelCore
import SystemIO
import SystemPackage

/// The files of a template for serving, in the work tree.
struct LaidTemplate {
    /// The files that were not there.
    private(set) var laid: [RepositoryPath] = []
    /// That a file which is there is another.
    private(set) var warnings: [String] = []

    /// Lays the files of a template that are not there; those that are stay as they are, for they are the user's, also
    /// where a sparse checkout leaves them out.
    init(_ template: ServeTemplate, in workspace: Workspace) async throws {
        for file in template.files {
            let path = try RepositoryPath("\(ServeTemplate.directory)/\(file.name)")
            if let known = try await workspace.trackedBytes(of: path) {
                if known != file.bytes { warnings.append("\(path) is there already, and stays as it is") }
                continue
            }
            let location = try workspace.location(of: path)
            try Directories.create(location.removingLastComponent())
            try DurableFile.write(file.bytes, to: location, permissions: 0o666)
            laid.append(path)
        }
    }
}
