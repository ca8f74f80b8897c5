import ModelCore

/// How large becomes what is written to a store; no reader depends on it, so that tests can make everything small.
package struct StoreSizes: Sendable {
    /// The most bytes of a frame of data, at most `FrameReference.maximumByteCount`.
    let frameByteCount: Int
    /// Files of fewer bytes are one frame, and their object id is the frame's.
    let oneFrameByteCount: Int
    /// A pack of that many bytes is full.
    let packByteCount: Int
    /// A file of at least this size is cut by one thread and encoded by all; smaller ones are done whole, several at
    /// once.
    let pipelinedByteCount: Int64

    /// The sizes that `docs/formats.md` gives.
    package static let standard = StoreSizes(
        frameByteCount: FrameReference.maximumByteCount,
        oneFrameByteCount: 256 << 10,
        packByteCount: PackFormat.targetByteCount
    )

    /// Creates other sizes, in bytes.
    package init(
        frameByteCount: Int,
        oneFrameByteCount: Int,
        packByteCount: Int,
        pipelinedByteCount: Int64 = 32 << 20
    ) {
        self.frameByteCount = frameByteCount
        self.oneFrameByteCount = oneFrameByteCount
        self.packByteCount = packByteCount
        self.pipelinedByteCount = pipelinedByteCount
    }
}
