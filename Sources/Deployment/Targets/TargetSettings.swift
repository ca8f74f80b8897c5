import ModelCore

/// The keys of a target, `[deploy "NAME"]` of the configuration, by their lower-case names; a key may have several
/// values.
package struct TargetSettings: Sendable, Hashable {
    /// The target.
    package let name: TargetName
    private let values: [String: [String]]

    /// Creates the settings of a target from its keys, each with its values in the order of the file.
    package init(_ name: TargetName, _ values: [String: [String]]) {
        self.name = name
        self.values = values
    }

    /// Returns the last value of a key; `nil` where it is not set or empty.
    package func text(_ key: String) -> String? {
        guard let text = values[key]?.last, !text.isEmpty else { return nil }
        return text
    }

    /// Returns all values of a key, in the order of the file.
    package func texts(_ key: String) -> [String] { values[key] ?? [] }

    /// Returns the value of a key that the target needs; throws `setting`.
    package func required(_ key: String, for purpose: String) throws(TargetError) -> String {
        guard let text = text(key) else { throw problem(key, "is not set, and \(purpose)") }
        return text
    }

    /// Returns a whole number from `range`, or `fallback` where the key is not set; throws `setting` for anything else.
    package func integer(_ key: String, in range: ClosedRange<Int>, or fallback: Int) throws(TargetError) -> Int {
        guard let text = text(key) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw problem(
                key,
                "is \(QuotedPath.encode(text)), which is no number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// Returns a truth value as Git reads them, or `fallback` where the key is not set; throws `setting` for anything
    /// else.
    package func flag(_ key: String, or fallback: Bool) throws(TargetError) -> Bool {
        switch text(key)?.lowercased() {
        case nil: return fallback
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        case .some(let text): throw problem(key, "is \(QuotedPath.encode(text)), which is neither true nor false")
        }
    }

    /// Refuses keys beside the known ones: what is misspelt would else be quietly something else.
    package func requireKnown(_ keys: Set<String>) throws(TargetError) {
        guard let odd = values.keys.sorted().first(where: { !keys.contains($0) }) else { return }
        throw problem(odd, "is not known; known are \(keys.sorted().joined(separator: ", "))")
    }

    /// The error that something is wrong with a key's value.
    package func problem(_ key: String, _ what: String) -> TargetError {
        .setting(target: name.text, key: key, problem: what)
    }
}
