/// The fields of a packet that are not read yet.
struct SFTPFields: Sendable {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() throws(SFTPMalformed) -> UInt8 {
        guard let byte = rest.popFirst() else { throw SFTPMalformed() }
        return byte
    }

    mutating func number() throws(SFTPMalformed) -> UInt32 { UInt32(truncatingIfNeeded: try bigEndian(4)) }

    mutating func longNumber() throws(SFTPMalformed) -> UInt64 { try bigEndian(8) }

    /// Returns a string of the protocol, which is bytes behind their number.
    mutating func data() throws(SFTPMalformed) -> ArraySlice<UInt8> {
        let count = Int(try number())
        guard count <= rest.count else { throw SFTPMalformed() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func bigEndian(_ count: Int) throws(SFTPMalformed) -> UInt64 {
        guard count <= rest.count else { throw SFTPMalformed() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
