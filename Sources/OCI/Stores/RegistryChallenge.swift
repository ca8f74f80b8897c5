/// What a registry wants of those who ask (RFC 9110, section 11.6.1; distribution-spec's token authentication).
package enum RegistryChallenge: Sendable, Hashable {
    /// A name and a password.
    case basic
    /// A token that somebody at `realm` gives out.
    case bearer(realm: String, service: String?)

    /// Reads the value of `WWW-Authenticate`; of several challenges, the first that is understood.
    ///
    /// `nil` where none is.
    package init?(parsing text: String) {
        var rest = Substring(text)
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " || $0 == "," }
            let scheme = rest.prefix { $0 != " " && $0 != "," }.lowercased()
            rest = rest.dropFirst(scheme.count)
            let values = RegistryChallenge.parameters(&rest)
            if scheme == "basic" {
                self = .basic
                return
            }
            if scheme == "bearer", let realm = values["realm"] {
                self = .bearer(realm: realm, service: values["service"])
                return
            }
            if scheme.isEmpty { break }
        }
        return nil
    }

    /// Takes `name="value"` pairs with commas between them, up to what is no pair.
    private static func parameters(_ rest: inout Substring) -> [String: String] {
        var values: [String: String] = [:]
        while true {
            let start = rest.drop { $0 == " " || $0 == "," }
            let name = start.prefix { $0.isLetter || $0 == "_" || $0 == "-" }
            var after = start.dropFirst(name.count)
            guard !name.isEmpty, after.first == "=" else { return values }
            after = after.dropFirst()
            if after.first == "\"" {
                let value = after.dropFirst().prefix { $0 != "\"" }
                values[name.lowercased()] = String(value)
                rest = after.dropFirst(value.count + 2)
            } else {
                let value = after.prefix { $0 != "," && $0 != " " }
                values[name.lowercased()] = String(value)
                rest = after.dropFirst(value.count)
            }
        }
    }
}
