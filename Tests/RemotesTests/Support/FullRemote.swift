import Remotes
import Synchronization
import SystemIO
import SystemPackage

/// A remote that takes only so many files more, and then has no room.
final class FullRemote: RemoteDecorator {
    let inner: any Remote
    private let room: Mutex<Int>

    init(_ inner: any Remote, room: Int) {
        self.inner = inner
        self.room = Mutex(room)
    }

    func before(_ call: RemoteCall) async throws(RemoteError) {
        guard call.kind == .write || call.kind == .upload else { return }
        let isFull = room.withLock { room in
            defer { room -= 1 }
            return room <= 0
        }
        if isFull { throw .io(name, IOError(.write, FilePath(call.file), .noSpace)) }
    }
}
