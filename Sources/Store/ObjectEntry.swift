package import ModelCore

/// What an index knows of an object: a frame that rebuilds or describes it.
package struct ObjectEntry: Hashable, Sendable {
    /// The number of bytes in the encoding.
    package static let byteCount = 80

    /// What the frame of an object entry is; numbers of later versions are kept as they are.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        /// The number in the index.
        package let rawValue: UInt8

        /// Creates a kind from its number.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The frame is a manifest of the object.
        package static let manifest = Kind(rawValue: 1)
        /// The frame compares the object with an earlier one.
        package static let comparison = Kind(rawValue: 2)
    }

    /// The object.
    package var oid: Digest
    /// The frame.
    package var frame: Digest
    /// The object's size in bytes.
    package var size: Int64
    /// What the frame is.
    package var kind: Kind

    /// Creates an entry.
    package init(oid: Digest, frame: Digest, size: Int64, kind: Kind) {
        self.oid = oid
        self.frame = frame
        self.size = size
        self.kind = kind
    }
}

extension ObjectEntry {
    /// Decodes an entry from the first 80 bytes of a buffer that has as many.
    init(loading bytes: UnsafeRawBufferPointer) {
        oid = Digest(loading: bytes)
        frame = Digest(loading: UnsafeRawBufferPointer(rebasing: bytes[32..<64]))
        size = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 64, as: Int64.self))
        kind = Kind(rawValue: bytes[72])
    }

    func encode(into writer: inout ByteWriter) {
        writer.digest(oid)
        writer.digest(frame)
        writer.integer(size)
        writer.integer(kind.rawValue)
        writer.reserved(7)
    }

    static func precedes(_ left: ObjectEntry, _ right: ObjectEntry) -> Bool {
        (left.oid, left.kind.rawValue, left.frame) < (right.oid, right.kind.rawValue, right.frame)
    }
}
