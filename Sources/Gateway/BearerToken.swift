/// The token that callers show a gateway which listens beyond loopback (RFC 6750).
package struct BearerToken: Sendable {
    /// The fewest bytes that a token may have.
    package static let minimum = 16
    private static let scheme = "bearer "

    private let bytes: [UInt8]

    /// Creates a token; `nil` for a text that is too short to be one.
    package init?(_ text: String) {
        guard text.utf8.count >= BearerToken.minimum else { return nil }
        bytes = Array(text.utf8)
    }

    /// Returns whether the value of the field `Authorization` shows the token.
    ///
    /// How long it takes depends on the length of the value alone.
    package func isShown(by value: String?) -> Bool {
        guard let value, value.utf8.count > BearerToken.scheme.utf8.count else { return false }
        guard value.prefix(BearerToken.scheme.count).lowercased() == BearerToken.scheme else { return false }
        let shown = Array(value.utf8.dropFirst(BearerToken.scheme.utf8.count))
        var difference = UInt8(shown.count == bytes.count ? 0 : 1)
        for (position, byte) in shown.enumerated() { difference |= byte ^ bytes[position % bytes.count] }
        return difference == 0
    }
}
