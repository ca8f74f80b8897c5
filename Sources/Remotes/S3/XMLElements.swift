/// Walks through a small XML document without attributes of interest, as storage services answer with: elements and
/// their text.
///
/// What is no element, text, declaration or comment ends the walk. Depth and size are the caller's answer limit.
struct XMLElements: Sequence, IteratorProtocol {
    /// An element's end, with the text right inside it.
    struct Element: Hashable {
        /// The names from the outermost element to this one, joined by `/`, without namespace prefixes.
        let path: String
        /// The text with its entities resolved; empty for an element that holds others.
        let text: String
    }

    private var rest: Substring.UTF8View
    private var names: [String] = []
    private var text: [UInt8] = []

    init(_ document: String) { rest = Substring(document).utf8 }

    mutating func next() -> Element? {
        while let byte = rest.first {
            guard byte == UInt8(ascii: "<") else {
                let run = rest.prefix { $0 != UInt8(ascii: "<") }
                text += run
                rest = rest.dropFirst(run.count)
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            let tag = String(decoding: rest[rest.index(after: rest.startIndex)..<end], as: UTF8.self)
            rest = rest[rest.index(after: end)...]
            if let element = read(tag) { return element }
        }
        return nil
    }

    private mutating func read(_ tag: String) -> Element? {
        if tag.hasPrefix("?") || tag.hasPrefix("!") { return nil }
        if tag.hasPrefix("/") { return close() }
        let name = tag.prefix { !" \t\r\n/".contains($0) }
        names.append(String(name.split(separator: ":").last ?? name))
        text = []
        return tag.hasSuffix("/") ? close() : nil
    }

    private mutating func close() -> Element? {
        defer {
            names = names.dropLast()
            text = []
        }
        return names.isEmpty ? nil : Element(path: names.joined(separator: "/"), text: XMLElements.resolved(text))
    }

    private static func resolved(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("&") else { return text }
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "&"), let end = rest[start...].firstIndex(of: ";") {
            result += rest[..<start]
            result += character(named: rest[rest.index(after: start)..<end])
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func character(named name: Substring) -> String {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let digits = name.dropFirst(name.hasPrefix("#x") ? 2 : 1)
            let number = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10)
            return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? ""
        }
    }
}
