import Remotes
import Synchronization

/// A remote that remembers what it was asked.
final class CountingRemote: RemoteDecorator {
    let inner: any Remote
    private let log = Mutex<(calls: [RemoteCall], byteCount: Int)>(([], 0))

    init(_ inner: any Remote) { self.inner = inner }

    func before(_ call: RemoteCall) { log.withLock { $0.calls.append(call) } }

    func altered(_ bytes: [UInt8], of call: RemoteCall) -> [UInt8] {
        log.withLock { $0.byteCount += bytes.count }
        return bytes
    }

    /// The calls so far, in the order in which they began.
    var calls: [RemoteCall] { log.withLock { $0.calls } }

    /// The bytes read so far.
    var readByteCount: Int { log.withLock { $0.byteCount } }

    /// Returns how many calls were of a kind, about all files or those of one area.
    func count(_ kind: RemoteCall.Kind, in area: String? = nil) -> Int {
        calls.count { $0.kind == kind && (area == nil || $0.area == area) }
    }

    func forget() { log.withLock { $0 = ([], 0) } }
}
