import SystemIO

/// A stretch of a file that is read by whichever thread comes to it first: one with time, or the one that needs the
/// bytes.
final class BlockRead: Sendable {
    private enum State {
        case waiting
        case begun
        case done(StoreError?)
    }

    /// Where the bytes go.
    let buffer: BufferPool.Buffer
    /// Which part of the buffer they take.
    let place: Range<Int>
    private let source: FileSource
    private let offset: Int64
    private let state = Monitor(State.waiting)

    init(_ range: Range<Int64>, of source: FileSource, into buffer: BufferPool.Buffer, at start: Int) {
        self.source = source
        self.buffer = buffer
        offset = range.lowerBound
        place = start..<(start + range.count)
    }

    /// Reads the bytes, unless another thread does or did.
    func perform() {
        let isMine = state.update { state in
            guard case .waiting = state else { return false }
            state = .begun
            return true
        }
        guard isMine else { return }
        var failure: StoreError?
        do throws(StoreError) {
            try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[place]), at: offset)
        } catch { failure = error }
        state.update { $0 = .done(failure) }
    }

    /// Returns when the bytes are there, whoever reads them.
    func finish() throws(StoreError) {
        perform()
        let failure = state.wait { state -> StoreError?? in
            guard case .done(let failure) = state else { return nil }
            return .some(failure)
        }
        if let failure { throw failure }
    }
}
