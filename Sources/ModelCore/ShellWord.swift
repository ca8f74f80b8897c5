/// Words of a POSIX shell's command line, for commands that people copy and other programs run.
package enum ShellWord {
    /// Returns the text so that a shell reads it back as one word; a plain one as it is.
    package static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_./=:@,+%".utf8.contains(byte)
        }
        guard !isPlain || text.isEmpty else { return text }
        // By scalars: a quote with a combining mark behind it is one character, and a quote for the shell all the same.
        var word = "'"
        for scalar in text.unicodeScalars {
            if scalar == "'" { word += "'\\''" } else { word.unicodeScalars.append(scalar) }
        }
        return word + "'"
    }

    /// Returns the words of a command, without the quotes around them; `nil` for what it takes a shell to understand:
    /// variables, other commands, redirections, patterns, and a quote that nothing closes.
    package static func words(of command: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var rest = command.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case " ", "\t", "\n":
                if let complete = word { words.append(complete) }
                word = nil
            case "'":
                guard let end = rest.firstIndex(of: "'") else { return nil }
                word = (word ?? "") + String(rest[..<end])
                rest = rest[rest.index(after: end)...]
            case "\"":
                guard let quoted = quotedText(&rest) else { return nil }
                word = (word ?? "") + quoted
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                // A line that goes on.
                if escaped != "\n" { word = (word ?? "") + String(Character(escaped)) }
            case "#" where word == nil: return nil
            case "~" where word == nil: return nil
            case "$", "`", "|", "&", ";", "<", ">", "(", ")", "*", "?", "[": return nil
            default: word = (word ?? "") + String(Character(scalar))
            }
        }
        if let word { words.append(word) }
        return words
    }

    /// Takes what stands between double quotes, the first of which was taken; `nil` where the second is missing.
    private static func quotedText(_ rest: inout String.UnicodeScalarView.SubSequence) -> String? {
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(text)
            case "$", "`": return nil
            case "\\":
                guard let next = rest.popFirst() else { return nil }
                if !"\"\\$`\n".unicodeScalars.contains(next) { text.append(scalar) }
                if next != "\n" { text.append(next) }
            default: text.append(scalar)
            }
        }
        return nil
    }
}
