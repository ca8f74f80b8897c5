import Codec
import Deployment
import ModelCore

/// What the user agrees to who agrees to a command that a tracked file brings.
enum CommandAgreement {
    /// Returns the entry: `command:` and the SHA-256 of the words, joined by zero bytes, in hexadecimal digits.
    static func entry(for words: [String]) -> String {
        "command:" + SHA256.digest(of: Array(words.joined(separator: "\0").utf8)).hex
    }

    /// Returns the command as a shell would take it.
    static func text(of words: [String]) -> String {
        QuotedPath.printable(words.map(ShellWord.quoted).joined(separator: " "))
    }
}

extension QuotedPath {
    /// Returns a text for a message: what has control characters in quotes, anything else as it is.
    static func printable(_ text: String) -> String {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? encode(text) : text
    }
}

extension ReleasePlan {
    /// The commands that may run when a release is deployed.
    var commands: [[String]] { [serve, batch].filter { !$0.isEmpty } }
}
