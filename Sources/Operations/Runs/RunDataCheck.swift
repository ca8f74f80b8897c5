import ModelCore
import Runs
import SystemIO
import SystemPackage

/// Looks whether a worktree has what a run read; what only the user's own work tree has, as data that Git ignores, is
/// linked there.
struct RunDataCheck {
    /// Data of which the worktree has a link into the user's own work tree.
    struct Link {
        /// What the run read.
        let source: String
        /// The path in the repository: of all of it, or of a file in it.
        let path: String
        /// What it was.
        var pointer: Pointer?
    }

    let worktree: Workspace
    let owner: Workspace

    /// Returns what was linked, and what the user should know; throws for data that are not what the run read.
    func run(_ data: [RunData]) async throws -> (links: [Link], warnings: [String]) {
        guard !data.isEmpty else { return ([], []) }
        var digests = DataDigests(worktree, tracked: try await worktree.pointers(), linkedTo: owner)
        var links: [Link] = []
        // A directory comes before what is in it.
        for item in data.sorted(by: { $0.source < $1.source }) where item.kind != .url && item.digest != nil {
            // What is in a directory that is linked is there with it.
            if links.contains(where: { item.source.hasPrefix($0.path + "/") }) { continue }
            links += try link(item)
        }
        var warnings: [String] = []
        for item in data {
            guard item.kind != .url, let digest = item.digest else {
                warnings.append("nobody knows whether \(item.source) is what it was: the record has no digest of it")
                continue
            }
            let place = worktree.root.pushing(FilePath(item.source))
            let found: RunData
            do { found = try await digests.data(place.string) } catch {
                if worktree.context.cancellation.isCancelled { throw error }
                throw Failure(nil, "\(item.source), which the run read, cannot be had", cause: error)
            }
            guard found.digest == digest else {
                throw Failure(
                    .verification,
                    "\(item.source) is not what the run read: it is \(found.digest ?? "nothing"), and was \(digest)"
                )
            }
            if item.kind == .dvc { warnings.append("only DVC has the data of \(item.source): `dvc checkout`") }
        }
        for index in links.indices { links[index].pointer = try await digests.pointer(at: place(of: links[index])) }
        digests.save()
        return (links, warnings)
    }

    /// Returns a warning for each of the data of which the command changed something in the user's own work tree.
    func changes(of links: [Link]) async throws -> [String] {
        var digests = DataDigests(worktree, tracked: try await worktree.pointers())
        var changed: [Link] = []
        for link in links where try await digests.pointer(at: place(of: link)) != link.pointer { changed.append(link) }
        digests.save()
        return Dictionary(grouping: changed, by: \.source).sorted { $0.key < $1.key }.map { _, links in
            let isOne = links.count == 1
            let what = isOne ? links[0].path : "\(links[0].path) and \(links.count - 1) more"
            return
                "the run changed \(what) in your own work tree: the worktree had \(isOne ? "a link to it" : "links to them")"
        }
    }

    /// Returns where the user's own work tree has what is linked.
    private func place(of link: Link) throws -> FilePath { try RunDataCheck.place(link.path, in: owner) }

    /// Returns a file of a work tree; a directory on the way that is a link is refused.
    private static func place(_ path: String, in workspace: Workspace) throws -> FilePath {
        try SafeRelativePath.resolve(root: workspace.root, components: path.split(separator: "/").map(String.init))
    }

    /// Links what the worktree lacks of data in the repository's own tree.
    private func link(_ item: RunData) throws -> [Link] {
        guard !owner.isBare, let path = try? RepositoryPath(item.source) else { return [] }
        let (own, place) = (try owner.location(of: path), try worktree.location(of: path))
        guard let status = try FileStatus.of(own) else { return [] }
        guard let there = try FileStatus.of(place) else {
            try link(own, at: place)
            return [Link(source: item.source, path: path.text)]
        }
        guard status.kind == .directory, there.kind == .directory else { return [] }
        // Git has a part of it.
        var links: [Link] = []
        for file in try DirectoryWalk.entries(under: own) {
            let inner = "\(path.text)/\(file.path)"
            // Where the commit has a link in the way, the data are not what they were.
            guard let place = try? RunDataCheck.place(inner, in: worktree), try FileStatus.of(place) == nil else {
                continue
            }
            try link(own.appending(file.path), at: place)
            links.append(Link(source: item.source, path: inner))
        }
        return links
    }

    private func link(_ target: FilePath, at place: FilePath) throws {
        try Directories.create(place.removingLastComponent(), durable: false)
        try SymbolicLink.write(target: target.string, to: place)
    }
}
