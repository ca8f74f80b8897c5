/// The header fields of a request or response, in order; names compare without regard to case (RFC 9110, section 5.1).
package struct HTTPFields: Sendable, ExpressibleByDictionaryLiteral {
    /// The names and values, in order.
    package private(set) var all: [(name: String, value: String)] = []

    /// Creates fields without regard to whether a name stands twice.
    package init(dictionaryLiteral elements: (String, String)...) {
        all = elements.map { (name: $0, value: $1) }
    }

    /// Creates fields from pairs.
    package init(_ pairs: some Sequence<(String, String)>) {
        all = pairs.map { (name: $0, value: $1) }
    }

    /// The first value of a name; setting one replaces all of that name.
    package subscript(name: String) -> String? {
        get { all.first { HTTPFields.isSame($0.name, name) }?.value }
        set {
            all.removeAll { HTTPFields.isSame($0.name, name) }
            if let newValue { all.append((name, newValue)) }
        }
    }

    /// Adds those of other fields whose names are not there.
    package mutating func add(_ others: HTTPFields) {
        for (name, value) in others.all where self[name] == nil { all.append((name, value)) }
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { $0 == $1 || lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
