import Registry
import Store
import SystemIO
import SystemPackage

/// `git model store alternate`: which other stores frames are read from.
package struct ChangeAlternates: Sendable {
    /// What was done.
    package struct Report: Operations.Report {
        /// How the list changed.
        package enum Action: String, Encodable, Sendable {
            case added, removed, unchanged
        }

        /// The directory of the other store.
        package let store: String
        /// How the list changed.
        package let action: Action
        /// The bytes of packs that were copied from it.
        package var bytes: Int64 = 0
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// What is to be done.
    package enum Change: Sendable {
        case add, remove
    }

    private let change: Change
    private let path: String

    /// Creates the operation for a store's directory, or that of a repository that has one.
    package init(_ change: Change, _ path: String) {
        self.change = change
        self.path = path
    }

    /// Changes the list of the local store; taking one off it is refused while another command uses the store.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let given = context.workingDirectory.pushing(FilePath(context.expandingHome(path))).lexicallyNormalized()
        let places = [given, given.appending(".git/model/store"), given.appending("model/store")]
        switch change {
        case .add: return try add(places, to: workspace)
        case .remove: return try await remove(places, from: workspace)
        }
    }

    private func add(_ places: [FilePath], to workspace: Workspace) throws -> Report {
        let joined = try workspace.openStore()
        defer { extendLifetime(joined) }
        let store = try place(of: places, beside: workspace.storePath)
        // Of two commands at once, each would write the list without what the other adds.
        let lock = try FileLock(
            workspace.storePath.appending(StoreLayout.mergeLock),
            mode: .exclusive,
            wait: .seconds(60)
        )
        defer { extendLifetime(lock) }
        let list = StoreAlternates(of: workspace.storePath)
        let known = try list.all()
        guard !known.contains(store) else { return Report(store: store.string, action: .unchanged) }
        try list.write(known + [store])
        return Report(store: store.string, action: .added)
    }

    private func remove(_ places: [FilePath], from workspace: Workspace) async throws -> Report {
        _ = try LocalStore.openOrCreate(workspace.storePath)
        try workspace.registerAsUser()
        // A command that is at work counts on what is there, and nothing refers to what it makes of that yet.
        let lock = try StoreLock.exclude(workspace.storePath)
        defer { extendLifetime(lock) }
        let list = StoreAlternates(of: workspace.storePath)
        let known = try list.all()
        guard let store = places.first(where: known.contains) else {
            throw Failure(
                .failed,
                "the store does not borrow from \(places[0])",
                hints: ["see from where it does: `git model store show`"]
            )
        }
        var report = Report(store: store.string, action: .removed)
        guard (try? LocalStore(store)) != nil else {
            // What is still needed of one that is gone can only be fetched.
            try list.write(known.filter { $0 != store })
            report.warnings = ["\(store) could not be read: what was only there is missing now"]
            report.hints = [
                "get what remotes have of it: `git model fetch --all`",
                "see what is missing: `git model fsck`",
            ]
            return report
        }
        let own = try LocalStore(workspace.storePath)
        let lenders = try own.alternateRoots.map { AlternateLock(lock: try StoreLock.join($0)) }
        defer { extendLifetime(lenders) }
        let live = try await workspace.livePointers()
        let transfer = StoreTransfer(from: own, to: own, cancellation: workspace.context.cancellation)
        let taken = try transfer.run(live, .needed)
        report.bytes = taken.byteCount
        (report.warnings, report.hints) = taken.remarks
        try list.write(known.filter { $0 != store })
        return report
    }

    /// Returns the first of some directories that is a store, which is to be another than the local one and readable.
    private func place(of places: [FilePath], beside own: FilePath) throws -> FilePath {
        for place in places
        where try FileStatus.of(place.appending(StoreLayout.format), followingLinks: true) != nil {
            guard try !FileStatus.isSame(place, own) else {
                throw Failure(.failed, "\(place) is this repository's own store")
            }
            _ = try LocalStore(place)
            return place
        }
        throw StoreError.notFound(places[0])
    }
}
