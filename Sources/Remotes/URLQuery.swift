import Transport

/// The parameters at the end of a remote's URL.
struct URLQuery {
    private let values: [String: String]

    /// Parses nothing, or `?name=value&…`; a name that is not known, or stands twice, is refused.
    init(_ text: some StringProtocol, of url: String, knowing names: Set<String>) throws(RemoteError) {
        var values: [String: String] = [:]
        for pair in text.dropFirst().split(separator: "&") {
            let name = String(pair.prefix { $0 != "=" })
            guard names.contains(name), values[name] == nil else {
                let known = names.sorted().joined(separator: ", ")
                throw .unusableURL(url, reason: "'\(name)' is no parameter, or stands twice (there are \(known))")
            }
            guard let value = PercentEncoding.decoded(pair.dropFirst(name.count + 1)), !value.isEmpty else {
                throw .unusableURL(url, reason: "its parameter '\(name)' has no value")
            }
            values[name] = value
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name] }
}
