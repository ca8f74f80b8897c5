package import ModelCore

/// The SHA-256 state that the beginning of a message leads to, from which its digest goes on without those bytes.
package struct HashedBeginning: Sendable {
    let lane: SHA256Lane

    init(_ lane: SHA256Lane) { self.lane = lane }

    /// Whether this processor's digests can go on from a beginning.
    package static var isAvailable: Bool { SHA256Lane.isAvailable }

    /// Reads a state as `encode` writes it; it is the state of some `byteCount` bytes, whatever these are.
    package init(from reader: inout ByteReader, byteCount: Int64) throws(FormatError) {
        lane = try SHA256Lane(from: &reader, byteCount: UInt64(byteCount))
    }

    /// Writes the state, without the number of bytes that led to it.
    package func encode(into writer: inout ByteWriter) { lane.encode(into: &writer) }
}
