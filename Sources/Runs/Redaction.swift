import FoundationEssentials

/// Keeps secrets out of records: by the names of what holds them, and by how they look.
package enum Redaction {
    /// What stands in a secret's place.
    package static let mark = "[redacted]"

    /// Parts of names that are given to secrets, in lower case and without separators.
    private static let names = [
        "password", "passwd", "passphrase", "secret", "apikey", "accesskey", "privatekey", "credential",
        "authorization", "authheader",
    ]
    /// Words that names of secrets end with; elsewhere in a name they mean something else: `tokenizer`, `max_tokens`.
    private static let lastWords: Set<String> = ["token", "pat", "pwd", "pw", "pass", "auth", "cookie"]
    /// Words before `key` with which a name means a secret's: others are of tables and locks.
    private static let keyOwners: Set<String> = [
        "wandb", "comet", "neptune", "openai", "anthropic", "huggingface", "hf", "azure", "account", "subscription",
        "signing", "encryption", "auth",
    ]
    /// Words before those with which a name means something else, too: `pad_token`, `num_pass`.
    private static let harmlessWords: [String: Set<String>] = [
        "token": [
            "pad", "bos", "eos", "unk", "sep", "cls", "mask", "image", "special", "num", "n", "max", "min", "per",
        ],
        "pass": ["num", "n", "max", "min", "per"],
    ]
    /// What known services begin their secrets with.
    static let beginnings = [
        "AKIA", "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "hf_", "sk-", "sk_live_", "xoxb-",
        "xoxp-",
        "AIza", "ya29.", "eyJhbGciOi", "npm_", "pypi-", "dckr_pat_",
    ]
    /// What stands before the secret in a header that logs in.
    static let schemes = ["Bearer", "Basic"]
    /// A secret of a known service is not shorter than this.
    private static let shortestSecret = 12

    /// Whether something of that name holds a secret.
    package static func isSecret(name: String) -> Bool { hasSecretPart(name) || endsAsSecret(name) }

    /// Whether a name says, wherever in it, that whatever it holds is secret.
    private static func hasSecretPart(_ name: String) -> Bool {
        let letters = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return names.contains(where: letters.contains)
    }

    /// Whether a name ends as those of secrets do.
    static func endsAsSecret(_ name: String) -> Bool {
        let last = lastWord(of: name[...])
        let word = last.lowercased()
        let before = lastWord(of: name[..<last.startIndex]).lowercased()
        if word == "key" { return keyOwners.contains(before) }
        guard lastWords.contains(word) else { return false }
        return harmlessWords[word]?.contains(before) != true
    }

    /// Returns the last word of a name as `access_token`, `access-token` or `accessToken`.
    static func lastWord(of name: Substring) -> Substring {
        let last = name.split { !$0.isLetter && !$0.isNumber }.last ?? name[name.endIndex...]
        let start = last.dropFirst().lastIndex { $0.isUppercase }
        let isAllUppercase = last.allSatisfy { !$0.isLowercase }
        return isAllUppercase ? last : start.map { last[$0...] } ?? last
    }

    /// Returns a text without what looks like a secret in it, and without the logins of its URLs.
    package static func value(_ text: String) -> String {
        var text = privateKeys(urls(text))
        for beginning in schemes.map({ "\($0) " }) + beginnings {
            var start = text.startIndex
            while let found = secret(beginning, in: text[start...]) {
                let before = text.distance(from: text.startIndex, to: found.lowerBound)
                text.replaceSubrange(found, with: mark)
                start = text.index(text.startIndex, offsetBy: before + mark.count)
            }
        }
        return text
    }

    /// Whether a text has what looks like a secret in it, or a URL with a login.
    static func findsSecret(in text: String) -> Bool {
        (schemes.map { "\($0) " } + beginnings).contains { secret($0, in: text[...]) != nil } || urls(text) != text
    }

    /// Takes private keys in PEM out of a text, to their ends or to its own.
    private static func privateKeys(_ text: String) -> String {
        let (begin, end, dashes) = ("-----BEGIN ", "-----END ", "-----")
        var result = ""
        var rest = text[...]
        while let found = rest.firstRange(of: begin) {
            guard let head = rest[found.upperBound...].firstRange(of: dashes),
                rest[found.upperBound..<head.lowerBound].contains("PRIVATE KEY")
            else {
                result += rest[..<found.upperBound]
                rest = rest[found.upperBound...]
                continue
            }
            result += rest[..<found.lowerBound] + mark
            let foot = rest[head.upperBound...].firstRange(of: end)
                .flatMap { rest[$0.upperBound...].firstRange(of: dashes) }
            rest = foot.map { rest[$0.upperBound...] } ?? ""
        }
        return result + rest
    }

    /// Returns where a text, which may be the rest of one, has the first secret that begins so.
    private static func secret(_ beginning: String, in text: Substring) -> Range<Substring.Index>? {
        var rest = text
        while let found = rest.firstRange(of: beginning) {
            let before = text.base[..<found.lowerBound].last
            let end = text[found.upperBound...].firstIndex { $0.isWhitespace || "\"'&;,".contains($0) } ?? text.endIndex
            if before.map(isWordPart) != true, isSecret(text[found.upperBound..<end], after: beginning) {
                return found.lowerBound..<end
            }
            rest = rest[found.upperBound...]
        }
        return nil
    }

    /// Whether what follows a service's beginning can be the rest of its secret.
    private static func isSecret(_ rest: Substring, after beginning: String) -> Bool {
        switch beginning {
        case "hf_":
            // So do functions and directories begin, of several words or of one: hf_hub_download, hf_checkpoints.
            let code = rest.prefix { $0.isLetter || $0.isNumber }
            if code.count >= 30 { return true }
            let isWhole = rest[code.endIndex...].first.map(isWordPart) != true
            return code.count >= 16 && code.contains(where: \.isNumber) && isWhole
        case "sk-":
            let code = rest.prefix(while: isWordPart)
            let isMixed = code.contains(where: \.isUppercase) && code.contains(where: \.isLowercase)
            return code.count >= 20 && (isMixed || code.contains(where: \.isNumber))
        case "Bearer ", "Basic ":
            // Not so: Basic instructions, bearer authentication.
            let code = rest.prefix { isWordPart($0) || ".~+/=".contains($0) }
            let isMixed = code.dropFirst().contains(where: \.isUppercase) && code.contains(where: \.isLowercase)
            return code.count >= 16 && (isMixed || code.contains(where: \.isNumber))
                || beginning == "Basic " && isLogin(String(code))
        default:
            return beginning.count + rest.count >= shortestSecret
        }
    }

    /// Whether a code is the Base64 of a name and a password.
    private static func isLogin(_ code: String) -> Bool {
        guard let bytes = Data(base64Encoded: code), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
            return false
        }
        return colon > bytes.startIndex && bytes.allSatisfy { (0x20..<0x7F).contains($0) }
    }

    /// Returns what a variable, parameter or option of that name holds, or the mark.
    package static func value(_ text: String, of name: String) -> String {
        let isShort = text.utf8.count <= 5 && saysLittle(ParameterValue(word: text))
        return hasSecretPart(name) || endsAsSecret(name) && !isShort ? mark : value(text)
    }

    /// Takes secrets out of parameters: whatever a name like `password` holds, and what one that only ends as such
    /// names do holds, but for truth values and small numbers.
    package static func apply(to parameters: inout [String: ParameterValue]) {
        for (name, value) in parameters where value != .none {
            let isHidden = hasSecretPart(name) || endsAsSecret(name) && !saysLittle(value)
            parameters[name] = isHidden ? .text(mark) : redacted(value)
        }
    }

    /// Whether a value is too small to be a secret: a truth value, or a number that counts or weighs something.
    private static func saysLittle(_ value: ParameterValue) -> Bool {
        switch value {
        case .truth: true
        case .integer, .real: value.number.map { abs($0) < 1000 } ?? false
        case .none, .text, .list: false
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
        var option: String?
        return words.map { word in
            let given = option
            option = word.hasPrefix("-") && !word.contains("=") && isSecret(name: word) ? word : nil
            if let given, !word.hasPrefix("--") { return value(word, of: given) }
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
            return isSecret(name: name) || ["sig", "signature"].contains(lastWord(of: name[...]).lowercased())
        }
        if isSigned { text.replaceSubrange(text.index(after: question)..., with: mark) }
        return text
    }
}
