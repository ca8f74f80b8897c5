/// What MLflow calls names that it does not take as they are (mlflow/utils/validation.py).
struct MLflowKeys {
    /// The longest key, in bytes.
    private static let byteLimit = 250

    private var keys: [String: String] = [:]
    /// The names that got a number, since another one would have been called the same, each with what it is called.
    private(set) var renamed: [String] = []
    /// The others whose names MLflow does not take, in order.
    private(set) var replaced: [String] = []

    /// Finds a key of its own for each name; the same names get the same keys.
    init(_ names: [String]) {
        // Names that are keys themselves keep them.
        let sorted = names.sorted {
            ($0 != MLflowKeys.key(for: $0) ? 1 : 0, $0) < ($1 != MLflowKeys.key(for: $1) ? 1 : 0, $1)
        }
        var taken: Set<String> = []
        for name in sorted {
            let plain = MLflowKeys.key(for: name)
            var (key, number) = (plain, 1)
            while !taken.insert(key).inserted {
                number += 1
                let suffix = "_\(number)"
                key = plain.prefix(MLflowKeys.byteLimit - suffix.utf8.count) + suffix
            }
            keys[name] = key
            if key != plain {
                renamed.append("\(name) is \(key) there, as \(plain) is another one's name")
            } else if key != name {
                replaced.append(name)
            }
        }
    }

    /// What the first of the replaced is called, and how many others there are, as a sentence; `nil` where there is
    /// none.
    var replacement: String? {
        guard let first = replaced.first else { return nil }
        let more = replaced.count - 1
        let others = more == 0 ? "" : "; \(more) more \(more == 1 ? "has another name" : "have other names")"
        return "\(first) is \(self[first]) there, for MLflow takes no such name\(others)"
    }

    /// The key of a name.
    subscript(name: String) -> String { keys[name] ?? MLflowKeys.key(for: name) }

    /// Returns a name as MLflow takes one: letters, digits, `_`, `-`, `.`, blanks, colons and slashes, at most 250 of
    /// them, and as a path no other one.
    static func key(for name: String) -> String {
        let isTaken = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || "_-. :/".utf8.contains(byte)
        }
        let bytes = name.utf8.prefix(byteLimit).map { isTaken($0) ? $0 : UInt8(ascii: "_") }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
        // A slash before or behind which there is nothing is none.
        var key = ""
        for (position, part) in parts.enumerated() {
            let isLast = position == parts.count - 1
            if position > 0 { key += key.isEmpty || key.hasSuffix("/") || (isLast && part.isEmpty) ? "_" : "/" }
            key += part == "." || part == ".." ? String(repeating: "_", count: part.utf8.count) : String(part)
        }
        return key.hasPrefix("..") ? "_" + key.dropFirst() : key
    }
}
