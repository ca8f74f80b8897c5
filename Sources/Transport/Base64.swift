import FoundationEssentials

extension String {
    /// The bytes in base64 (RFC 4648, section 4).
    package var base64: String { Data(utf8).base64EncodedString() }
}

extension Collection<UInt8> {
    /// The bytes in base64 (RFC 4648, section 4).
    package var base64: String { Data(self).base64EncodedString() }
}
