import Remotes
import Synchronization

/// A remote that answers reads with bytes other than those it has.
final class CorruptingRemote: RemoteDecorator {
    enum Fault: CaseIterable, Sendable { case truncated, flipped, empty }

    let inner: any Remote
    private let fault: Fault
    private let turn: Int
    private let count = Atomic(0)

    /// Spoils the read number `turn`, the first being 0, or every one.
    init(_ inner: any Remote, _ fault: Fault, read turn: Int? = nil) {
        self.inner = inner
        self.fault = fault
        self.turn = turn ?? -1
    }

    /// Whether the read that is to be spoiled was made.
    var wasReached: Bool { count.load(ordering: .sequentiallyConsistent) > turn }

    func altered(_ bytes: [UInt8], of call: RemoteCall) -> [UInt8] {
        let number = count.add(1, ordering: .sequentiallyConsistent).oldValue
        guard turn < 0 || number == turn else { return bytes }
        switch fault {
        case .truncated: return Array(bytes.dropLast(1 + bytes.count / 3))
        case .empty: return []
        case .flipped:
            var bytes = bytes
            if !bytes.isEmpty { bytes[bytes.count / 2] ^= 0x10 }
            return bytes
        }
    }
}
