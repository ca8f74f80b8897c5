import Synchronization
import SystemIO
import SystemPackage

/// A conversation with a server's SFTP subsystem through one `ssh` process.
///
/// Any number of tasks send requests, which are on their way all at once; the server answers them by their numbers.
/// Whoever creates a session calls `end`.
final class SFTPSession: Sendable {
    private static let version: UInt32 = 3
    private static let bufferByteCount = 256 << 10
    private static let look: Int32 = 100
    /// How long `ssh` may take to connect and log in, where nobody has to type.
    private static let loginPatience = Duration.seconds(60)
    /// How many times longer than for any other answer a server may take to put a file on its disk.
    private static let diskFactor = 4

    fileprivate struct State {
        var pending: [UInt32: SFTPReply] = [:]
        /// Those of the pending requests that wait for the server's disk.
        var slow: Set<UInt32> = []
        var nextNumber: UInt32 = 1
        var limitsNumber: UInt32?
        var features: SFTPFeatures?
        var lastSign = ContinuousClock.now
        var isEnding = false
        var end: SFTPEnd?
    }

    fileprivate struct Outgoing {
        var packets: [[UInt8]] = [SFTPPacket.hello.encoded(number: SFTPSession.version)]
        var isClosed = false
    }

    private let child: ChildProcess
    private let settings: SSHSettings
    private let cancellation: Cancellation
    private let state = Mutex(State())
    private let outgoing = Monitor(Outgoing())
    private let greeting = SFTPReply()

    /// Starts `ssh`, and does not wait for anything.
    init(
        _ location: SSHLocation,
        _ settings: SSHSettings,
        isAgreed: Bool,
        cancellation: Cancellation
    ) throws(SFTPEnd) {
        self.settings = settings
        self.cancellation = cancellation
        do throws(IOError) {
            child = try ChildProcess(
                "/bin/sh",
                settings.shellArguments(for: location, .subsystem("sftp"), isAgreed: isAgreed),
                environment: settings.environment,
                mayAskUser: settings.mayAskUser
            )
        } catch { throw .unusable("\(error)") }
        WorkerThread.start { self.speak() }
        WorkerThread.start { self.listen() }
    }

    /// How many bytes of a file may be on their way at once.
    var windowByteCount: Int { settings.windowByteCount }

    /// Why the session is over, if it is.
    var reasonOfEnd: SFTPEnd? { state.withLock(\.end) }

    /// Waits until the server has said what it can do.
    func features() async throws(SFTPFailure) -> SFTPFeatures {
        _ = try await greeting.answer()
        return state.withLock(\.features) ?? SFTPFeatures()
    }

    /// Sends a request; who does not care for the answer may drop it.
    @discardableResult
    func send(_ packet: SFTPPacket) -> SFTPReply {
        let reply = SFTPReply()
        let sent = state.withLock { state -> Result<UInt32, SFTPEnd> in
            if let end = state.end { return .failure(end) }
            return .success(state.expect(reply, isSlow: packet.waitsForDisk))
        }
        switch sent {
        case .success(let number): outgoing.update { $0.packets.append(packet.encoded(number: number)) }
        case .failure(let end): reply.resolve(.failure(end))
        }
        return reply
    }

    /// Ends the session, whatever it is doing; what was not answered fails.
    func end() { state.withLock { $0.isEnding = true } }

    /// Writes what is to be sent, on a thread of its own.
    private func speak() {
        while let packets = outgoing.wait({ $0.take() }) {
            for packet in packets {
                // That `ssh` is gone is seen where it is listened to.
                do { try packet.withUnsafeBytes { try child.write($0) } } catch { return }
            }
        }
    }

