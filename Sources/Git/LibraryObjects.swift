import Synchronization
import SystemPackage

/// Objects and references through libgit2, in this process.
///
/// Every method holds the lock while it reads, so that one thread at a time is in libgit2 with this repository.
final class LibraryObjects: ObjectSource {
    private let handle: Mutex<LibraryHandle>

    init(_ handle: consuming sending LibraryHandle) {
        self.handle = Mutex(handle)
    }

    func resolve(_ revision: String, to kind: GitObjectKind?) throws(GitError) -> GitObjectID? {
        guard LibraryObjects.isPlain(revision) else { return nil }
        return try handle.withLock { (handle) throws(GitError) in try handle.resolve(revision, to: kind) }
    }

    /// Whether libgit2 and Git agree on what the revision means: a name, an id, and steps to ancestors.
    private static func isPlain(_ revision: String) -> Bool {
        guard revision.utf8.first != UInt8(ascii: "-"), revision.utf8.first != UInt8(ascii: "^") else { return false }
        let name = revision.prefix { $0 != "~" && $0 != "^" }
        let steps = revision.dropFirst(name.count)
        return GitReferenceName.isValid(String(name), isAbbreviated: true)
            && steps.utf8.allSatisfy { "~^0123456789".utf8.contains($0) }
    }

    func objects(_ ids: [GitObjectID], limit: Int64) throws(GitError) -> [GitObject] {
        try handle.withLock { (handle) throws(GitError) in
            var result: [GitObject] = []
            result.reserveCapacity(ids.count)
            for id in ids { result.append(try handle.object(id, limit: limit)) }
            return result
        }
    }

    func references(prefix: String) throws(GitError) -> [GitReference] {
        try handle.withLock { (handle) throws(GitError) in
            var result: [GitReference] = []
            try handle.forEachReference(prefix: prefix) { result.append($0) }
            return result.sortedByName()
        }
    }

    func reference(_ name: String) throws(GitError) -> GitReference? {
        try handle.withLock { (handle) throws(GitError) in try handle.reference(name) }
    }

    func entries(
        inTree tree: GitObjectID,
        matching filter: GitTreeFilter
    ) throws(GitError) -> [GitTreeEntry] {
        try handle.withLock { (handle) throws(GitError) in
            var walk = LibraryTreeWalk()
            switch filter {
            case .all: try walk.list(tree, below: [], suffix: [], handle)
            case .top: try walk.listTop(tree, handle)
            case .suffix(let suffix): try walk.list(tree, below: [], suffix: Array(suffix.utf8), handle)
            case .inside(let directory):
                guard let entry = try walk.entry(directory, in: tree, handle), entry.mode.isDirectory else { break }
                try walk.list(entry.id, below: directory.bytes + [UInt8(ascii: "/")], suffix: [], handle)
            case .paths(let paths):
                for path in Set(paths) {
                    if let entry = try walk.entry(path, in: tree, handle) { walk.found.append(entry) }
                }
            }
            return walk.found.sorted { $0.path < $1.path }
        }
    }

    func isAncestor(_ ancestor: GitObjectID, of descendant: GitObjectID) throws(GitError) -> Bool {
        try handle.withLock { (handle) throws(GitError) in try handle.isAncestor(ancestor, of: descendant) }
    }

    func head() throws(GitError) -> GitHead {
        try handle.withLock { (handle) throws(GitError) in try handle.head() }
    }
}

/// A walk through trees that reads only those it needs.
private struct LibraryTreeWalk {
    var found: [GitTreeEntry] = []

    /// Adds all that is no directory, at any depth, and whose path ends with `suffix`.
    mutating func list(
        _ tree: GitObjectID,
        below prefix: [UInt8],
        suffix: [UInt8],
        _ handle: borrowing LibraryHandle
    ) throws(GitError) {
        // A stack of our own: how deep a hostile tree may be is not for the thread's stack to say.
        var pending = [(tree, prefix)]
        while let (tree, prefix) = pending.popLast() {
            let object = try LibraryTreeWalk.read(tree, handle)
            try GitObjectParser.tree(object) { (mode, name, idBytes) throws(GitError) in
                let matches =
                    (prefix.count + name.count) >= suffix.count
                    && (suffix.isEmpty || (prefix + name).suffix(suffix.count).elementsEqual(suffix))
                guard mode.isDirectory || matches, let id = GitObjectID(bytes: idBytes) else { return }
                if mode.isDirectory {
                    pending.append((id, prefix + name + [UInt8(ascii: "/")]))
                } else {
                    found.append(GitTreeEntry(path: GitPath(bytes: prefix + name), mode: mode, id: id))
                }
            }
        }
    }

    /// Adds the tree's own entries.
    mutating func listTop(_ tree: GitObjectID, _ handle: borrowing LibraryHandle) throws(GitError) {
        let object = try LibraryTreeWalk.read(tree, handle)
        try GitObjectParser.tree(object) { (mode, name, idBytes) throws(GitError) in
            guard let id = GitObjectID(bytes: idBytes) else { return }
            found.append(GitTreeEntry(path: GitPath(bytes: name), mode: mode, id: id))
        }
    }

    /// Returns the entry of exactly that path.
    func entry(
        _ path: GitPath,
        in tree: GitObjectID,
        _ handle: borrowing LibraryHandle
    ) throws(GitError) -> GitTreeEntry? {
        var current = tree
        let names = path.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (position, wanted) in names.enumerated() {
            var match: (GitMode, GitObjectID)?
            try GitObjectParser.tree(LibraryTreeWalk.read(current, handle)) { (mode, name, idBytes) throws(GitError) in
                if name.elementsEqual(wanted), let id = GitObjectID(bytes: idBytes) { match = (mode, id) }
            }
            guard let (mode, id) = match else { return nil }
            if position == names.count - 1 { return GitTreeEntry(path: path, mode: mode, id: id) }
            guard mode.isDirectory else { return nil }
            current = id
        }
        return nil
    }

    private static func read(_ id: GitObjectID, _ handle: borrowing LibraryHandle) throws(GitError) -> GitObject {
        let object = try handle.object(id, limit: GitObjects.treeLimit)
        guard object.kind == .tree else {
            throw GitError(.wrongObjectKind(id, object.kind), command: "git ls-tree \(id)")
        }
        return object
    }
}
