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
}

extension Workspace {
    /// Returns the artifacts that a selection means, each object once.
    func artifacts(_ selection: TransferSelection) async throws -> [PointerIndex.Entry] {
        var indexes: [[PointerIndex.Entry]] = []
        if selection.isEverything {
            indexes.append(try await historicalArtifacts())
            indexes.append(try await trackedArtifacts())
        } else if selection.isEveryTag {
            for version in try await versions() {
                indexes.append(try await PointerIndex.at(version.commit, in: repository).entries)
            }
        } else if selection.versions.isEmpty {
            indexes.append(try await trackedArtifacts())
        } else {
            for version in selection.versions {
                let commit = try await resolve(version).commit
                indexes.append(try await PointerIndex.at(commit, in: repository).entries)
            }
        }
        let chosen = try indexes.flatMap { try selection.paths.isEmpty ? $0 : select(selection.paths, among: $0) }
        var seen: Set<Pointer> = []
        return chosen.filter { seen.insert($0.pointer).inserted }
    }
}
