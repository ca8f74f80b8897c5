import Synchronization

/// A pack that takes no more frames, for a list: arrays hold nothing that cannot be copied.
final class FullPack: Sendable {
    private let builder: Mutex<PackBuilder?>

    init(_ builder: consuming PackBuilder) { self.builder = Mutex(builder) }

    /// Takes the pack out; `nil` the second time.
    func take() -> PackBuilder? { builder.withLock { $0.take() } }
}
