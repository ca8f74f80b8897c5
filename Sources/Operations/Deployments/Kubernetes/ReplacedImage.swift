import Synchronization

/// The model's image that a cluster ran when a deployment began: the way back may run it again, wherever it is from.
final class ReplacedImage: Sendable {
    /// What was found; a cluster may have run none.
    private struct Finding {
        let image: String?
    }

    private let first = Mutex<Finding?>(nil)

    /// The image; `nil` where there was none, and where nobody looked yet.
    var image: String? { first.withLock { $0?.image } }

    /// Notes what was found, unless somebody looked before: what comes later, the deployment itself put there.
    func note(_ image: String?) { first.withLock { $0 = $0 ?? Finding(image: image) } }

    /// Lets the next one who looks find it, as where a deployment begins.
    func forget() { first.withLock { $0 = nil } }
}
