/// Words of commands in which `{name}` stands for something.
enum Placeholders {
    /// Returns a word with what its places stand for; what comes in by one place is not looked at for others.
    static func replaced(in word: String, by values: [String: String]) -> String {
        var result = ""
        var rest = Substring(word)
        while let brace = rest.firstIndex(of: "{") {
            result += rest[..<brace]
            if let place = values.first(where: { rest[brace...].hasPrefix($0.key) }) {
                result += place.value
                rest = rest[rest.index(brace, offsetBy: place.key.count)...]
            } else {
                result += "{"
                rest = rest[rest.index(after: brace)...]
            }
        }
        return result + rest
    }
}
