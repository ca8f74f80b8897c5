import ModelCore
import Synchronization

/// The packs that something happened to.
final class Packs: Sendable {
    private let state = Mutex<[Digest]>([])

    var ids: [Digest] {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
