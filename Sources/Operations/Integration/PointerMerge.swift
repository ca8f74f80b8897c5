import Git
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
            // Where the store cannot be read, there is nothing to merge file by file: a conflict, and no failure.
            switch try? await merge(base, ours, theirs, isBaseEmpty: old.isEmpty, in: context) {
            case .merged(let pointer):
                try DurableFile.write(pointer.encoded, to: sides.ours)
                return MergeDriver.Report(outcome: .ok)
            case .conflict(let paths): conflict.files = paths
            case .unknown(let sides): conflict.unknown = sides
            case nil: break
            }
            conflict.sides = [("ours", ours), ("theirs", theirs)]
        }
        let marked =
            Array("<<<<<<< ours\n".utf8) + left + Array("=======\n".utf8) + right + Array(">>>>>>> theirs\n".utf8)
        try DurableFile.write(marked, to: sides.ours)
        return report(of: conflict, in: context)
    }

    private struct Conflict {
        /// What the sides have, where both have pointers.
        var sides: [(name: String, pointer: Pointer)] = []
        /// The files of a tree that both changed.
        var files: [String] = []
        /// The sides whose trees cannot be merged file by file, for their listings are not here.
        var unknown: [String] = []
    }

    private func report(of conflict: Conflict, in context: Context) -> MergeDriver.Report {
        let artifact = (try? RepositoryPath(path))?.removingPointerSuffix
        let files = conflict.files.isEmpty ? "" : " in \(conflict.files.prefix(3).joined(separator: ", "))"
        let more = conflict.files.count > 3 ? " and \(conflict.files.count - 3) more" : ""
        let sides = conflict.sides.map { "\($0.name) is \($0.pointer.oid.hex.prefix(12)), \($0.pointer.size) bytes" }
        let versions = sides.isEmpty ? "" : ": " + sides.joined(separator: "; ")
        var report = MergeDriver.Report(
            warnings: ["both sides changed \(artifact?.text ?? path)\(files)\(more)\(versions)"],
            hints: artifact.map(PointerMerge.hints(for:)) ?? [],
            outcome: .negative
        )
        if !conflict.unknown.isEmpty {
            let unknown = conflict.unknown.joined(separator: " and ")
            report.warnings.append("it could not be merged file by file: which files \(unknown) has is not known here")
            report.hints.insert(PointerMerge.wayToMerge(conflict.unknown, context.environment), at: 0)
        }
        return report
    }

    /// The commands after which a tree is merged file by file.
    private static func wayToMerge(_ unknown: [String], _ environment: [String: String]) -> String {
        // git-merge(1) names what is merged so for its strategies; a rebase and the like name nothing.
        let prefix = "GITHEAD_"
        let merged = environment.keys.filter { $0.hasPrefix(prefix) }.compactMap {
            GitObjectID($0.dropFirst(prefix.count))
        }
        guard let first = merged.first, merged.count == 1 else {
            return "have it merged file by file: abort this, `git model fetch --all`, and begin again"
        }
        let what = unknown == [theirs] ? String(first.hex.prefix(12)) : "--all"
        return "have it merged file by file: `git merge --abort`, `git model fetch \(what)`, and merge again"
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

    private static let theirs = "theirs"

    private enum TreeMerge {
        case merged(Pointer)
        case conflict([String])
        /// The listings of these sides are not here.
        case unknown([String])
    }

    /// Merges three trees; `nil` where one of them is none.
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
        let old = try PointerMerge.entries(of: base, in: joined.store, &reader)
        let left = try PointerMerge.entries(of: ours, in: joined.store, &reader)
        let right = try PointerMerge.entries(of: theirs, in: joined.store, &reader)
        guard let old, let left, let right else {
            let found = [("their common ancestor", old), ("ours", left), (PointerMerge.theirs, right)]
            return .unknown(found.filter { $0.1 == nil }.map(\.0))
        }
        let (entries, conflicts) = PointerMerge.merge(old, left, right)
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

    /// Returns what is in a tree, nothing where there is none; `nil` where its listing is not here.
    private static func entries(
        of pointer: Pointer?,
        in store: LocalStore,
        _ reader: inout FrameReader
    ) throws(StoreError) -> [TreeEntry]? {
        guard let pointer else { return [] }
        do { return try store.listing(pointer.oid, reader: &reader).tree.entries } catch {
            guard error.isAbsence else { throw error }
            return nil
        }
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
