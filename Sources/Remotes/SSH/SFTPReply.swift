import Synchronization

/// The answer to a request that was sent, which any number of tasks may wait for.
final class SFTPReply: Sendable {
    private typealias Waiting = [CheckedContinuation<Result<SFTPAnswer, SFTPEnd>, Never>]

    private enum State {
        case open(Waiting)
        case resolved(Result<SFTPAnswer, SFTPEnd>)
    }

    private let state = Mutex(State.open([]))

    /// Waits for the answer; throws when the conversation ends before it.
    func answer() async throws(SFTPFailure) -> SFTPAnswer {
        let result = await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Result<SFTPAnswer, SFTPEnd>? in
                switch state {
                case .open(let waiting):
                    state = .open(waiting + [continuation])
                    return nil
                case .resolved(let result): return result
                }
            }
            if let known { continuation.resume(returning: known) }
        }
        do { return try result.get() } catch { throw .ended(error) }
    }

    /// Gives the answer; the first counts.
    func resolve(_ result: Result<SFTPAnswer, SFTPEnd>) {
        let waiting = state.withLock { state -> Waiting in
            guard case .open(let waiting) = state else { return [] }
            state = .resolved(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}

extension SFTPReply {
    /// Waits until the server has done what was asked.
    func done() async throws(SFTPFailure) {
        guard case .status(let status) = try await answer() else { throw .unexpected }
        guard status.code == .ok else { throw .refused(status) }
    }

    /// Waits for the file or directory that was to be opened.
    func handle() async throws(SFTPFailure) -> SFTPHandle {
        switch try await answer() {
        case .handle(let handle): return handle
        case .status(let status) where status.code != .ok: throw .refused(status)
        default: throw .unexpected
        }
    }

    /// Waits for what was asked about a file.
    func attributes() async throws(SFTPFailure) -> SFTPAttributes {
        switch try await answer() {
        case .attributes(let attributes): return attributes
        case .status(let status) where status.code != .ok: throw .refused(status)
        default: throw .unexpected
        }
    }

    /// Waits for bytes of a file, which are none at its end.
    func data() async throws(SFTPFailure) -> ArraySlice<UInt8> {
        switch try await answer() {
        case .data(let data): return data
        case .status(let status) where status.code == .end: return []
        case .status(let status) where status.code != .ok: throw .refused(status)
        default: throw .unexpected
        }
    }

    /// Waits for entries of a directory; `nil` when all have been told.
    func names() async throws(SFTPFailure) -> [SFTPName]? {
        switch try await answer() {
        case .names(let names): return names
        case .status(let status) where status.code == .end: return nil
        case .status(let status) where status.code != .ok: throw .refused(status)
        default: throw .unexpected
        }
    }
}
