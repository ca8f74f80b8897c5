import ModelCore
import Testing

/// How much one manifest may list.
struct SegmentListTests {
    private static let frame = FrameReference(id: .zero, byteCount: 10)
    private static let segments = [
        Segment(name: "t", content: .frames([frame, frame])), Segment(content: .inline([1])),
        Segment(content: .frames([])),
    ]

    @Test func `Parts are put together in order, up to the limit`() throws {
        let part = Manifest.encodedPart(Self.segments)
        var list = SegmentList(limit: 10)
        for _ in 0..<2 { try part.withUnsafeBytes { try list.append(part: $0, covering: 21) } }
        #expect(list.segments == Self.segments + Self.segments)
        #expect(SegmentList.count(of: list.segments) == 10)
        let error = #expect(throws: FormatError.self) {
            try part.withUnsafeBytes { try list.append(part: $0, covering: 21) }
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("more than 10 segments and frames"))
        #expect(list.segments.count == 6)
    }

    @Test func `What is too long is no listing`() throws {
        try TreeListing.requireLength(TreeListing.maximumByteCount)
        #expect(throws: FormatError.self) { try TreeListing.requireLength(TreeListing.maximumByteCount + 1) }
    }
}
