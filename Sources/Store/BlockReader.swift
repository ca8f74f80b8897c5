import Codec
import SystemIO
import TensorFormats

/// Reads a file once, from end to end, in blocks; other threads may be asked to read some ahead.
struct BlockReader: ~Copyable {
    /// The most bytes of a block.
    static let blockByteCount = 4 << 20
    /// Blocks that are read, or asked for, beside the one that is in use: others come to it between two frames.
    static let aheadCount = 4
    /// Where a block starts in its buffer: before it is room for the rest of the last one, which is shorter than a
    /// chunk.
    static let headByteCount = Chunker.maximumLength

    private let source: FileSource
    private let buffers: BufferPool
    private let queue: ChunkQueue?
    private let blocks: [Range<Int64>]
    private var next = 0
    private var ahead: [BlockRead] = []

    /// Creates a reader of these blocks; the threads of `queue`, if any, read ahead.
    init(_ source: FileSource, in blocks: [Range<Int64>], buffers: BufferPool, aheadBy queue: ChunkQueue?) {
        self.source = source
        self.buffers = buffers
        self.queue = queue
        self.blocks = blocks
    }

    /// Returns the next block, which has been read; there has to be one.
    mutating func take() throws(StoreError) -> BlockRead {
        let count = queue == nil ? 1 : 1 + BlockReader.aheadCount
        while ahead.count < count, next < blocks.count {
            let range = blocks[next]
            let block = BlockRead(range, of: source, into: buffers.acquire(), at: BlockReader.headByteCount)
            // The first is needed at once.
            if !ahead.isEmpty { queue?.offer(block) }
            ahead.append(block)
            next += 1
        }
        let block = ahead.removeFirst()
        try block.finish()
        return block
    }

    /// Cuts a file, from the end of one of its cuts on, into blocks such that no frame of a tensor, and nothing that
    /// lies in the manifest, is in two.
    static func blocks(of plan: SegmentPlan, from offset: Int64) -> [Range<Int64>] {
        let most = Int64(blockByteCount)
        var blocks: [Range<Int64>] = []
        var (start, end) = (offset, offset)
        for piece in plan.pieces {
            let whole = piece.tensor != nil || piece.isInline
            while end < piece.range.upperBound {
                let partEnd = min(piece.range.upperBound, whole ? end + most : start + most)
                if partEnd > start + most || partEnd == end {
                    blocks.append(start..<end)
                    start = end
                } else {
                    end = partEnd
                }
            }
        }
        if start < end { blocks.append(start..<end) }
        return blocks
    }
}
