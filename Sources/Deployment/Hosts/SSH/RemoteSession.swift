import ModelCore
import Synchronization
import SystemIO

/// A shell on another host that runs one script after the other, for as long as a deployment takes.
///
/// What it holds there, such as a lock, goes with the connection: once that is lost, there is no other in its place.
final class RemoteSession: Sendable {
    /// What came of a script.
    struct Answer: Sendable {
        /// What it wrote to its standard output.
        let output: [UInt8]
        /// The last of what it wrote to its standard error.
        let said: String
        /// Its exit code.
        let exitCode: Int32

        /// The output as text.
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Where a script runs.
    enum Place {
        /// In a shell below the session's, which it cannot change; what it says to its standard error is in the answer.
        case below
        /// In the session's own, which keeps the files that it opens.
        case session
    }

    private enum State {
        case unused
        case open(ChildProcess)
        case over(any Error)
    }

    private static let look: Int32 = 100
    private static let outputLimit = 256 << 20
    private static let saidLimit = 4 << 10

    /// What a connection says first that takes the place of another one; it throws where nothing more is to be said.
    struct Greeting: Sendable {
        let script: String
        let check: @Sendable (Answer) throws -> Void
    }

    private let client: HostClient
    private let cancellation: Cancellation
    private let state = Mutex(State.unused)
    private let predecessor: RemoteSession?
    private let greeting: Greeting?

    init(_ client: HostClient, cancellation: Cancellation) {
        self.client = client
        self.cancellation = cancellation
        (predecessor, greeting) = (nil, nil)
    }

    /// Goes on with the connection of another session, which ends; where that is lost, a new one begins with the
    /// greeting.
    init(after other: RemoteSession, greeting: Greeting, cancellation: Cancellation) {
        client = other.client
        self.cancellation = cancellation
        (predecessor, self.greeting) = (other, greeting)
    }

    /// Runs a script, with nothing to read, and returns what came of it; throws what ended the connection.
    func run(_ script: String, _ place: Place = .below) async throws -> Answer {
        try await WorkerThread.value { try self.converse(script, place) }
    }

    /// Runs a script that has to succeed; `purpose` says what it is to do.
    @discardableResult
    func require(_ purpose: String, _ script: String) async throws -> Answer {
        let answer = try await run(script)
        guard answer.exitCode == 0 else { throw HostError.failed("\(purpose) on \(client.name)", said: answer.said) }
        return answer
    }

    private func converse(_ script: String, _ place: Place) throws -> Answer {
        try state.withLock { state in
            let (child, isNew) = try open(&state)
            do {
                if isNew, let greeting { try greeting.check(try exchange(greeting.script, .session, with: child)) }
                return try exchange(script, place, with: child)
            } catch {
                let exitCode = child.end(within: error is ConnectionEnd ? 1000 : 0)
                let reason =
                    error is ConnectionEnd ? client.failure(child.errorText, exitCode, !isNew) : error
                state = .over(reason)
                throw reason
            }
        }
    }

    /// Gives the connection away, between two scripts; `nil` where there is none.
    private func handOver() -> ChildProcess? {
        state.withLock { state in
            guard case .open(let child) = state else { return nil }
            state = .over(HostError.unable("the connection to \(client.name) was given away"))
            return child
        }
    }

    private func open(_ state: inout State) throws -> (child: ChildProcess, isNew: Bool) {
        switch state {
        case .open(let child): return (child, false)
        case .over(let error): throw error
        case .unused:
            if let child = predecessor?.handOver() {
                state = .open(child)
                return (child, false)
            }
            let child = try client.start("exec sh")
            state = .open(child)
            return (child, true)
        }
    }

    /// That nothing comes any more.
    private struct ConnectionEnd: Error {}

    private func exchange(_ script: String, _ place: Place, with child: ChildProcess) throws -> Answer {
        let mark = "git-model-\(String(UInt64.random(in: .min ... .max), radix: 16))"
        let text = RemoteSession.framed(script, place, mark)
        do { try Array(text.utf8).withUnsafeBytes { try child.write($0) } } catch { throw ConnectionEnd() }
        var answer = RemoteAnswer(mark)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !answer.isComplete {
            try cancellation.check()
            let reading: ChildProcess.Reading
            do {
                reading = try buffer.withUnsafeMutableBytes { try child.read(into: $0, within: RemoteSession.look) }
            } catch { throw ConnectionEnd() }
            switch reading {
            case .bytes(let count): answer.bytes += buffer[..<count]
            case .nothing: break
            case .end: throw ConnectionEnd()
            }
            guard answer.bytes.count <= RemoteSession.outputLimit else {
                throw HostError.unable("\(client.name) says more than anybody could want to know")
            }
        }
        guard let parsed = answer.parsed else {
            throw HostError.unable("\(client.name) does not answer what its shell was asked")
        }
        return parsed
    }

    /// The script between marks, behind which its exit code and its complaints stand.
    private static func framed(_ script: String, _ place: Place, _ mark: String) -> String {
        let begin = "printf '%s-begin\\n' \(mark)\n"
        let end =
            "_code=$?\nprintf '\\n%s-end %d\\n%.\(saidLimit)s\\n%s-over\\n' \(mark) \"$_code\" \"$_said\" \(mark)\n"
        switch place {
        case .session: return begin + "_said=\n{ \(script)\n} </dev/null\n" + end
        case .below:
            // The files of the session stay with it: what a script leaves running must not keep a lock.
            return begin + "exec 8>&1\n_said=$( { \(script)\n} </dev/null 2>&1 1>&8 8>&- 9>&- )\n" + end
        }
    }
}

/// What a session says to one script, as it arrives.
private struct RemoteAnswer {
    var bytes: [UInt8] = []
    private let begin: [UInt8]
    private let end: [UInt8]
    private let over: [UInt8]

    init(_ mark: String) {
        begin = Array("\(mark)-begin\n".utf8)
        end = Array("\n\(mark)-end ".utf8)
        over = Array("\n\(mark)-over\n".utf8)
    }

    var isComplete: Bool { bytes.suffix(over.count).elementsEqual(over) }

    /// The answer; `nil` where something stands where it should not.
    var parsed: RemoteSession.Answer? {
        let body = bytes.dropLast(over.count)
        // What a login prints comes before.
        guard let start = body.firstRange(of: begin)?.upperBound,
            let middle = body[start...].lastRange(of: end)
        else { return nil }
        let rest = body[middle.upperBound...]
        let digits = rest.prefix { $0 != UInt8(ascii: "\n") }
        guard let code = Int32(String(decoding: digits, as: UTF8.self)) else { return nil }
        return RemoteSession.Answer(
            output: Array(body[start..<middle.lowerBound]),
            said: String(decoding: rest.dropFirst(digits.count + 1), as: UTF8.self),
            exitCode: code
        )
    }
}

extension Collection<UInt8> where Self: BidirectionalCollection, SubSequence == ArraySlice<UInt8>, Index == Int {
    /// Where the bytes stand last; `nil` where they do not.
    fileprivate func lastRange(of bytes: [UInt8]) -> Range<Int>? {
        var start = endIndex - bytes.count
        while start >= startIndex {
            if self[start..<(start + bytes.count)].elementsEqual(bytes) { return start..<(start + bytes.count) }
            start -= 1
        }
        return nil
    }
}
