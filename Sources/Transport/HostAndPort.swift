/// A host and a port, as they stand in the authority of a URL (RFC 3986, section 3.2).
package struct HostAndPort: Hashable, Sendable {
    /// The name or address, an IPv6 address without its brackets.
    package let host: String
    /// The port.
    package let port: Int

    /// Parses `host[:port]` or `[address][:port]`; `nil` for anything else.
    package init?(_ text: some StringProtocol, defaultPort: Int) {
        var rest = Substring(text)
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = String(rest[..<end])
            rest = rest[end...]
        }
        guard !host.isEmpty, !host.hasPrefix("-") else { return nil }
        if rest.isEmpty {
            port = defaultPort
        } else {
            guard rest.first == ":", let number = Int(rest.dropFirst()), (1...65535).contains(number) else {
                return nil
            }
            port = number
        }
    }
}
