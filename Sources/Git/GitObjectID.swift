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
package struct GitObjectID: Hashable, Sendable, Comparable {
    /// The digits.
    package let hex: String

    /// Creates an id from 40 or 64 lowercase hexadecimal digits; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let digits = text.utf8
        guard digits.count == 40 || digits.count == 64,
            digits.allSatisfy({ Hexadecimal.value(ofLowercaseDigit: $0) != nil })
        else { return nil }
        hex = String(text)
    }

    /// Creates an id from 20 or 32 bytes; `nil` for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 20 || bytes.count == 32 else { return nil }
        hex = Hexadecimal.string(bytes)
    }

    /// Creates an id from digits that are known to be well formed.
    init(trusted hex: String) {
        self.hex = hex
    }

    /// The hash that made the id.
    package var format: GitObjectFormat { hex.utf8.count == 40 ? .sha1 : .sha256 }

    /// Whether all digits are zero, which is how Git's hooks say "no object".
    package var isZero: Bool { hex.utf8.allSatisfy { $0 == UInt8(ascii: "0") } }

    /// The first twelve digits, for messages.
    package var abbreviated: String { String(hex.prefix(12)) }

    package static func < (left: GitObjectID, right: GitObjectID) -> Bool { left.hex < right.hex }
}

extension GitObjectID: CustomStringConvertible {
    /// The digits.
    package var description: String { hex }
}
