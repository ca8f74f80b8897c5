/// Looks for lines that give what is called a secret a literal, as shells, settings and programs do: `API_KEY=…`,
/// `password: …`, `"client_secret": "…"`.
///
/// Code that only passes secrets on has names, calls and places there, and words of texts and models are no secrets.
enum AssignedSecrets {
    /// What a line gives a name.
    private struct Assignment {
        let value: String
        let isQuoted: Bool
        /// Whether it stands behind a colon, as types do, too.
        let mayBeType: Bool
        /// Whether it stands behind `=` and a space, as expressions of programs do.
        let mayBeExpression: Bool
    }

    private static let longestName = 64
    private static let longestValue = 512
    /// A password may be as short; keys and tokens are made by machines.
    private static let (shortestPassword, shortestKey) = (8, 16)
    /// What names of keys end with, in lower case and without separators.
    private static let keyEndings = [
        "secret", "apikey", "accesskey", "privatekey", "secretkey", "credential", "credentials",
    ]
    private static let passwordEndings = ["password", "passwd", "passphrase"]
    /// What stands where somebody is to put a secret.
    private static let placeholders = [
        "example", "your_", "your-", "changeme", "change_me", "placeholder", "redacted", "xxxx", "****", "...",
    ]

    /// Whether one of the lines of bytes, which are taken for UTF-8, is such a one.
    static func findsSecret(in bytes: ArraySlice<UInt8>) -> Bool {
        var start = bytes.startIndex
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"): start = index + 1
            case UInt8(ascii: "="), UInt8(ascii: ":"):
                guard let name = name(in: bytes[start..<index]), let shortest = shortestSecret(of: name.text) else {
                    continue
                }
                let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
                let assignment = assignment(of: bytes[index..<end], to: name)
                if let assignment, isSecret(assignment, shortest) { return true }
            default: continue
            }
        }
        return false
    }

    // MARK: Names

    private typealias Name = (text: String, isQuoted: Bool, isSpaced: Bool)

    /// Returns the name before the sign that a line has behind these bytes; `nil` where it calls nothing a secret.
    private static func name(in line: ArraySlice<UInt8>) -> Name? {
        var rest = line
        // As in `name := value`.
        if let last = rest.last, ":?".utf8.contains(last) { rest.removeLast() }
        let isSpaced = rest.last.map(isBlank) ?? false
        rest = trimmed(rest)
        // As in `environ["name"] = value`.
        if rest.last == UInt8(ascii: "]") { rest.removeLast() }
        let isQuoted = rest.last.map(isQuote) ?? false
        if isQuoted { rest.removeLast() }
        // Quotes in a text of JSON.
        if isQuoted, rest.last == UInt8(ascii: "\\") { rest.removeLast() }
        let name = lastWord(of: rest)
        // What types of others are called says nothing of what stands behind: `"AWS::SecretsManager::Secret": …`.
        guard !rest[..<name.startIndex].suffix(2).elementsEqual("::".utf8) else { return nil }
        // As in `name: str = value`.
        let before = trimmed(rest[..<name.startIndex])
        if isSpaced, !isQuoted, before.last == UInt8(ascii: ":"), !endsAsSecret(name) {
            let annotated = lastWord(of: trimmed(before.dropLast()))
            return endsAsSecret(annotated) ? (String(decoding: annotated, as: UTF8.self), false, true) : nil
        }
        return endsAsSecret(name) ? (String(decoding: name, as: UTF8.self), isQuoted, isSpaced) : nil
    }

    /// Whether a name may be one of a secret: most have other letters at their ends, and bytes tell that fast.
    private static func endsAsSecret(_ name: ArraySlice<UInt8>) -> Bool {
        (2...longestName).contains(name.count) && name.last.map { "delnstwy".utf8.contains($0 | 0x20) } == true
    }

    /// Returns how long a secret of that name is at least; `nil` where the name is not a secret's.
    private static func shortestSecret(of name: String) -> Int? {
        let letters = name.lowercased().filter { $0.isLetter || $0.isNumber }
        if passwordEndings.contains(where: letters.hasSuffix) { return shortestPassword }
        if keyEndings.contains(where: letters.hasSuffix) { return shortestKey }
        guard Redaction.endsAsSecret(name) else { return nil }
        switch Redaction.lastWord(of: name[...]).lowercased() {
        case "token", "key": return shortestKey
        case "pwd", "pw": return shortestPassword
        // A pass is mostly another thing, but in variables of the environment.
        case "pass": return name.contains(where: \.isLowercase) ? nil : shortestPassword
        default: return nil
        }
    }

    // MARK: Values

    /// Returns what a line gives a name, from its sign on; `nil` where that is no literal.
    private static func assignment(of line: ArraySlice<UInt8>, to name: Name) -> Assignment? {
        let isEqual = line.first == UInt8(ascii: "=")
        var rest = line.dropFirst()
        if isEqual, rest.first == UInt8(ascii: ">") { rest.removeFirst() }
        let isSpaced = name.isSpaced || rest.first.map(isBlank) == true
        rest = rest.drop(while: isBlank)
        // As in `b"…"`.
        if let second = rest.dropFirst().first, isQuote(second), rest.first.map(isLetter) == true { rest.removeFirst() }
        if rest.first == UInt8(ascii: "\\") { rest.removeFirst() }
        guard let first = rest.first else { return nil }
        if isQuote(first) {
            let literal = rest.dropFirst().prefix { $0 != first && $0 != UInt8(ascii: "\\") }
            let end = rest[literal.endIndex...]
            guard end.first == first || end.dropFirst().first == first, literal.count <= longestValue,
                !literal.contains(where: { $0 <= 0x20 || "{}<>()[]".utf8.contains($0) })
            else { return nil }
            let value = String(decoding: literal, as: UTF8.self)
            return Assignment(value: value, isQuoted: true, mayBeType: false, mayBeExpression: false)
        }
        // What stands in quotes in JSON and dictionaries is given a literal in quotes, or none.
        guard !name.isQuoted, isLetter(first) || isDigit(first) else { return nil }
        var literal = rest.prefix { !isBlank($0) && $0 != 0x0D }
        let behind = rest[literal.endIndex...].drop { isBlank($0) || $0 == 0x0D }
        if literal.last == UInt8(ascii: ";") { literal.removeLast() }
        guard literal.count <= longestValue,
            literal.allSatisfy({ isLetter($0) || isDigit($0) || "_-+/=.~!@#%^&*:?".utf8.contains($0) })
        else { return nil }
        // Variables stand before a command, too.
        let isVariable = isEqual && !isSpaced && !name.text.contains(where: \.isLowercase)
        guard behind.isEmpty || isVariable || behind.starts(with: "#".utf8) || behind.starts(with: "//".utf8) else {
            return nil
        }
        let value = String(decoding: literal, as: UTF8.self)
        return Assignment(value: value, isQuoted: false, mayBeType: !isEqual, mayBeExpression: isEqual && isSpaced)
    }

    private static func isSecret(_ assignment: Assignment, _ shortest: Int) -> Bool {
        let value = assignment.value
        let bytes = value.utf8
        guard bytes.count >= shortest, Set(bytes).count > 4, bytes.contains(where: isLetter) else { return false }
        let isPassword = shortest == shortestPassword
        guard bytes.contains(where: isDigit) || isPassword && bytes.contains(where: "!@#%^&*+=?~".utf8.contains) else {
            return false
        }
        let lower = value.lowercased()
        guard !placeholders.contains(where: lower.contains), !isPlace(value) else { return false }
        if isOfWords(value), !isPassword || Redaction.isSecret(name: value) { return false }
        return assignment.isQuoted || !isCode(assignment, isPassword: isPassword)
    }

    /// Whether a value says where something is: a path, a URL, a variable, a name in a cloud.
    private static func isPlace(_ value: String) -> Bool {
        if ["/", "./", "../", "~", "$", "arn:"].contains(where: value.hasPrefix) { return true }
        if value.contains("://") || value.contains("${") { return true }
        guard let dot = value.lastIndex(of: ".") else { return false }
        let suffix = value[value.index(after: dot)...].utf8
        return (2...4).contains(suffix.count) && suffix.allSatisfy { (0x61...0x7A).contains($0) }
    }

    /// Whether a value is made of words, each with three digits at most: names of things are, and what machines make is
    /// not.
    private static func isOfWords(_ value: String) -> Bool {
        value.utf8.split(omittingEmptySubsequences: true) { "-_./:".utf8.contains($0) }.allSatisfy { part in
            let digits = part.drop(while: isLetter)
            return digits.allSatisfy(isDigit) && digits.count <= (digits.count == part.count ? 4 : 3)
        }
    }

    /// Whether a value without quotes can be a type, or a program's name for a secret, which may look as a password
    /// does.
    private static func isCode(_ assignment: Assignment, isPassword: Bool) -> Bool {
        let value = assignment.value
        guard value.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == 0x5F || $0 == 0x2E }) else { return false }
        let hasFewDigits = value.utf8.count(where: isDigit) <= 3
        let isCamel = value.first?.isUppercase == true && value.contains(where: \.isLowercase)
        if assignment.mayBeType, hasFewDigits, isCamel || value.hasSuffix("_t") { return true }
        if assignment.mayBeExpression, isPassword || Redaction.isSecret(name: value) { return true }
        return isPassword && (value.contains(".") || value.contains("_") && isOfWords(value))
    }

    // MARK: Bytes

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes[..<((bytes.lastIndex { !isBlank($0) }).map { $0 + 1 } ?? bytes.startIndex)]
    }

    private static func lastWord(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let before = bytes.lastIndex { !isLetter($0) && !isDigit($0) && !"_-.".utf8.contains($0) }
        return bytes[(before.map { $0 + 1 } ?? bytes.startIndex)...]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
