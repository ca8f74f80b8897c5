/// A tensor, or a stretch between tensors, of an object, and where its bytes are.
package struct Segment: Hashable, Sendable {
    /// Where a segment's bytes are.
    package enum Content: Hashable, Sendable {
        /// In the manifest itself; at most `maximumInlineByteCount`.
        case inline([UInt8])
        /// In frames, in order; at most `maximumFrameCount`.
        case frames([FrameReference])
    }

    /// The most bytes that a segment keeps in the manifest itself.
    package static let maximumInlineByteCount = 256
    /// The most frames of one segment; a longer opaque stretch is several segments.
    package static let maximumFrameCount = 16_384

    /// The tensor's name; empty for a stretch between tensors.
    package var name: String
    /// The type of the tensor's elements.
    package var type: DataType
    /// The tensor's dimensions, outermost first; empty for a scalar and for bytes.
    package var shape: [Int64]
    /// What the tensor's values are like, where that was measured.
    package var statistics: TensorStatistics?
    /// Where the bytes are.
    package var content: Content

    /// Creates a segment.
    package init(
        name: String = "",
        type: DataType = .bytes,
        shape: [Int64] = [],
        statistics: TensorStatistics? = nil,
        content: Content
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.statistics = statistics
        self.content = content
    }

    /// What the bytes of a tensor mean.
    package var form: TensorForm { TensorForm(type: type, shape: shape) }

    /// The number of bytes of the object that the segment covers.
    package var byteCount: Int64 {
        switch content {
        case .inline(let bytes): Int64(bytes.count)
        case .frames(let frames): frames.reduce(0) { $0 + Int64($1.byteCount) }
        }
    }
}

extension Segment {
    private static let inlineFlag: UInt8 = 1
    private static let statisticsFlag: UInt8 = 2

    init(from reader: inout ByteReader) throws(FormatError) {
        let flags = try reader.integer(UInt8.self)
        guard flags & ~3 == 0 else { throw FormatError("manifest", .newer("segment flag \(flags)")) }
        let name = try reader.string()
        let form = try TensorForm(from: &reader)
        let byteCount = try reader.varint()
        let statistics = flags & Segment.statisticsFlag == 0 ? nil : try TensorStatistics(from: &reader)
        let content: Content
        if flags & Segment.inlineFlag != 0 {
            guard byteCount <= Segment.maximumInlineByteCount else {
                throw reader.malformed("an inline segment is too long")
            }
            content = .inline(Array(try reader.slice(Int(byteCount))))
        } else {
            content = .frames(try Segment.frames(covering: byteCount, from: &reader))
        }
        self.init(name: name, type: form.type, shape: form.shape, statistics: statistics, content: content)
    }

    private static func frames(
        covering byteCount: Int64,
        from reader: inout ByteReader
    ) throws(FormatError) -> [FrameReference] {
        let count = Int(try reader.varint(atMost: Int64(maximumFrameCount)))
        var frames: [FrameReference] = []
        // 33 bytes is the least that a frame takes: a count beyond what exists reserves nothing.
        frames.reserveCapacity(min(count, reader.remaining / 33))
        var covered: Int64 = 0
        for _ in 0..<count {
            let id = try reader.digest()
            let length = try reader.varint(atMost: Int64(FrameReference.maximumByteCount))
            guard length > 0 else { throw reader.malformed("a frame is empty") }
            covered += length
            frames.append(FrameReference(id: id, byteCount: Int(length)))
        }
        guard covered == byteCount else { throw reader.malformed("a segment's frames do not add up to its length") }
        return frames
    }

    func encode(into writer: inout ByteWriter) {
        var flags: UInt8 = statistics == nil ? 0 : Segment.statisticsFlag
        if case .inline = content { flags |= Segment.inlineFlag }
        writer.integer(flags)
        writer.string(name)
        form.encode(into: &writer)
        writer.varint(byteCount)
        statistics?.encode(into: &writer)
        switch content {
        case .inline(let bytes): writer.raw(bytes)
        case .frames(let frames):
            writer.varint(Int64(frames.count))
            for frame in frames {
                writer.digest(frame.id)
                writer.varint(Int64(frame.byteCount))
            }
        }
    }
}
