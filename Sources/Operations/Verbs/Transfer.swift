import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// What `push`, `fetch` and `pull` did.
package struct TransferReport: Report {
    /// `push`, `fetch` or `pull`.
    package let verb: String
    /// The remote's name.
    package let remote: String
    /// Whether only this machine sees the remote.
    package let isThisMachineOnly: Bool
    /// Whether nothing was done, only said.
    package let isDryRun: Bool
    /// The artifacts that were moved, or would be.
    package var artifacts: Int = 0
    /// Their size in bytes.
    package var size: Int64 = 0
    /// The bytes that were sent or received, or would be.
    package var bytes: Int64 = 0
    /// How long it took, in ns.
    package var nanoseconds: Int64 = 0
    /// The same of the other remotes that took part.
    package var others: [TransferReport] = []
    /// The artifacts that were restored in the working copy.
    package var restored: [RestoredArtifact] = []
    /// The hooks that were installed first, as in a fresh clone.
    package var hooks: [String] = []
    /// The models that the hooks are for.
    package var models: [String] = []
    package var warnings: [String] = []
    package var hints: [String] = []
    package var problems: [Problem] = []
}

/// An artifact that was written in the working copy.
package struct RestoredArtifact: Encodable, Sendable {
    /// The path in the repository.
    package let path: String
    /// The size in bytes.
    package let size: Int64
}

/// Which artifacts a transfer is about.
package struct TransferSelection: Sendable {
    /// Versions, or any revisions; none means what the work tree has.
    package let versions: [String]
    /// Artifacts, or directories that hold some; none means all.
    package let paths: [String]
    /// Every commit of every reference.
    package let isEverything: Bool
    /// Every version tag.
    package let isEveryTag: Bool

    /// Creates a selection.
    package init(versions: [String] = [], paths: [String] = [], isEverything: Bool = false, isEveryTag: Bool = false) {
        self.versions = versions
        self.paths = paths
        self.isEverything = isEverything
        self.isEveryTag = isEveryTag
    }

    /// Whether it means what the work tree has, and nothing else.
    var isWorkTree: Bool { versions.isEmpty && !isEverything && !isEveryTag }
}

extension Workspace {
    /// Returns the artifacts that a selection means, each object once, and what to say of pointers that cannot be read,
    /// and of what only DVC has of versions that are named.
    func artifacts(
        _ selection: TransferSelection,
        sendsImports: Bool = false
    ) async throws -> (found: [PointerIndex.Entry], unreadable: UnreadablePointers) {
        var chosen: [PointerIndex.Entry] = []
        var unreadable = UnreadablePointers()
        if selection.isEverything || selection.versions.isEmpty && !selection.isEveryTag {
            let index = try await pointers()
            let history = selection.isEverything ? try await historicalArtifacts() : []
            // What a path names may be only in history, or only here.
            chosen +=
                selection.paths.isEmpty
                ? history + index.entries : try await select(selection.paths, among: index.adding(history))
            unreadable = try await explain(index.damaged)
            // What a map of imports names is no artifact of a path: it is sent with everything.
            if sendsImports, selection.paths.isEmpty { chosen += try await importedArtifacts() }
        } else {
            for (name, commit) in try await commits(of: selection) {
                let index = try await pointers(at: commit)
                chosen += try await select(selection.paths, among: index)
                unreadable.problems += index.damaged.map { Problem("\(name):\($0.path)", message: $0.problem) }
                guard !selection.isEveryTag else { continue }
                let paths = try importPaths(selection.paths)
                guard let unknown = try await onlyInDVC(at: commit, beside: index.entries, paths: paths) else {
                    continue
                }
                unreadable.warnings.append("\(unknown) of \(name): `git model import dvc` takes what it has of tags")
            }
        }
        var seen: Set<Pointer> = []
        return (chosen.filter { seen.insert($0.pointer).inserted }, unreadable)
    }

    private func commits(of selection: TransferSelection) async throws -> [(name: String, commit: GitObjectID)] {
        if selection.isEveryTag { return try await versions().map { ($0.tag.text, $0.commit) } }
        var commits: [(name: String, commit: GitObjectID)] = []
        for version in selection.versions { commits.append((version, try await resolve(version).commit)) }
        return commits
    }
}
