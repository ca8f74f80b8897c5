/// Keeps secrets out of records: by the names of what holds them, and by how they look.
package enum Redaction {
    /// What stands in a secret's place.
    package static let mark = "[redacted]"

    /// Parts of names that are given to secrets, in lower case and without separators.
    private static let names = [
        "password", "passwd", "passphrase", "secret", "apikey", "accesskey", "privatekey", "credential",
        "authorization",
    ]
    /// Words that names of secrets end with; elsewhere in a name they mean something else: `tokenizer`, `max_tokens`.
    private static let lastWords: Set<String> = ["token", "pat", "pwd", "pass", "auth"]
    /// What known services begin their secrets with.
    private static let beginnings = [
        "AKIA", "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "hf_", "sk-", "sk_live_", "xoxb-",
        "xoxp-",
        "AIza", "ya29.", "eyJhbGciOi", "-----BEGIN", "npm_", "pypi-", "dckr_pat_", "Bearer ", "Basic ",
    ]
    /// A secret of a known service is not shorter than this.
    private static let shortestSecret = 12

    /// Whether something of that name holds a secret.
    package static func isSecret(name: String) -> Bool {
        let letters = name.lowercased().filter { $0.isLetter || $0.isNumber }
        if names.contains(where: letters.contains) { return true }
        return lastWords.contains(lastWord(of: name))
    }

    /// Returns the last word of a name as `access_token`, `access-token` or `accessToken`, in lower case.
    private static func lastWord(of name: String) -> String {
        let last = name.split { !$0.isLetter && !$0.isNumber }.last ?? ""
        let start = last.dropFirst().lastIndex { $0.isUppercase }
        let isAllUppercase = last.allSatisfy { !$0.isLowercase }
        return String(isAllUppercase ? last : start.map { last[$0...] } ?? last).lowercased()
    }

    /// Returns a text without what looks like a secret in it, and without the logins of its URLs.
    package static func value(_ text: String) -> String {
        var text = urls(text)
        for beginning in beginnings {
            var start = text.startIndex
            while let found = text[start...].firstRange(of: beginning) {
                let isWordStart =
                    found.lowerBound == text.startIndex || !isWordPart(text[text.index(before: found.lowerBound)])
                let end =
                    text[found.upperBound...].firstIndex { $0.isWhitespace || "\"'&;,".contains($0) } ?? text.endIndex
                guard isWordStart, text.distance(from: found.lowerBound, to: end) >= shortestSecret else {
                    start = found.upperBound
                    continue
                }
                let before = text.distance(from: text.startIndex, to: found.lowerBound)
                text.replaceSubrange(found.lowerBound..<end, with: mark)
                start = text.index(text.startIndex, offsetBy: before + mark.count)
            }
        }
        return text
    }

    /// Returns what a variable, parameter or option of that name holds, or the mark.
    package static func value(_ text: String, of name: String) -> String { isSecret(name: name) ? mark : value(text) }

    /// Takes secrets out of parameters, whatever kind of value they are.
    package static func apply(to parameters: inout [String: ParameterValue]) {
        for (name, value) in parameters {
            parameters[name] = isSecret(name: name) && value != .none ? .text(mark) : redacted(value)
        }
    }

    private static func redacted(_ value: ParameterValue) -> ParameterValue {
        switch value {
        case .text(let text): .text(self.value(text))
        case .list(let elements): .list(elements.map(redacted))
        default: value
        }
    }

    /// Returns the words of a command without the secrets among them: those of options whose names say so, and those
    /// that look so.
    package static func command(_ words: [String]) -> [String] {
        var isNext = false
        return words.map { word in
            defer { isNext = word.hasPrefix("-") && !word.contains("=") && isSecret(name: word) }
            if isNext, !word.hasPrefix("--") { return mark }
            guard let equals = word.firstIndex(of: "="), !word[..<equals].contains(where: \.isWhitespace) else {
                return value(word)
            }
            let name = word[..<equals]
            guard !name.contains("://") else { return value(word) }
            return "\(name)=\(value(String(word[word.index(after: equals)...]), of: String(name)))"
        }
    }

    private static func isWordPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "-"
    }

    /// Takes the logins out of URLs, `scheme://login@host/…`, and their questions where these have something secret.
    private static func urls(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            let isSSH = rest[..<scheme.lowerBound].hasSuffix("ssh")
            rest = rest[scheme.upperBound...]
            let end = rest.firstIndex { $0.isWhitespace || "\"'".contains($0) } ?? rest.endIndex
            result += url(rest[..<end], keepsUser: isSSH)
            rest = rest[end...]
        }
        return result + rest
    }

    private static func url(_ text: Substring, keepsUser: Bool) -> String {
        var text = String(text)
        let authority = text.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // A name alone, as in ssh://git@host, is no secret; at web servers it often is a token.
        if let at = authority.lastIndex(of: "@"), !keepsUser || authority[..<at].contains(":") {
            text.replaceSubrange(..<at, with: mark)
        }
        guard let question = text.firstIndex(of: "?") else { return text }
        let isSigned = text[question...].dropFirst().split(separator: "&").contains { pair in
            let name = String(pair.prefix { $0 != "=" })
            return isSecret(name: name) || ["sig", "signature"].contains(lastWord(of: name))
        }
        if isSigned { text.replaceSubrange(text.index(after: question)..., with: mark) }
        return text
    }
}
