import Synchronization
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What threads that wait for a process and read from it know of it.
final class ProcessWatch: Sendable {
    private static let bufferByteCount = 16 << 10

    private struct State {
        /// Whether the process was waited for, so that its number may be another's.
        var isGone = false
        var exitCode: Int32?
    }

    /// The number of the process, which leads a group.
    let identifier: pid_t
    private let state = Mutex(State())
    private let kept = Mutex<[UInt8]>([])
    private let isSilent = Atomic(false)

    init(_ identifier: pid_t) { self.identifier = identifier }

    /// The last of what the process said.
    var said: [UInt8] { kept.withLock { Array($0.suffix(SupervisedProcess.keptByteCount)) } }

    /// How the process ended, once all that it said is there.
    var exitCode: Int32? { state.withLock(\.exitCode) }

    /// Sends a signal to all of the group that there is.
    func signal(_ number: CInt) {
        state.withLock { state in
            if !state.isGone { _ = kill(-identifier, number) }
        }
    }

    /// Starts the threads: one reads what the process says, and one waits for its end.
    func begin(collecting pipe: CInt, to log: BoundedLog?) {
        WorkerThread.start { [self] in collect(Descriptor(owning: pipe), to: log) }
        WorkerThread.start { [self] in
            let leash = ProcessLeash(group: identifier)
            let exitCode = waitForEnd()
            leash?.end()
            // Something that the process left behind, in a group of its own, may keep the pipe open.
            for _ in 0..<50 where !isSilent.load(ordering: .acquiring) { SystemCall.sleep(milliseconds: 10) }
            state.withLock { $0.exitCode = exitCode }
        }
    }

    /// Waits until the process ends, ends what is left of its group, and returns how it ended.
    private func waitForEnd() -> Int32 {
        var information = siginfo_t()
        while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
        return state.withLock { state in
            // Nobody else gets the number before the process is waited for, so that the group is still its own.
            _ = kill(-identifier, SIGKILL)
            var status: CInt = 0
            while waitpid(identifier, &status, 0) < 0 && errno == EINTR {}
            state.isGone = true
            // What WIFEXITED, WEXITSTATUS and WTERMSIG say, which are macros.
            let signal = status & 0x7f
            return signal == 0 ? status >> 8 & 0xff : 128 + signal
        }
    }

    private func collect(_ pipe: consuming Descriptor, to log: BoundedLog?) {
        var buffer = [UInt8](repeating: 0, count: ProcessWatch.bufferByteCount)
        while true {
            let isLast = state.withLock(\.isGone)
            guard let hasSome = try? SystemCall.wait(forInput: pipe.number, milliseconds: 1000) else { break }
            guard hasSome || !isLast else { break }
            guard hasSome else { continue }
            let count = buffer.withUnsafeMutableBytes { (try? SystemCall.readNext(pipe.number, into: $0)) ?? 0 }
            guard count > 0 else { break }
            keep(buffer[..<count])
            // A full disk does not keep the process from going on.
            if let log { try? log.append(Array(buffer[..<count])) }
        }
        isSilent.store(true, ordering: .releasing)
    }

    private func keep(_ bytes: ArraySlice<UInt8>) {
        kept.withLock { kept in
            kept += bytes
            if kept.count > 2 * SupervisedProcess.keptByteCount {
                kept.removeFirst(kept.count - SupervisedProcess.keptByteCount)
            }
        }
    }
}
