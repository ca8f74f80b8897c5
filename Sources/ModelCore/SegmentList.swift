/// The segments of an object whose manifest lists them in parts, put together in order, and no more of them than an
/// object may have.
///
/// A manifest that names one part again and again is a few kilobytes, however much it lists: without a limit, whoever
/// reads it would run out of memory.
package struct SegmentList: Sendable {
    /// The most segments and frames of one object, taken together.
    package static let maximumCount = 4_194_304

    /// The segments so far.
    package private(set) var segments: [Segment] = []
    private var count = 0
    private let limit: Int

    /// Creates an empty list; only tests have another limit.
    package init(limit: Int = SegmentList.maximumCount) { self.limit = limit }

    /// Adds the segments of the next part, which must cover `byteCount` bytes; refuses what is too much.
    package mutating func append(part bytes: UnsafeRawBufferPointer, covering byteCount: Int64) throws(FormatError) {
        let part = try Manifest.segments(ofPart: bytes, covering: byteCount)
        count += SegmentList.count(of: part)
        guard count <= limit else {
            throw FormatError("manifest", .malformed("it lists more than \(limit) segments and frames"))
        }
        segments += part
    }

    /// Returns the number of segments and their frames.
    package static func count(of segments: [Segment]) -> Int {
        segments.reduce(segments.count) { sum, segment in
            if case .frames(let frames) = segment.content { sum + frames.count } else { sum }
        }
    }
}
