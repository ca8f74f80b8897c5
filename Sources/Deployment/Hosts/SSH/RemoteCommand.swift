import Synchronization
import SystemIO
import SystemPackage

/// A script on another host in a connection of its own, for what is written to its standard input.
struct RemoteCommand: Sendable {
    private static let look: Int32 = 100
    /// How long a client may take to end once the script has, in ms.
    private static let farewell = 30_000

    let client: HostClient
    /// What ends it early.
    let cancellations: [Cancellation]

    /// Runs a script, and returns its output of at most `limit` bytes and its exit code; `feed` writes what it reads.
    ///
    /// The script has to know where its input ends.
    func run(
        _ script: String,
        limit: Int,
        feed: @escaping @Sendable (_ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) async throws -> RemoteSession.Answer {
        let output = Mutex<[UInt8]>([])
        let end = try await run(script, feed: feed) { bytes in
            let count = output.withLock { output in
                output += bytes
                return output.count
            }
            guard count <= limit else { throw HostError.unable("a command prints more than \(limit) bytes") }
        }
        return RemoteSession.Answer(output: output.withLock(\.self), said: end.said, exitCode: end.exitCode)
    }

    /// Runs a script whose output `take` is given as it comes; returns the last of its complaints and its exit code.
    func run(
        _ script: String,
        feed: @escaping @Sendable (_ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void,
        take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> (said: String, exitCode: Int32) {
        let child = try client.start(RemoteScript.command(script))
        let broken = Cancellation()
        async let fed = fill(child, feed, orBreak: broken)
        do {
            try await WorkerThread.value { try self.hand(outputOf: child, to: take, until: broken) }
        } catch {
            _ = try? await WorkerThread.value { child.end(within: 0) }
            let failure = await fed
            throw broken.isCancelled ? failure ?? error : error
        }
        let exitCode = try await WorkerThread.value { child.end(within: RemoteCommand.farewell) }
        let failure = await fed
        let said = child.errorText
        guard let exitCode, exitCode != HostClient.ownFailure else { throw client.failure(said, exitCode, false) }
        // A script that failed did not read on, and that is no news then.
        if exitCode == 0, let failure { throw failure }
        return (said, Int32(exitCode))
    }

    /// Writes what the script reads, and returns what kept it from that.
    private func fill(
        _ child: ChildProcess,
        _ feed: @escaping @Sendable (_ write: (UnsafeRawBufferPointer) throws -> Void) throws -> Void,
        orBreak broken: Cancellation
    ) async -> (any Error)? {
        do {
            try await WorkerThread.value {
                try feed { bytes in
                    for cancellation in cancellations { try cancellation.check() }
                    try child.write(bytes)
                }
            }
            return nil
        } catch {
            // The script would wait for the rest; one that has ended says itself why.
            if (error as? Errno) != .brokenPipe { broken.cancel() }
            return error
        }
    }

    private func hand(
        outputOf child: ChildProcess,
        to take: (UnsafeRawBufferPointer) throws -> Void,
        until broken: Cancellation
    ) throws {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            for cancellation in cancellations + [broken] { try cancellation.check() }
            switch try buffer.withUnsafeMutableBytes({ try child.read(into: $0, within: RemoteCommand.look) }) {
            case .bytes(let count):
                try buffer.withUnsafeBytes { try take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            case .nothing: break
            case .end: return
            }
        }
    }
}
