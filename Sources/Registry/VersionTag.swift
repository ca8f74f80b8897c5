package import ModelCore

/// The message of a version tag: a subject, what the user says, and trailers for programs, a blank line between each.
package enum VersionTag {
    /// Returns a message; the body may be empty, and `trailers` are a paragraph.
    package static func message(subject: String, body: String, trailers: String) -> String {
        let parts = [subject.split(whereSeparator: \.isNewline).joined(separator: " "), trimmed(body), trailers]
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// Reads the trailers of a message: of its last paragraph; `nil` where that is none of ours.
    ///
    /// Throws `FormatError` for one that is ours and damaged.
    package static func trailers(of message: String) throws(FormatError) -> VersionTrailers? {
        try VersionTrailers(parsing: lastParagraph(of: message))
    }

    /// Returns a message's first line.
    package static func subject(of message: String) -> String {
        let bytes = message.utf8.drop { $0 == UInt8(ascii: "\n") }.prefix { $0 != UInt8(ascii: "\n") }
        return String(Substring(bytes))
    }

    /// Returns what a person wrote below the subject.
    package static func body(of message: String) -> String {
        var lines = lines(of: message)
        if (try? trailers(of: message)) != .some(nil) {
            lines.removeLast(lines.reversed().prefix { !$0.isEmpty }.count)
        }
        return trimmed(lines.dropFirst().joined(separator: "\n"))
    }

    /// What stands behind the last empty line, without line feeds at its end.
    private static func lastParagraph(of message: String) -> Substring {
        let (bytes, lineFeed) = (message.utf8, UInt8(ascii: "\n"))
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[bytes.index(before: end)] == lineFeed { end = bytes.index(before: end) }
        var start = end
        while start > bytes.startIndex {
            let before = bytes.index(before: start)
            if bytes[before] == lineFeed, before == bytes.startIndex || bytes[bytes.index(before: before)] == lineFeed {
                break
            }
            start = before
        }
        return message[start..<end]
    }

    /// The lines, cut at line feeds only, without blank ones at either end.
    private static func lines(of message: String) -> [String] {
        let lines = message.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard let first = lines.firstIndex(where: { !$0.isEmpty }), let last = lines.lastIndex(where: { !$0.isEmpty })
        else { return [] }
        return Array(lines[first...last])
    }

    /// The text with LF line endings, without white space at its end and blank lines at its start.
    private static func trimmed(_ text: String) -> String {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return lines.drop { $0.allSatisfy(\.isWhitespace) }.joined(separator: "\n")
    }
}
