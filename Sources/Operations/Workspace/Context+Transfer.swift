import Remotes
import Store
import SystemIO

extension Context {
    /// Returns a fetch from a remote into a store of this machine, which tells how far it is; large objects are written
    /// to `drafts`.
    func fetch(from source: RemoteStore, into store: LocalStore, drafts: ObjectDrafts? = nil) -> Fetch {
        let tally = ProgressTally(phase: "fetching", sink: progress)
        return Fetch(
            from: source,
            into: store,
            rangesAtOnce: transfersAtOnce,
            drafts: drafts,
            pool: .shared,
            cancellation: cancellation,
            progress: { tally.set($0, of: $1) }
        )
    }
}