    /// Takes what the server says until the end, on a thread of its own.
    private func listen() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SFTPSession.bufferByteCount, alignment: 16)
        defer { buffer.deallocate() }
        var stream = SFTPStream()
        var end: SFTPEnd?
        var hasStopped = false
        while end == nil, !hasStopped {
            do {
                switch try child.read(into: buffer, within: SFTPSession.look) {
                case .bytes(let count):
                    state.withLock { $0.lastSign = .now }
                    stream.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    while let packet = try stream.next() { try take(packet) }
                case .nothing: break
                case .end: hasStopped = true
                }
            } catch is SFTPMalformed { end = malformed() } catch { hasStopped = true }
            if end == nil, !hasStopped { end = reasonToStop() }
        }
        finish(end)
    }

    private func take(_ packet: [UInt8]) throws(SFTPMalformed) {
        let (number, answer) = try SFTPAnswer.parse(packet)
        guard let number else { return try greet(answer) }
        let (reply, isLimits) = state.withLock { state in
            state.slow.remove(number)
            return (state.pending.removeValue(forKey: number), state.limitsNumber == number)
        }
        guard let reply else { throw SFTPMalformed() }
        if isLimits {
            state.withLock { $0.features?.limit(answer) }
            greeting.resolve(.success(answer))
        }
        reply.resolve(.success(answer))
    }

    private func greet(_ answer: SFTPAnswer) throws(SFTPMalformed) {
        guard case .version(let version, let extensions) = answer, version >= SFTPSession.version else {
            throw SFTPMalformed()
        }
        let features = SFTPFeatures(extensions: extensions)
        let limitsNumber = state.withLock { state -> UInt32? in
            state.features = features
            if features.has(.limits) { state.limitsNumber = state.expect(SFTPReply(), isSlow: false) }
            return state.limitsNumber
        }
        guard let limitsNumber else { return greeting.resolve(.success(answer)) }
        outgoing.update { $0.packets.append(SFTPPacket.limits.encoded(number: limitsNumber)) }
    }

    private func reasonToStop() -> SFTPEnd? {
        if cancellation.isCancelled { return .cancelled }
        return state.withLock { state in
            if state.isEnding { return .lost("the connection was closed") }
            let isGreeted = state.features != nil
            if isGreeted ? state.pending.isEmpty : settings.mayAskUser { return nil }
            let answerPatience = settings.patience * (state.slow.isEmpty ? 1 : SFTPSession.diskFactor)
            let patience = isGreeted ? answerPatience : SFTPSession.loginPatience
            guard ContinuousClock.now - state.lastSign > patience else { return nil }
            return .stalled(seconds: Int(patience.components.seconds))
        }
    }

    private func malformed() -> SFTPEnd {
        let isGreeted = state.withLock { $0.features != nil }
        let cause = "the server's answer is not SFTP; something that runs at login may print text there"
        return isGreeted ? .lost("the server's answer is not SFTP") : .unusable(cause)
    }

    /// Ends the process and tells everybody why.
    private func finish(_ reason: SFTPEnd?) {
        outgoing.update { $0.isClosed = true }
        let exitCode = child.end(within: reason == nil ? 500 : 0)
        let wasConnected = state.withLock { $0.features != nil }
        let end = reason ?? SFTPEnd(errorText: child.errorText, exitCode: exitCode, wasConnected: wasConnected)
        let pending = state.withLock { state in
            defer { state.pending = [:] }
            state.end = end
            return state.pending
        }
        greeting.resolve(.failure(end))
        for reply in pending.values { reply.resolve(.failure(end)) }
    }
}

extension SFTPSession.State {
    /// Numbers a request whose answer is expected.
    fileprivate mutating func expect(_ reply: SFTPReply, isSlow: Bool) -> UInt32 {
        if pending.isEmpty { lastSign = .now }
        defer { nextNumber &+= 1 }
        pending[nextNumber] = reply
        if isSlow { slow.insert(nextNumber) }
        return nextNumber
    }
}

extension SFTPSession.Outgoing {
    /// Takes all packets: nothing while there are none, an empty answer after the end.
    fileprivate mutating func take() -> [[UInt8]]?? {
        if isClosed { return .some(nil) }
        guard !packets.isEmpty else { return nil }
        defer { packets = [] }
        return packets
    }
}
