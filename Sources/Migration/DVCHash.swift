import ModelCore

/// The name that DVC gives bytes: the MD5 of a file, or of the manifest of a directory.
package struct DVCHash: Hashable, Sendable {
    /// How the MD5 was made.
    package enum Algorithm: String, Sendable, CaseIterable, Comparable {
        /// Of the bytes as they are (DVC 3).
        case md5
        /// Of a text with the line ends of Unix, whatever the file has; of other files as they are (DVC 2 and earlier).
        case md5OfUnixText = "md5-dos2unix"

        package static func < (left: Algorithm, right: Algorithm) -> Bool { left.rawValue < right.rawValue }
    }

    private static let directorySuffix = ".dir"
    private static let digitCount = 32

    /// How the MD5 was made.
    package let algorithm: Algorithm
    /// The MD5 as 32 lowercase hexadecimal digits.
    package let digits: String
    /// Whether the bytes are a directory's manifest.
    package let isDirectory: Bool

    /// Creates a name from hexadecimal digits, behind which `.dir` marks a directory; `nil` for anything else.
    package init?(_ text: some StringProtocol, _ algorithm: Algorithm) {
        isDirectory = text.hasSuffix(DVCHash.directorySuffix)
        digits = String(isDirectory ? text.dropLast(DVCHash.directorySuffix.count) : text[...])
        self.algorithm = algorithm
        guard digits.utf8.count == DVCHash.digitCount,
            digits.utf8.allSatisfy({ Hexadecimal.value(ofLowercaseDigit: $0) != nil })
        else { return nil }
    }

    /// The digits, with `.dir` behind those of a directory.
    package var text: String { digits + (isDirectory ? DVCHash.directorySuffix : "") }

    /// Where a cache or a remote of DVC keeps the bytes, from its top.
    package var place: String {
        let path = "\(text.prefix(2))/\(text.dropFirst(2))"
        return algorithm == .md5 ? "files/md5/\(path)" : path
    }
}

extension DVCHash: Comparable {
    package static func < (left: DVCHash, right: DVCHash) -> Bool {
        (left.algorithm, left.text) < (right.algorithm, right.text)
    }
}

extension DVCHash: CustomStringConvertible {
    /// The algorithm and the text, as people look for it.
    package var description: String { "\(algorithm.rawValue) \(text)" }
}
