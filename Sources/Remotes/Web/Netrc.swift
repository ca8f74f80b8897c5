/// Logins of hosts, in the form of `.netrc` files, as curl reads it (curl, `docs/libcurl/opts/CURLOPT_NETRC.md` and
/// `lib/netrc.c`).
struct Netrc: Sendable {
    private struct Entry {
        /// The host; `nil` stands for any.
        var machine: String?
        var login: String?
        var password: String?
    }

    private enum Value { case machine, login, password, account }

    private var entries: [Entry] = []

    /// Parses the text of a file; `nil` where a quotation has no end in its line.
    ///
    /// Words that mean nothing, and macros, are passed over.
    init?(parsing text: String) {
        var expected: Value?
        var isMacro = false
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if isMacro {
                isMacro = !line.allSatisfy(\.isWhitespace)
                continue
            }
            guard let words = Netrc.words(of: line) else { return nil }
            for word in words {
                if let value = expected {
                    set(value, to: word)
                    expected = nil
                    continue
                }
                switch word.lowercased() {
                case "machine": expected = .machine
                case "default": entries.append(Entry())
                case "login": expected = .login
                case "password": expected = .password
                case "account": expected = .account
                case "macdef": isMacro = true
                default: break
                }
                if isMacro { break }
            }
        }
    }

    /// Returns the first name and password for a host, of that user where one is given.
    func login(for host: String, user: String?) -> (name: String, password: String)? {
        for entry in entries {
            guard entry.machine.map({ $0.lowercased() == host.lowercased() }) ?? true,
                user == nil || entry.login == user, let password = entry.password
            else { continue }
            return (entry.login ?? "", password)
        }
        return nil
    }

    private mutating func set(_ value: Value, to word: String) {
        if value == .machine { return entries.append(Entry(machine: word)) }
        guard var entry = entries.popLast() else { return }
        switch value {
        case .login: entry.login = word
        case .password: entry.password = word
        case .machine, .account: break
        }
        entries.append(entry)
    }

    /// Returns the words of a line, up to one that begins with `#`: text without blanks, or between quotation marks,
    /// where `\\` stands before a character that is meant as it is, or before `n`, `r` or `t`.
    private static func words(of line: Substring) -> [String]? {
        var words: [String] = []
        var rest = line.drop(while: \.isWhitespace)
        while let first = rest.first, first != "#" {
            if first == "\"" {
                rest.removeFirst()
                guard let word = quotation(&rest) else { return nil }
                words.append(word)
            } else {
                let word = rest.prefix { !$0.isWhitespace }
                rest = rest.dropFirst(word.count)
                words.append(String(word))
            }
            rest = rest.drop(while: \.isWhitespace)
        }
        return words
    }

    /// Takes the rest of a quotation, with the mark at its end, from the text.
    private static func quotation(_ rest: inout Substring) -> String? {
        var word = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return word
            case "\\":
                guard let next = rest.popFirst() else { return nil }
                let escapes: [Character: Character] = ["n": "\n", "r": "\r", "t": "\t"]
                word.append(escapes[next] ?? next)
            default: word.append(character)
            }
        }
        return nil
    }
}
