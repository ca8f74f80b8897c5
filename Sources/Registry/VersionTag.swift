package import ModelCore

/// The message of a version tag: a subject, what the user says, and trailers for programs.
package enum VersionTag {
    /// Returns a message; the body may be empty.
    package static func message(subject: String, body: String, trailers: VersionTrailers) -> String {
        let paragraphs = [subject, VersionTag.trimmed(body), trailers.text].filter { !$0.isEmpty }
        return paragraphs.joined(separator: "\n\n")
    }

    /// Reads the trailers of a message; `nil` where the last paragraph is none of ours or is damaged.
    package static func trailers(of message: String) -> VersionTrailers? {
        guard let paragraph = paragraphs(of: message).last else { return nil }
        return (try? VersionTrailers(parsing: paragraph + "\n")) ?? nil
    }

    /// Returns a message's first line without what belongs to programs.
    package static func subject(of message: String) -> String {
        String(message.prefix { $0 != "\n" })
    }

    private static func paragraphs(of message: String) -> [String] {
        var paragraphs: [String] = []
        var lines: [Substring] = []
        for line in (message + "\n\n").split(separator: "\n", omittingEmptySubsequences: false) {
            if !line.isEmpty {
                lines.append(line)
            } else if !lines.isEmpty {
                paragraphs.append(lines.joined(separator: "\n"))
                lines = []
            }
        }
        return paragraphs
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.last == "\n" || text.last == " " { text.removeLast() }
        while text.first == "\n" { text.removeFirst() }
        return String(text)
    }
}
