import Codec
import ModelCore
import SystemIO

/// A frame that was cut from a file and waits to be encoded and written.
struct ChunkJob: Sendable {
    /// The memory that holds the frame, among others.
    let buffer: BufferPool.Buffer
    /// The frame's bytes in it.
    let range: Range<Int>
    /// The frame's name.
    let frame: FrameReference
    /// The frame's number in the file.
    let number: Int
    /// The piece of the file that the frame is of.
    let piece: Int
    /// What the frame is to the file.
    let role: FrameRole
}

/// Reads a file once, from end to end, and cuts it into the pieces of a plan.
struct FileCutter {
    /// How many bytes of small pieces and of stretches are read at once.
    private static let readByteCount = 4 << 20
    /// Room for the rest of what was read before, which is shorter than a chunk, and for a new block.
    static let bufferByteCount = readByteCount + Chunker.maximumLength

    let buffers: BufferPool
    /// The most bytes of a frame.
    let frameByteCount: Int

    /// What was read and is not cut yet.
    private struct Window: ~Copyable {
        var buffer: BufferPool.Buffer
        var unused: Range<Int> = 0..<0
        /// Where in the file the next read starts.
        var offset: Int64 = 0
        var hash = PartwiseSHA256()

        init(buffer: BufferPool.Buffer) { self.buffer = buffer }

        /// Adds the next frame to the file's digest, and returns its own.
        mutating func add(_ range: Range<Int>) -> Digest {
            defer { extendLifetime(buffer) }
            return hash.add(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]))
        }
    }

    /// What cutting brings to light beside the frames.
    struct Outcome {
        /// The digest of the whole file.
        let oid: Digest
        /// The bytes of the pieces that lie in the manifest, by piece.
        let inline: [Int: [UInt8]]
    }

    /// Hands every frame to `emit` in order.
    func cut(
        _ source: borrowing FileSource,
        into assembly: SegmentAssembly,
        emit: (ChunkJob) throws(StoreError) -> Void
    ) throws(StoreError) -> Outcome {
        var window = Window(buffer: buffers.acquire())
        var inline: [Int: [UInt8]] = [:]
        var number = 0
        for (index, piece) in assembly.plan.pieces.enumerated() {
            var rest = piece.range.count
            var position = 0
            if piece.isInline {
                try fill(&window, to: rest, ahead: Chunker.maximumLength, from: source)
                let bytes = UnsafeRawBufferPointer(rebasing: window.buffer.bytes[take(rest, from: &window)])
                window.hash.append(bytes)
                inline[index] = Array(bytes)
                rest = 0
            }
            while rest > 0 {
                let range = try next(of: piece, rest: rest, in: &window, from: source)
                let job = ChunkJob(
                    buffer: window.buffer,
                    range: range,
                    frame: FrameReference(id: window.add(range), byteCount: range.count),
                    number: number,
                    piece: index,
                    role: assembly.role(ofFrame: position, of: index, byteCount: range.count)
                )
                try emit(job)
                number += 1
                position += 1
                rest -= range.count
            }
        }
        extendLifetime(window.buffer)
        try source.requireUnchanged()
        return Outcome(oid: exchange(&window.hash, with: PartwiseSHA256()).finish(), inline: inline)
    }

    /// Returns where in the window's buffer the next frame of a piece lies, of which `rest` bytes are left.
    private func next(
        of piece: SegmentPlan.Piece,
        rest: Int,
        in window: inout Window,
        from source: borrowing FileSource
    ) throws(StoreError) -> Range<Int> {
        if piece.tensor != nil {
            let count = min(rest, frameByteCount)
            // A large frame is read alone, so that nothing of it is copied; small ones come together.
            try fill(&window, to: count, ahead: Chunker.maximumLength, from: source)
            return take(count, from: &window)
        }
        let ahead = rest > FileCutter.readByteCount ? FileCutter.readByteCount : Chunker.maximumLength
        try fill(&window, to: min(rest, Chunker.maximumLength), ahead: ahead, from: source)
        let bytes = window.buffer.bytes[window.unused.prefix(rest)]
        let boundary = Chunker.firstBoundary(in: UnsafeRawBufferPointer(rebasing: bytes), isEnd: bytes.count == rest)
        return take(min(boundary ?? bytes.count, frameByteCount), from: &window)
    }

    /// Makes sure that `count` bytes are in the window, reading at least as many as are missing, and up to `ahead` at once.
    private func fill(
        _ window: inout Window,
        to count: Int,
        ahead: Int,
        from source: borrowing FileSource
    ) throws(StoreError) {
        guard window.unused.count < count else { return }
        let left = Int64(source.status.size) - window.offset
        let readCount = Int(min(left, Int64(max(count - window.unused.count, ahead))))
        // What is not cut yet moves to a fresh buffer; other threads may still read this one.
        let buffer = buffers.acquire()
        let old = UnsafeRawBufferPointer(rebasing: window.buffer.bytes[window.unused])
        buffer.bytes.copyMemory(from: old)
        extendLifetime(window.buffer)
        let fresh = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[old.count..<(old.count + readCount)])
        try source.read(into: fresh, at: window.offset)
        window.offset += Int64(readCount)
        window.unused = 0..<(old.count + readCount)
        window.buffer = buffer
    }

    private func take(_ count: Int, from window: inout Window) -> Range<Int> {
        let range = window.unused.lowerBound..<(window.unused.lowerBound + count)
        window.unused = range.upperBound..<window.unused.upperBound
        return range
    }
}

extension Range<Int> {
    /// The first `count` elements, or all.
    fileprivate func prefix(_ count: Int) -> Range<Int> { lowerBound..<(lowerBound + Swift.min(count, self.count)) }
}
