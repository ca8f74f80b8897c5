import Synchronization
import SystemIO
import SystemPackage

/// A server on another host, and the connection that it lives and dies with.
final class SSHServer: RunningServer {
    private static let logLimit = 64 << 10
    private static let look: Int32 = 100

    private struct State {
        var log: [UInt8] = []
        var isStopping = false
        var hasEnded = false
    }

    let address: String
    private let scratch: ScratchPlace
    private let state = Mutex(State())

    /// Takes over a client that was started, which forwards the socket `forwarded` to where the server listens, and
    /// prints `mark` in a line of its own once it does.
    init(_ child: ChildProcess, scratch: ScratchPlace, forwarded: FilePath, mark: String) {
        self.scratch = scratch
        let socket = scratch.path.appending("socket")
        address = socket.string
        // The client accepts connections before the server does: until then there is no socket of this name.
        let line = Array("\n\(mark)\n".utf8)
        WorkerThread.start { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            reading: while self?.shouldGoOn == true {
                let reading = buffer.withUnsafeMutableBytes { try? child.read(into: $0, within: SSHServer.look) }
                switch reading {
                case .bytes(let count):
                    guard self?.note(buffer[..<count], without: line) == true else { continue }
                    try? SymbolicLink.write(target: forwarded.string, to: socket)
                case .nothing: continue
                case .end, nil: break reading
                }
            }
            _ = child.end(within: 0)
            self?.finish(child.errorText)
        }
    }

    var log: String { String(decoding: state.withLock(\.log), as: UTF8.self) }

    func hasEnded() async -> Bool { state.withLock(\.hasEnded) }

    func stop() async {
        state.withLock { $0.isStopping = true }
        while !state.withLock(\.hasEnded) { try? await Task.sleep(for: .milliseconds(20)) }
    }

    private var shouldGoOn: Bool { state.withLock { !$0.isStopping } }

    /// Keeps the last of what the server says; returns whether it says now that it listens.
    private func note(_ bytes: ArraySlice<UInt8>, without mark: [UInt8]) -> Bool {
        state.withLock { state in
            state.log = (state.log + bytes).suffix(SSHServer.logLimit)
            guard let place = state.log.firstRange(of: mark) else { return false }
            state.log.removeSubrange(place)
            return true
        }
    }

    private func finish(_ errors: String) {
        state.withLock { state in
            state.log = (state.log + errors.utf8).suffix(SSHServer.logLimit)
            state.hasEnded = true
        }
    }
}
