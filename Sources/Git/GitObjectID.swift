import ModelCore

/// The hash that names a repository's objects.
package enum GitObjectFormat: String, Sendable, Hashable {
    /// 20 bytes, 40 hexadecimal digits.
    case sha1
    /// 32 bytes, 64 hexadecimal digits.
    case sha256

    /// The number of bytes in an id.
    package var byteCount: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        }
    }

    /// The id of the tree without entries, which stands in for the commit of an unborn branch.
    package var emptyTree: GitObjectID {
        switch self {
        case .sha1: GitObjectID(trusted: "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
        case .sha256: GitObjectID(trusted: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321")
        }
    }
}

/// The id of a Git object: 40 (SHA-1) or 64 (SHA-256) lowercase hexadecimal digits.
package struct GitObjectID: Hashable, Sendable {
    // In place, not as text: a repository may have tens of thousands of references with two ids each. An id of 20 bytes ends in zeros.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64
    /// The hash that made the id.
    package let format: GitObjectFormat

    /// Creates an id from 40 or 64 lowercase hexadecimal digits; `nil` for anything else.
    package init?(_ text: some StringProtocol) { self.init(digits: text.utf8) }

    /// Creates an id from 40 or 64 lowercase hexadecimal digits in ASCII; `nil` for anything else.
    init?(digits: some Collection<UInt8>) {
        self.init(count: digits.count, unit: 4, digits.lazy.map { Hexadecimal.value(ofLowercaseDigit: $0) })
    }

    /// Creates an id from 20 or 32 bytes; `nil` for any other count.
    package init?(bytes: some Collection<UInt8>) {
        self.init(count: bytes.count, unit: 8, bytes.lazy.map { Optional($0) })
    }

    /// Creates an id from digits that are known to be well formed.
    fileprivate init(trusted hex: String) {
        guard let id = GitObjectID(hex) else { preconditionFailure("\(hex) is no object id") }
        self = id
    }

    /// Puts `count` units of so many bits together; `nil` where one is, and where they make no id.
    private init?(count: Int, unit: Int, _ units: some Sequence<UInt8?>) {
        let format: GitObjectFormat
        switch count * unit {
        case 160: format = .sha1
        case 256: format = .sha256
        default: return nil
        }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var bit = 0
        for value in units {
            guard let value else { return nil }
            let shifted = UInt64(value) << UInt64(64 - unit - bit % 64)
            switch bit / 64 {
            case 0: words.0 |= shifted
            case 1: words.1 |= shifted
            case 2: words.2 |= shifted
            default: words.3 |= shifted
            }
            bit += unit
        }
        (first, second, third, fourth) = words
        self.format = format
    }

    /// Calls `body` with the id's 20 or 32 bytes.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let words = (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian)
        // SAFETY: an id has at most as many bytes as the words, and they live until `body` returns.
        return withUnsafeBytes(of: words) { body(UnsafeRawBufferPointer(rebasing: $0[..<format.byteCount])) }
    }

    package func hash(into hasher: inout Hasher) {
        // Whoever could make ids that agree in half of SHA-1 could do worse.
        hasher.combine(first)
        hasher.combine(second)
    }

    /// The digits.
    package var hex: String { withBytes { Hexadecimal.string($0) } }

    /// Whether all digits are zero, which is how Git's hooks say "no object".
    package var isZero: Bool { first | second | third | fourth == 0 }

    /// The first twelve digits, for messages.
    package var abbreviated: String { String(hex.prefix(12)) }
}

extension GitObjectID: Comparable {
    package static func < (left: GitObjectID, right: GitObjectID) -> Bool {
        (left.first, left.second, left.third, left.fourth) < (right.first, right.second, right.third, right.fourth)
    }
}

extension GitObjectID: CustomStringConvertible {
    /// The digits.
    package var description: String { hex }
}
