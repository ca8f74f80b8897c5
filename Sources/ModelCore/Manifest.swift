/// The list of segments that rebuilds an object, or the list of parts that such a list was split into.
///
/// The encoding is the manifest of `docs/formats.md`.
package struct Manifest: Hashable, Sendable {
    /// A stretch of an object whose segments are in a manifest frame of their own.
    package struct Part: Hashable, Sendable {
        /// The frame that holds the part.
        package let frame: FrameReference
        /// The number of bytes of the object that the part covers.
        package let byteCount: Int64

        /// Creates a reference to a part.
        package init(frame: FrameReference, byteCount: Int64) {
            self.frame = frame
            self.byteCount = byteCount
        }
    }

    /// What a manifest lists.
    package enum Content: Hashable, Sendable {
        /// The object's segments, in order.
        case segments([Segment])
        /// The manifest frames that hold its segments, in order.
        case parts([Part])
    }

    /// The object that the manifest rebuilds.
    package let oid: Digest
    /// The object's size in bytes.
    package let size: Int64
    /// What cut the object into segments: `opaque`, or a tensor format's name.
    package let layout: String
    /// Why the layout is opaque, and what whoever loads the file should know; for `show` and `-v`; may be empty.
    package let note: String
    /// The segments or parts.
    package let content: Content

    /// Creates a manifest; the content covers exactly `size` bytes.
    package init(oid: Digest, size: Int64, layout: String, note: String, content: Content) {
        self.oid = oid
        self.size = size
        self.layout = layout
        self.note = note
        self.content = content
    }
}

extension Manifest {
    private static let magic = "gmmanif\n"
    private static let format = "manifest"
    private enum Kind: UInt8 { case whole = 1, root, part }

    /// Parses a whole or root manifest.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(FormatError) {
        var reader = ByteReader(bytes, format: Manifest.format)
        let kind = try Manifest.header(from: &reader)
        guard kind != .part else { throw reader.malformed("it is only a part") }
        oid = try reader.digest()
        size = try reader.varint()
        layout = try reader.string()
        note = try reader.string()
        if kind == .whole {
            let segments = try Manifest.segments(from: &reader)
            guard Manifest.cover(segments) == size else {
                throw reader.malformed("its segments do not add up to its size")
            }
            content = .segments(segments)
        } else {
            content = .parts(try Manifest.parts(covering: size, from: &reader))
        }
        try reader.expectEnd()
    }

    /// Parses the segments of one part, which must cover `byteCount` bytes.
    package static func segments(
        ofPart bytes: UnsafeRawBufferPointer,
        covering byteCount: Int64
    ) throws(FormatError) -> [Segment] {
        var reader = ByteReader(bytes, format: format)
        guard try header(from: &reader) == .part else { throw reader.malformed("it is not a part") }
        let segments = try segments(from: &reader)
        try reader.expectEnd()
        guard cover(segments) == byteCount else { throw reader.malformed("a part does not cover its stretch") }
        return segments
    }

    private static func header(from reader: inout ByteReader) throws(FormatError) -> Kind {
        try reader.expect(magic)
        let version = try reader.integer(UInt8.self)
        guard version == 1 else { throw FormatError(format, .newer("version \(version)")) }
        let kind = try reader.integer(UInt8.self)
        guard let kind = Kind(rawValue: kind) else { throw FormatError(format, .newer("kind \(kind)")) }
        return kind
    }

    private static func segments(from reader: inout ByteReader) throws(FormatError) -> [Segment] {
        let count = try reader.varint(atMost: Int64(FrameReference.maximumByteCount))
        var segments: [Segment] = []
        for _ in 0..<count { segments.append(try Segment(from: &reader)) }
        return segments
    }

    private static func parts(covering size: Int64, from reader: inout ByteReader) throws(FormatError) -> [Part] {
        let count = try reader.varint(atMost: Int64(FrameReference.maximumByteCount))
        var parts: [Part] = []
        var covered: Int64 = 0
        for _ in 0..<count {
            let id = try reader.digest()
            let length = try reader.varint(atMost: Int64(FrameReference.maximumByteCount))
            guard length > 0 else { throw reader.malformed("a part is empty") }
            let byteCount = try reader.varint(atMost: size - covered)
            covered += byteCount
            parts.append(Part(frame: FrameReference(id: id, byteCount: Int(length)), byteCount: byteCount))
        }
        guard covered == size else { throw reader.malformed("its parts do not add up to its size") }
        return parts
    }

    /// Returns how many bytes the segments cover, or `nil` where the sum overflows.
    private static func cover(_ segments: [Segment]) -> Int64? {
        var sum: Int64 = 0
        for segment in segments {
            let (next, overflow) = sum.addingReportingOverflow(segment.byteCount)
            guard !overflow else { return nil }
            sum = next
        }
        return sum
    }
}

extension Manifest {
    /// The manifest in its binary encoding.
    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.raw(Manifest.magic.utf8)
        writer.integer(UInt8(1))
        if case .segments = content { writer.integer(Kind.whole.rawValue) } else { writer.integer(Kind.root.rawValue) }
        writer.digest(oid)
        writer.varint(size)
        writer.string(layout)
        writer.string(note)
        switch content {
        case .segments(let segments): Manifest.encode(segments, into: &writer)
        case .parts(let parts):
            writer.varint(Int64(parts.count))
            for part in parts {
                writer.digest(part.frame.id)
                writer.varint(Int64(part.frame.byteCount))
                writer.varint(part.byteCount)
            }
        }
        return writer.bytes
    }

    /// Returns the binary encoding of a part that holds `segments`.
    package static func encodedPart(_ segments: some Collection<Segment>) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(magic.utf8)
        writer.integer(UInt8(1))
        writer.integer(Kind.part.rawValue)
        encode(segments, into: &writer)
        return writer.bytes
    }

    private static func encode(_ segments: some Collection<Segment>, into writer: inout ByteWriter) {
        writer.varint(Int64(segments.count))
        for segment in segments { segment.encode(into: &writer) }
    }
}
