import Git
import ModelCore
import SystemIO
import SystemPackage

/// The files of a template for serving, in the work tree.
struct LaidTemplate {
    /// The files that were not there.
    private(set) var laid: [RepositoryPath] = []
    /// That a file which is there is another.
    private(set) var warnings: [String] = []

    /// Lays the files that are not there; those that are stay as they are, for they are the user's, also where a sparse
    /// checkout leaves them out.
    fileprivate init(_ files: [TreeFile], leftOut: [GitPath: [UInt8]], in workspace: Workspace) throws {
        for file in files {
            if let known = try workspace.bytesOnDisk(of: file.path) ?? leftOut[file.place] {
                if known != file.bytes { warnings.append("\(file.path) is there already, and stays as it is") }
                continue
            }
            let location = try workspace.location(of: file.path)
            try Directories.create(location.removingLastComponent())
            try DurableFile.write(file.bytes, to: location, permissions: 0o666)
            laid.append(file.path)
        }
    }

    /// A file of a template, and where in the repository it goes.
    fileprivate struct TreeFile {
        let path: RepositoryPath
        let bytes: [UInt8]

        var place: GitPath { GitPath(path.text) }
    }
}

extension Workspace {
    /// Lays the files of a template for serving.
    func lay(_ template: ServeTemplate) async throws -> LaidTemplate {
        let files = try template.files.map { file in
            LaidTemplate.TreeFile(
                path: try RepositoryPath("\(ServeTemplate.directory)/\(file.name)"),
                bytes: file.bytes
            )
        }
        let leftOut = try await leftOutFiles(files.map { .path($0.place) }, limit: Int64(Workspace.trackedByteLimit))
        return try LaidTemplate(files, leftOut: leftOut, in: self)
    }
}
