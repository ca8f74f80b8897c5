/// What a server answered, whole.
package struct HTTPResponse: Sendable {
    /// The status code (RFC 9110, section 15).
    package let status: Int
    /// The header fields.
    package let fields: HTTPFields
    /// The content.
    package let bytes: [UInt8]

    /// Creates a response.
    package init(status: Int, fields: HTTPFields, bytes: [UInt8]) {
        self.status = status
        self.fields = fields
        self.bytes = bytes
    }

    /// Whether the server did what it was asked.
    package var isSuccess: Bool { (200..<300).contains(status) }

    /// How many seconds the server wants to be left alone (RFC 9110, section 10.2.3); dates are not read.
    package var retryAfter: Int? { fields["Retry-After"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }

    /// Where a part of a file begins that this is, in bytes (RFC 9110, section 14.4); `nil` where nothing says that it
    /// is one.
    package var rangeStart: Int64? {
        guard let range = fields["Content-Range"], range.lowercased().hasPrefix("bytes ") else { return nil }
        return Int64(range.dropFirst("bytes ".count).prefix { $0 != "-" })
    }

    /// The content as text, what is no UTF-8 replaced.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
