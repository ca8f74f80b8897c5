import ModelCore
import SystemIO
import SystemPackage

/// The files of a template for serving, in the work tree.
struct LaidTemplate {
    /// The files that were not there.
    private(set) var laid: [RepositoryPath] = []
    /// That a file which is there is another.
    private(set) var warnings: [String] = []

    /// Lays the files of a template that are not there; those that are stay as they are, for they are the user's.
    init(_ template: ServeTemplate, in workspace: Workspace) throws {
        for file in template.files {
            let path = try RepositoryPath("\(ServeTemplate.directory)/\(file.name)")
            let location = try workspace.location(of: path)
            guard try FileStatus.of(location) == nil else {
                let isSame = try DurableFile.read(location, limit: 1 << 20) == file.bytes
                if !isSame { warnings.append("\(path) is there already, and stays as it is") }
                continue
            }
            try Directories.create(location.removingLastComponent())
            try DurableFile.write(file.bytes, to: location, permissions: 0o666)
            laid.append(path)
        }
    }
}
