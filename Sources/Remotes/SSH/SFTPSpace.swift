/// What OpenSSH's statvfs says of a file system (its PROTOCOL file, section 4.4).
struct SFTPSpace {
    /// The bytes that this user may still write.
    let byteCount: UInt64
    /// Whether nobody may.
    let isReadOnly: Bool

    init(_ fields: inout SFTPFields) throws(SFTPMalformed) {
        _ = try fields.longNumber()
        let blockByteCount = try fields.longNumber()
        for _ in 0..<2 { _ = try fields.longNumber() }
        byteCount = try fields.longNumber().multipliedReportingOverflow(by: blockByteCount).partialValue
        for _ in 0..<4 { _ = try fields.longNumber() }
        isReadOnly = try fields.longNumber() & 1 == 1
    }
}
