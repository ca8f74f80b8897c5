import ModelCore
import Store
import SystemIO
import SystemPackage

/// Merges two versions of a pointer: trees file by file; what is left is a conflict that names both versions.
struct PointerMerge: Sendable {
    private let sides: MergeDriver.Sides
    private let path: String

    /// Creates the merge of the pointer at `path`, from the top of the repository.
    init(_ sides: MergeDriver.Sides, of path: String) {
        self.sides = sides
        self.path = path
    }

    /// Merges into the file of our side.
    func run(in context: Context) async throws -> MergeDriver.Report {
        let (old, left, right) = (sides.old, sides.left, sides.right)
        var conflict = Conflict()
        if let ours = try? Pointer(parsing: left), let theirs = try? Pointer(parsing: right) {
            let base = try? Pointer(parsing: old)
            // Without a listing, or a store, there is nothing to merge file by file: that is a conflict and no failure.
            switch try? await merge(base, ours, theirs, isBaseEmpty: old.isEmpty, in: context) {
            case .merged(let pointer):
                try DurableFile.write(pointer.encoded, to: sides.ours)
                return MergeDriver.Report(outcome: .ok)
            case .conflict(let paths): conflict.files = paths
            case nil: break
            }
            conflict.sides = [("ours", ours), ("theirs", theirs)]
        }
        let marked =
            Array("<<<<<<< ours\n".utf8) + left + Array("=======\n".utf8) + right + Array(">>>>>>> theirs\n".utf8)
        try DurableFile.write(marked, to: sides.ours)
        return report(of: conflict)
    }

    private struct Conflict {
        /// What the sides have, where both have pointers.
        var sides: [(name: String, pointer: Pointer)] = []
        /// The files of a tree that both changed.
        var files: [String] = []
    }

    private func report(of conflict: Conflict) -> MergeDriver.Report {
        let artifact = (try? RepositoryPath(path))?.removingPointerSuffix
        let files = conflict.files.isEmpty ? "" : " in \(conflict.files.prefix(3).joined(separator: ", "))"
        let more = conflict.files.count > 3 ? " and \(conflict.files.count - 3) more" : ""
        let sides = conflict.sides.map { "\($0.name) is \($0.pointer.oid.hex.prefix(12)), \($0.pointer.size) bytes" }
        let versions = sides.isEmpty ? "" : ": " + sides.joined(separator: "; ")
        return MergeDriver.Report(
            warnings: ["both sides changed \(artifact?.text ?? path)\(files)\(more)\(versions)"],
            hints: artifact.map(PointerMerge.hints(for:)) ?? [],
            outcome: .negative
        )
    }

    /// The commands that end a conflict whose pointer is that of one side already: both have one, or the other deleted
    /// it.
    static func hints(forChosen artifact: RepositoryPath) -> [String] {
        [
            "take what its pointer names: `git model checkout -- \(artifact.shellWord)`",
            "or what is in the work tree: `git model add \(artifact.shellWord)`",
            "or neither: `git rm -- \(artifact.appendingPointerSuffix.shellWord)`",
        ]
    }

    /// The commands that resolve a conflict in an artifact's pointer.
    static func hints(for artifact: RepositoryPath) -> [String] {
        let pointer = artifact.appendingPointerSuffix.shellWord
        return [
            "keep what is in the work tree: `git model add \(artifact.shellWord)`",
            "or take theirs: `git checkout --theirs -- \(pointer)`, then `git model checkout -- \(artifact.shellWord)`",
        ]
    }

    private enum TreeMerge {
        case merged(Pointer)
        case conflict([String])
    }

    /// Merges three trees; `nil` where one of them is none or its listing is not here.
    private func merge(
        _ base: Pointer?,
        _ ours: Pointer,
        _ theirs: Pointer,
        isBaseEmpty: Bool,
        in context: Context
    ) async throws -> TreeMerge? {
        guard ours.kind == .tree, theirs.kind == .tree, base?.kind == .tree || isBaseEmpty else { return nil }
        let workspace = try await Workspace.discover(in: context, bare: true)
        let joined = try workspace.openStore()
        var reader = FrameReader(joined.store)
        let old = try base.map { try joined.store.listing($0.oid, reader: &reader).tree }
        let left = try joined.store.listing(ours.oid, reader: &reader).tree
        let right = try joined.store.listing(theirs.oid, reader: &reader).tree
        let (entries, conflicts) = PointerMerge.merge(old?.entries ?? [], left.entries, right.entries)
        guard conflicts.isEmpty else { return .conflict(conflicts) }
        let merged = try TreeListing(entries)
        let session = try IngestSession(
            joined.store,
            pool: workspace.pool,
            cancellation: context.cancellation,
            progress: { _ in }
        )
        _ = try session.add(merged)
        _ = try session.finish(pointers: [merged.pointer])
        return .merged(merged.pointer)
    }

    /// Takes from each side what it changed; a path that both changed, and not alike, is a conflict.
    private static func merge(
        _ base: [TreeEntry],
        _ ours: [TreeEntry],
        _ theirs: [TreeEntry]
    ) -> (entries: [TreeEntry], conflicts: [String]) {
        func byPath(_ entries: [TreeEntry]) -> [RepositoryPath: TreeEntry] {
            Dictionary(uniqueKeysWithValues: entries.map { ($0.path, $0) })
        }
        let (old, left, right) = (byPath(base), byPath(ours), byPath(theirs))
        var entries: [TreeEntry] = []
        var conflicts: [String] = []
        for path in Set(left.keys).union(right.keys).sorted() {
            if left[path] == right[path] || right[path] == old[path] {
                if let entry = left[path] { entries.append(entry) }
            } else if left[path] == old[path] {
                if let entry = right[path] { entries.append(entry) }
            } else {
                conflicts.append(path.text)
            }
        }
        return (entries, conflicts)
    }
}
