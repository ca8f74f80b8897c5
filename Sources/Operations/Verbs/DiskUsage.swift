import Codec
import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model du`: what artifacts, versions and models take, and why it is less than their size; and what the store
/// does.
package struct DiskUsage: Sendable {
    /// The sizes, in bytes.
    package struct Report: Operations.Report {
        /// An artifact, a version, or all versions of a model.
        package struct Entry: Encodable, Sendable {
            /// The artifact's path, the version's tag, or the model's name.
            package let name: String
            /// The size of the artifacts as they are in the work tree.
            package let size: Int64
            /// The bytes among them that no earlier version of the model has, each counted once, as far as the store
            /// knows what they are.
            package let unique: Int64
            /// What the frames that rebuild it take in packs; frames that others share count here too.
            package let stored: Int64
            /// What it adds to packs after the earlier versions of the model.
            package let added: Int64
            /// Why `added` is less than `size`, the largest share first.
            package let shares: [Share]
            /// Whether the local store has all of it.
            package let isHere: Bool
        }

        /// Bytes that are stored for one reason.
        package struct Share: Encodable, Sendable {
            /// `identical` to earlier bytes, `delta`, `planes`, `constant`, `zstd`, `raw`, `inline` in the manifest,
            /// `absent`, or `purged` from here.
            package let reason: String
            /// Their number.
            package let size: Int64
            /// What they take in packs.
            package let stored: Int64
        }

        /// The artifacts of the work tree, by path.
        package var artifacts: [Entry] = []
        /// The versions, by model, then ascending.
        package var versions: [Entry] = []
        /// The models that have versions, each with all of them.
        package var models: [Entry] = []
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
            case artifacts, versions, models, storeSize, packs, garbage, garbageWithYoung
        }
    }

    /// The versions of a model so far.
    private struct Series {
        let name: String
        var pointers: Set<Pointer> = []
        var counted: Set<Digest> = []
        var account = SpaceAccount()
    }

    /// Creates the operation.
    package init() {}

    /// Reads pointers, manifests, indexes and the sizes of files.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let store = joined.store
        var report = Report()
        let index = try await workspace.pointers()
        report.artifacts = try index.entries.map { artifact in
            var counted: Set<Digest> = []
            return try entry(artifact.path.text, [artifact.pointer], store, after: &counted).entry
        }
        let unreadable = try await workspace.explain(index.damaged)
        report.problems = unreadable.problems
        try await addVersions(to: &report, workspace, store)
        let files =
            store.isAbsent ? [] : try DirectoryWalk.entries(under: FileStatus.realPath(of: workspace.storePath))
        report.storeSize = files.reduce(0) { $0 + $1.status.size }
        report.packs = files.count { $0.path.hasSuffix(".pack") && $0.path.hasPrefix("packs/") }
        do {
            let freeable = store.isAbsent ? [0, 0] : try await freeable(of: store, in: workspace)
            (report.garbage, report.garbageWithYoung) = (freeable[0], freeable[1])
        } catch {
            if context.cancellation.isCancelled { throw error }
            report.warnings.append("what could be freed cannot be told: \(error)")
        }
        report.hints = unreadable.hints
        if report.garbage ?? 0 > 0 { report.hints += ["free what nothing refers to: `git model gc`"] }
        return report
    }

    /// Returns what collection would free that waits, and that does not.
    private func freeable(of store: LocalStore, in workspace: Workspace) async throws -> [Int64] {
        try GarbageCollection(store, now: workspace.context.now())
            .freeableByteCounts(
                live: try await workspace.livePointers(),
                gracePeriods: [GarbageCollection.gracePeriod, 0]
            )
    }

    private func addVersions(to report: inout Report, _ workspace: Workspace, _ store: LocalStore) async throws {
        var series: [Series] = []
        for version in try await workspace.versions() {
            let pointers = try await workspace.pointers(of: ResolvedVersion(version)).entries.map(\.pointer)
            if series.last?.name != version.model.text { series.append(Series(name: version.model.text)) }
            var current = series.removeLast()
            let (entry, account) = try entry(version.tag.text, pointers, store, after: &current.counted)
            current.pointers.formUnion(pointers)
            current.account.add(account)
            series.append(current)
            report.versions.append(entry)
        }
        report.models = series.map {
            Report.Entry($0.name, $0.account, Closure(of: $0.pointers, in: store))
        }
    }

    private func entry(
        _ name: String,
        _ pointers: [Pointer],
        _ store: LocalStore,
        after counted: inout Set<Digest>
    ) throws -> (entry: Report.Entry, account: SpaceAccount) {
        var account = SpaceAccount()
        try account.count(pointers, in: store, after: &counted)
        return (Report.Entry(name, account, Closure(of: pointers, in: store)), account)
    }
}

extension DiskUsage.Report.Entry {
    fileprivate init(_ name: String, _ account: SpaceAccount, _ closure: Closure) {
        self.name = name
        size = account.size
        unique = account.unique
        stored = closure.storedByteCount
        added = account.stored
        var sums: [String: SpaceAccount.Share] = [:]
        for (reason, share) in account.shares {
            sums[reason.name, default: .init()].raw += share.raw
            sums[reason.name, default: .init()].stored += share.stored
        }
        shares = sums.sorted { ($0.value.raw, $1.key) > ($1.value.raw, $0.key) }.map {
            DiskUsage.Report.Share(reason: $0.key, size: $0.value.raw, stored: $0.value.stored)
        }
        isHere = closure.isComplete
    }
}

extension SpaceAccount.Reason {
    /// How `du` calls it.
    fileprivate var name: String {
        switch self {
        case .identical: "identical"
        case .inline: "inline"
        case .absent: "absent"
        case .purged: "purged"
        case .codec(let number): FrameCodec(rawValue: number)?.needsBase == true ? "delta" : CodecName.of(number)
        }
    }
}
