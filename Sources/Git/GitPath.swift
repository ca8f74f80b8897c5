/// A path inside a repository as Git keeps it: bytes, separated by `/`, relative to the top, in no particular encoding.
///
/// Nothing is checked: a hostile tree may hold `..` or `.git`. Whoever turns one into a path on disk validates it
/// first.
package struct GitPath: Hashable, Sendable, Comparable {
    /// The path's bytes, without a terminator.
    package let bytes: [UInt8]

    /// Creates a path from bytes.
    package init(bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Creates a path from text.
    package init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// The path as text; `nil` when its bytes are no UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// The bytes after the last `/`.
    package var lastComponent: ArraySlice<UInt8> {
        bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...]
    }

    /// Whether the path's bytes end with those of `suffix`.
    package func hasSuffix(_ suffix: String) -> Bool {
        bytes.count >= suffix.utf8.count && bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// Whether the path is inside the directory, at any depth.
    package func isInside(_ directory: GitPath) -> Bool {
        bytes.count > directory.bytes.count && bytes.starts(with: directory.bytes)
            && (directory.bytes.isEmpty || bytes[directory.bytes.count] == UInt8(ascii: "/"))
    }

    package static func < (left: GitPath, right: GitPath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension GitPath: ExpressibleByStringLiteral {
    /// Creates a path from a literal.
    package init(stringLiteral value: String) {
        self.init(value)
    }
}

extension GitPath: CustomStringConvertible {
    /// The path for messages: bytes that are no UTF-8 are replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
