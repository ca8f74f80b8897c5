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
    /// What its values are like, where an earlier version of the file had the same ones.
    let statistics: StatisticsAccumulator?
}

/// Reads a file once, from end to end, and cuts it into the pieces of a plan.
struct FileCutter {
    /// Room for the rest of the last block and for a new one.
    static let bufferByteCount = BlockReader.headByteCount + BlockReader.blockByteCount

    let buffers: BufferPool
    /// The most bytes of a frame.
    let frameByteCount: Int

    /// What was read and is not cut yet.
    private struct Window: ~Copyable {
        var reader: BlockReader
        var buffer: BufferPool.Buffer
        var unused: Range<Int>
        var hash: PartwiseSHA256

        /// Starts with the first block of what is left of a file, which is not nothing.
        init(_ reader: consuming BlockReader, hash: consuming PartwiseSHA256) throws(StoreError) {
            let block = try reader.take()
            self.reader = reader
            self.hash = hash
            buffer = block.buffer
            unused = block.place
        }

        /// Adds the next frame to the file's digest, and returns its own.
        mutating func add(_ range: Range<Int>) -> Digest {
            defer { extendLifetime(buffer) }
            return hash.add(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]))
        }
    }

    /// What cutting brings to light beside the frames.
    struct Outcome {
        /// The digest of the whole file.
        var oid: Digest
        /// The bytes of the pieces that lie in the manifest, by piece.
        var inline: [Int: [UInt8]] = [:]
        /// The state of the file's digest behind each cut; none where this processor cannot go on from them.
        var hashes: [HashedBeginning] = []
    }

    /// Hands every frame of a file that is not empty to `emit` in order, behind those of a known beginning; the threads
    /// of `queue`, if any, read ahead.
    func cut(
        _ source: FileSource,
        into assembly: SegmentAssembly,
        after beginning: KnownBeginning.Outcome = KnownBeginning.Outcome(),
        aheadBy queue: ChunkQueue? = nil,
        emit: (ChunkJob) throws(StoreError) -> Void
    ) throws(StoreError) -> Outcome {
        let hash = beginning.hashes.last.map(PartwiseSHA256.init(continuing:)) ?? PartwiseSHA256()
        guard beginning.offset < source.status.size else {
            try source.requireUnchanged()
            return Outcome(oid: hash.finish())
        }
        let blocks = BlockReader.blocks(of: assembly.plan, from: beginning.offset)
        let reader = BlockReader(source, in: blocks, buffers: buffers, aheadBy: queue)
        var window = try Window(reader, hash: hash)
        var outcome = Outcome(oid: LocalStore.emptyObject)
        var number = 0
        for (index, piece) in assembly.plan.pieces.enumerated().dropFirst(beginning.piece) {
            var rest = Int(piece.range.upperBound - max(piece.range.lowerBound, beginning.offset))
            var position = index == beginning.piece ? beginning.position : 0
            if piece.isInline {
                try fill(&window, to: rest)
                let bytes = UnsafeRawBufferPointer(rebasing: window.buffer.bytes[take(rest, from: &window)])
                window.hash.append(bytes)
                outcome.inline[index] = Array(bytes)
                if let hash = window.hash.beginning { outcome.hashes.append(hash) }
                rest = 0
            }
            while rest > 0 {
                let range = try next(of: piece, rest: rest, in: &window)
                let frame = FrameReference(id: window.add(range), byteCount: range.count)
                if let hash = window.hash.beginning { outcome.hashes.append(hash) }
                let job = ChunkJob(
                    buffer: window.buffer,
                    range: range,
                    frame: frame,
                    number: number,
                    piece: index,
                    role: assembly.role(ofFrame: position, of: index, byteCount: range.count),
                    statistics: assembly.statistics(of: frame, ofPiece: index)
                )
                try emit(job)
                number += 1
                position += 1
                rest -= range.count
            }
        }
        extendLifetime(window.buffer)
        try source.requireUnchanged()
        outcome.oid = exchange(&window.hash, with: PartwiseSHA256()).finish()
        return outcome
    }

    /// Returns where in the window's buffer the next frame of a piece lies, of which `rest` bytes are left.
    private func next(
        of piece: SegmentPlan.Piece,
        rest: Int,
        in window: inout Window
    ) throws(StoreError) -> Range<Int> {
        if piece.tensor != nil {
            let count = min(rest, frameByteCount)
            try fill(&window, to: count)
            return take(count, from: &window)
        }
        try fill(&window, to: min(rest, Chunker.maximumLength))
        let bytes = window.buffer.bytes[window.unused.prefix(rest)]
        let boundary = Chunker.firstBoundary(in: UnsafeRawBufferPointer(rebasing: bytes), isEnd: bytes.count == rest)
        return take(min(boundary ?? bytes.count, frameByteCount), from: &window)
    }

    /// Makes sure that `count` bytes are in the window, which are no more than the next block and what is left of the
    /// last one.
    private func fill(_ window: inout Window, to count: Int) throws(StoreError) {
        guard window.unused.count < count else { return }
        let block = try window.reader.take()
        // What is not cut yet moves to the fresh buffer; other threads may still read this one.
        let old = UnsafeRawBufferPointer(rebasing: window.buffer.bytes[window.unused])
        let start = block.place.lowerBound - old.count
        UnsafeMutableRawBufferPointer(rebasing: block.buffer.bytes[start...]).copyMemory(from: old)
        extendLifetime(window.buffer)
        window.unused = start..<block.place.upperBound
        window.buffer = block.buffer
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
