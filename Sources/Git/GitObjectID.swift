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
    // In place, not as text: a repository may have tens of thousands of references with two ids each. An id of 20 bytes
    // ends in zeros.
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
        switch digits.count {
        case 40: format = .sha1
        case 64: format = .sha256
        default: return nil
        }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var position = 0
        for digit in digits {
            guard let value = Hexadecimal.value(ofLowercaseDigit: digit) else { return nil }
            let shifted = UInt64(value) << UInt64(60 - position % 16 * 4)
            switch position / 16 {
            case 0: words.0 |= shifted
            case 1: words.1 |= shifted
            case 2: words.2 |= shifted
            default: words.3 |= shifted
            }
            position += 1
        }
        (first, second, third, fourth) = words
    }

    /// Creates an id from 20 or 32 bytes; `nil` for any other count.
    package init?(bytes: some Collection<UInt8>) {
        let id = bytes.withContiguousStorageIfAvailable { GitObjectID(bytes: UnsafeRawBufferPointer($0)) }
        guard let id = id ?? Array(bytes).withUnsafeBytes({ GitObjectID(bytes: $0) }) else { return nil }
        self = id
    }

    /// Creates an id from 20 or 32 bytes in memory; `nil` for any other count.
    package init?(bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case GitObjectFormat.sha1.byteCount: format = .sha1
        case GitObjectFormat.sha256.byteCount: format = .sha256
        default: return nil
        }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        // SAFETY: the words have room for 32 bytes.
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
        (first, second) = (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1))
        (third, fourth) = (UInt64(bigEndian: words.2), UInt64(bigEndian: words.3))
    }

    /// Creates an id from digits that are known to be well formed.
    fileprivate init(trusted hex: String) {
        guard let id = GitObjectID(hex) else { preconditionFailure("\(hex) is no object id") }
        self = id
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
