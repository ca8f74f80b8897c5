/// What changed in the tensors of an object since an earlier version of it, so that a reviewer needs the bytes of
/// neither.
///
/// The encoding is the comparison of `docs/formats.md`.
package struct ObjectComparison: Hashable, Sendable {
    /// The object: a file, or a tree's listing.
    package let oid: Digest
    /// The object's size in bytes.
    package let size: Int64
    /// The earlier version; only a name, which need not be in the store.
    package let base: Digest
    /// The number of tensors that are the same in both, in whatever files.
    package let unchangedCount: Int
    /// The other tensors: those of the object in its order, then those that it does not have any more.
    package let changes: [TensorChange]

    /// Creates a comparison of `oid` with `base`.
    package init(oid: Digest, size: Int64, base: Digest, unchangedCount: Int, changes: [TensorChange]) {
        self.oid = oid
        self.size = size
        self.base = base
        self.unchangedCount = unchangedCount
        self.changes = changes
    }

    /// The comparison of the earlier version, of `size` bytes, with this one; its order is still this one's.
    package func reversed(size: Int64) -> ObjectComparison {
        ObjectComparison(
            oid: base,
            size: size,
            base: oid,
            unchangedCount: unchangedCount,
            changes: changes.map(\.reversed)
        )
    }

    /// Whether neither version has tensors.
    package var isEmpty: Bool { unchangedCount == 0 && changes.isEmpty }
}

extension ObjectComparison {
    static let format = "comparison"
    private static let magic = "gmcompa\n"

    /// One frame's share of a comparison.
    package struct Part: Hashable, Sendable {
        /// What is compared with what, and the changes of this part.
        package let comparison: ObjectComparison
        /// The part's number, from 0.
        package let number: Int
        /// The number of parts.
        package let count: Int

        /// Parses one frame.
        package init(parsing bytes: UnsafeRawBufferPointer) throws(FormatError) {
            var reader = ByteReader(bytes, format: format)
            try reader.expect(magic)
            let version = try reader.integer(UInt8.self)
            guard version == 1 else { throw FormatError(format, .newer("version \(version)")) }
            let oid = try reader.digest()
            let size = try reader.varint()
            let base = try reader.digest()
            let unchangedCount = Int(try reader.varint())
            count = Int(try reader.varint(atMost: Int64(UInt32.max)))
            guard count > 0 else { throw reader.malformed("it has no parts") }
            number = Int(try reader.varint(atMost: Int64(count - 1)))
            var changes: [TensorChange] = []
            for _ in 0..<(try reader.varint(atMost: Int64(FrameReference.maximumByteCount))) {
                changes.append(try TensorChange(from: &reader))
            }
            try reader.expectEnd()
            comparison = ObjectComparison(
                oid: oid,
                size: size,
                base: base,
                unchangedCount: unchangedCount,
                changes: changes
            )
        }

        /// Whether another part is of the same comparison.
        package func isOfSame(_ other: Part) -> Bool {
            count == other.count && comparison.head == other.comparison.head
        }
    }

    /// Joins the parts of one comparison, in any order; `nil` where some are missing, or are of another.
    package init?(joining parts: some Collection<Part>) {
        let parts = parts.sorted { $0.number < $1.number }
        guard let first = parts.first, parts.map(\.number) == Array(0..<first.count),
            parts.allSatisfy(first.isOfSame)
        else { return nil }
        self = first.comparison.with(parts.flatMap(\.comparison.changes))
    }

    /// The binary encodings of its parts, each of at most `limit` bytes unless one change alone is larger.
    package func encodedParts(atMost limit: Int = FrameReference.maximumByteCount) -> [[UInt8]] {
        var groups: [[TensorChange]] = [[]]
        // Generous for everything before the changes.
        var byteCount = 256
        for change in changes {
            var writer = ByteWriter()
            change.encode(into: &writer)
            if byteCount + writer.count > limit, !groups[groups.count - 1].isEmpty {
                groups.append([])
                byteCount = 256
            }
            groups[groups.count - 1].append(change)
            byteCount += writer.count
        }
        return groups.indices.map { encoded(groups[$0], number: $0, count: groups.count) }
    }

    private func encoded(_ changes: [TensorChange], number: Int, count: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(ObjectComparison.magic.utf8)
        writer.integer(UInt8(1))
        writer.digest(oid)
        writer.varint(size)
        writer.digest(base)
        writer.varint(Int64(unchangedCount))
        writer.varint(Int64(count))
        writer.varint(Int64(number))
        writer.varint(Int64(changes.count))
        for change in changes { change.encode(into: &writer) }
        return writer.bytes
    }

    private var head: ObjectComparison { with([]) }

    private func with(_ changes: [TensorChange]) -> ObjectComparison {
        ObjectComparison(oid: oid, size: size, base: base, unchangedCount: unchangedCount, changes: changes)
    }
}
