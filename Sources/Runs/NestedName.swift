/// Names of nested values, which libraries write with slashes or with dots: `train/loss` and `train.loss` are one name.
package enum NestedName {
    /// Returns what all spellings of a name have in common.
    package static func key(_ name: String) -> String { name.replacing("/", with: ".") }
}

extension Dictionary where Key == String {
    /// Returns the value of a name, or of another spelling of it; of several, the first by name.
    package func value(ofNested name: String) -> Value? {
        if let value = self[name] { return value }
        let key = NestedName.key(name)
        return keys.filter { NestedName.key($0) == key }.min().flatMap { self[$0] }
    }

    /// Returns the values by the names that others have, where these only spell them otherwise.
    package func spelled(as others: some Sequence<String>) -> [String: Value] {
        let names = Set(others)
        let spellings = Dictionary<String, String>(names.map { (NestedName.key($0), $0) }) { Swift.min($0, $1) }
        // A name that stands there as it is stays; of two spellings of one name, only the first by name gets another.
        return sorted { $0.key < $1.key }.reduce(into: [:]) { spelled, pair in
            let other = names.contains(pair.key) ? pair.key : spellings[NestedName.key(pair.key)] ?? pair.key
            spelled[self[other] == nil && spelled[other] == nil ? other : pair.key] = pair.value
        }
    }
}
