import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model du`: what artifacts and versions take, and what the store does.
package struct DiskUsage: Sendable {
    /// The sizes, in bytes.
    package struct Report: Operations.Report {
        /// An artifact or a version.
        package struct Entry: Encodable, Sendable {
            /// The artifact's path, or the version's tag.
            package let name: String
            /// The size of the artifacts as they are in the work tree.
            package let size: Int64
            /// What the frames that rebuild them take in packs; frames that others share count here too.
            package let stored: Int64
            /// Whether the local store has all of it.
            package let isHere: Bool
        }

        /// The artifacts of the work tree, by path.
        package var artifacts: [Entry] = []
        /// The versions, by model, then ascending.
        package var versions: [Entry] = []
        /// What the store takes on disk.
        package var storeSize: Int64 = 0
        /// The number of its packs.
        package var packs = 0
        /// What `gc` would free; left out where that cannot be told.
        package var garbage: Int64?
        /// What `gc --prune-now` would free; left out where that cannot be told.
        package var garbageWithYoung: Int64?
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey {
            case artifacts, versions, storeSize, packs, garbage, garbageWithYoung
        }
    }

    /// Creates the operation.
    package init() {}

    /// Reads pointers, indexes and the sizes of files.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let store = joined.store
        var report = Report()
        let index = try await workspace.pointers()
        report.artifacts = index.entries.map { entry($0.path.text, [$0.pointer], store) }
        let unreadable = try await workspace.explain(index.damaged)
        report.problems = unreadable.problems
        for version in try await workspace.versions() {
            let index = try await PointerIndex.at(version.commit, in: workspace.repository)
            let own = version.trailers.map { Set($0.artifacts.map(\.path)) }
            let pointers = index.entries.filter { own?.contains($0.path) ?? true }.map(\.pointer)
            report.versions.append(entry(version.tag.text, pointers, store))
        }
        let files = try DirectoryWalk.entries(under: workspace.storePath)
        report.storeSize = files.reduce(0) { $0 + $1.status.size }
        report.packs = files.count { $0.path.hasSuffix(".pack") && $0.path.hasPrefix("packs/") }
        do {
            let live = try await workspace.livePointers()
            let collection = GarbageCollection(store, now: context.now())
            report.garbage = try collection.plan(live: live).byteCount
            report.garbageWithYoung = try collection.plan(live: live, gracePeriod: 0).byteCount
        } catch {
            if context.cancellation.isCancelled { throw error }
            report.warnings.append("what could be freed cannot be told: \(error)")
        }
        report.hints = unreadable.hints
        if report.garbage ?? 0 > 0 { report.hints += ["free what nothing refers to: `git model gc`"] }
        return report
    }

    private func entry(_ name: String, _ pointers: [Pointer], _ store: LocalStore) -> Report.Entry {
        let closure = Closure(of: pointers, in: store)
        return Report.Entry(
            name: name,
            size: pointers.reduce(0) { $0 &+ $1.size },
            stored: closure.storedByteCount,
            isHere: closure.isComplete
        )
    }
}

extension GarbageCollection.Plan {
    /// The bytes that carrying it out frees.
    fileprivate var byteCount: Int64 { candidates.reduce(0) { $0 + $1.byteCount } }
}
