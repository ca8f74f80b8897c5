import Migration
import ModelCore
import SystemIO
import SystemPackage

/// Where DVC keeps bytes on this machine, for the files of one of a repository's projects.
struct DVCProject: Sendable {
    /// The cache.
    let cache: FilePath
    /// The remotes that are directories here, the default one first.
    let directories: [(name: String, path: FilePath)]
    /// The remotes that only DVC reaches.
    let unreachable: [DVCConfiguration.Remote]

    /// Finds the project that a file of DVC's belongs to: that of the nearest directory above it with a `.dvc`.
    init(of source: RepositoryPath, in workspace: Workspace) throws {
        var top = source.parent
        while let directory = top, try !DVCProject.isProject(workspace.location(of: directory)) {
            top = directory.parent
        }
        let place = try top.map { try workspace.location(of: $0) } ?? workspace.root
        let own = place.appending(".dvc")
        var configuration = DVCConfiguration()
        let environment = workspace.context.environment
        let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { "\($0)/.config" }
        let files = [
            home.map { FilePath($0).appending("dvc/config") }, own.appending("config"), own.appending("config.local"),
        ]
        for case .some(let file) in files {
            guard try FileStatus.of(file, followingLinks: true)?.kind == .regular else { continue }
            let bytes = try DurableFile.read(file, limit: DVCConfiguration.byteLimit)
            // Relative paths count from the directory of the file that has them, but for those in the user's home.
            configuration.read(bytes) { path in
                if path.hasPrefix("~/"), let user = environment["HOME"] { return "\(user)\(path.dropFirst())" }
                return file.removingLastComponent().pushing(FilePath(path)).lexicallyNormalized().string
            }
        }
        cache = configuration.cache.map { FilePath($0) } ?? own.appending("cache")
        directories = configuration.remotes.compactMap { remote in
            remote.directory.map { (remote.name, FilePath($0)) }
        }
        unreachable = configuration.remotes.filter { $0.directory == nil }
    }

    private static func isProject(_ directory: FilePath) throws -> Bool {
        try FileStatus.of(directory.appending(".dvc"))?.kind == .directory
    }

    /// The files that may have the bytes of that name, and what each is part of.
    func candidates(for hash: DVCHash) -> [(file: FilePath, origin: ImportOrigin)] {
        [(cache.appending(hash.place), .cache)]
            + directories.map { ($0.path.appending(hash.place), .remote($0.name)) }
    }
}

/// Where bytes were found that are imported.
enum ImportOrigin: Sendable, Hashable {
    /// The store that the other tool keeps on this machine.
    case cache
    /// The file in the work tree.
    case workTree
    /// A remote of the other tool.
    case remote(String)

    /// The text for reports.
    var text: String {
        switch self {
        case .cache: "cache"
        case .workTree: "work tree"
        case .remote(let name): "remote \(name)"
        }
    }
}
