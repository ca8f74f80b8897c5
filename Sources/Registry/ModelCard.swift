import Documents
package import ModelCore

/// A model card: a text whose front matter, YAML between two lines of dashes, the Hugging Face Hub reads.
///
/// Source: https://huggingface.co/docs/hub/model-cards. What is not changed stays byte for byte.
package struct ModelCard: Sendable {
    /// The most bytes that a card may have.
    package static let byteLimit = 4 << 20
    private static let format = "front matter of the model card"

    /// The line before the front matter; `nil` where there is none.
    private var opening: String?
    /// The front matter, each line with its end.
    private var matter: [String] = []
    /// What follows, the second line of dashes included.
    private var rest: String
    /// What the front matter says.
    private(set) var fields: [String: YAMLValue] = [:]

    /// Reads a card; throws `FormatError` where it is no text, and where its front matter has no end or is no mapping
    /// of YAML.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FormatError("model card", .malformed("it is not UTF-8"))
        }
        rest = text
        let lines = ModelCard.lines(of: text)
        guard let first = lines.first, ModelCard.content(of: first) == "---" else { return }
        let isEnd = { (line: String) in ["---", "..."].contains(ModelCard.content(of: line)) }
        guard let end = lines.dropFirst().firstIndex(where: isEnd) else {
            throw FormatError(ModelCard.format, .malformed("a line of dashes is missing at its end"))
        }
        opening = first
        matter = Array(lines[1..<end])
        rest = lines[end...].joined()
        fields = try ModelCard.fields(of: matter)
    }

    /// The card's bytes.
    package var encoded: [UInt8] { Array(((opening ?? "") + matter.joined() + rest).utf8) }

    /// Why the card contradicts a description, as a clause; `nil` where it does not.
    package func contradiction(of description: ModelDescription) -> String? {
        guard let license = description.license, let own = fields["license"]?.string, !says(license: license) else {
            return nil
        }
        return "its licence is \(QuotedPath.encode(own)), and that of the description \(QuotedPath.encode(license))"
    }

    /// Whether the front matter has a licence, however it is spelled; one that the Hub does not know has a name of its
    /// own.
    func says(license: String) -> Bool {
        let spelled =
            [fields["license"], fields["license_name"]].compactMap(\.self)
            + (fields["license"]?.sequence ?? [])
        return spelled.contains { $0.string?.lowercased() == license.lowercased() }
    }

    /// Gives a member of the front matter a value, in its place, or at the end; a `mark` is a comment that says who
    /// wrote it.
    ///
    /// Throws where the front matter is written so that nothing else would stay as it is.
    mutating func set(_ key: String, to value: JSONValue, mark: String? = nil) throws(FormatError) {
        var lines = YAMLWriter.member(key, value)
        let wanted = try ModelCard.fields(of: lines.map { $0 + "\n" })
        if let mark { lines[0] += " # \(mark)" }
        var changed = self
        changed.begin()
        let end = changed.lineEnd
        let place = changed.block(of: key) ?? changed.endBlock
        changed.matter.replaceSubrange(place, with: lines.map { $0 + end })
        changed.fields = try ModelCard.fields(of: changed.matter)
        guard changed.fields == fields.merging(wanted, uniquingKeysWith: { $1 }) else {
            throw FormatError(ModelCard.format, .malformed("\"\(key)\" cannot be changed without changing more"))
        }
        self = changed
    }

    /// Whether a member has this mark.
    func isMarked(_ key: String, _ mark: String) -> Bool {
        block(of: key).map { matter[$0.lowerBound].contains("# \(mark)") } ?? false
    }
}

extension ModelCard {
    /// Makes front matter where there is none.
    private mutating func begin() {
        guard opening == nil else { return }
        let end = rest.utf8.contains(UInt8(ascii: "\r")) ? "\r\n" : "\n"
        opening = "---" + end
        let isApart = rest.isEmpty || ModelCard.lines(of: rest).first.map { ModelCard.content(of: $0).isEmpty } == true
        rest = "---" + end + (isApart ? "" : end) + rest
    }

    /// How lines end.
    private var lineEnd: String { opening?.utf8.contains(UInt8(ascii: "\r")) == true ? "\r\n" : "\n" }

    /// The place behind the last line.
    private var endBlock: Range<Int> { matter.endIndex..<matter.endIndex }

    /// Returns the lines of a member that stands at the left edge; `nil` where there is none.
    private func block(of key: String) -> Range<Int>? {
        let spellings = [key, "\"\(key)\"", "'\(key)'"].map { $0 + ":" }
        guard let start = matter.firstIndex(where: { line in spellings.contains { ModelCard.begins(line, with: $0) } })
        else { return nil }
        var end = matter[(start + 1)...].firstIndex { !ModelCard.continues($0) } ?? matter.endIndex
        // Blank lines and remarks belong to what follows.
        while end > start + 1, ModelCard.isRemark(matter[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func begins(_ line: String, with key: String) -> Bool {
        guard line.hasPrefix(key) else { return false }
        return line.utf8.dropFirst(key.utf8.count).first.map { " \t\r\n".utf8.contains($0) } ?? true
    }

    /// Whether a line belongs to a member above it: it is indented, an element of a list, blank or a remark.
    private static func continues(_ line: String) -> Bool {
        guard let first = line.utf8.first, !isRemark(line) else { return true }
        return first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") || line.hasPrefix("- ")
            || content(of: line) == "-"
    }

    private static func isRemark(_ line: String) -> Bool { line.hasPrefix("#") || content(of: line).isEmpty }

    /// Reads lines of YAML; errors count from the line of dashes before them.
    private static func fields(of lines: [String]) throws(FormatError) -> [String: YAMLValue] {
        do throws(FormatError) {
            let value = try YAMLReader.value(of: Array(("\n" + lines.joined()).utf8))
            guard let value, !value.isNull else { return [:] }
            guard let fields = value.mapping else { throw FormatError(format, .malformed("it is no mapping")) }
            return fields
        } catch { throw FormatError(format, error.problem) }
    }

    /// Returns the lines of a text, each with its end.
    private static func lines(of text: String) -> [String] {
        var lines: [String] = []
        var rest = text.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { rest.index(after: $0) } ?? rest.endIndex
            lines.append(String(Substring(rest[..<end])))
            rest = rest[end...]
        }
        return lines
    }

    /// Returns a line without its end and without blanks before that.
    private static func content(of line: String) -> String {
        let blanks = line.utf8.reversed().prefix { " \t\r\n".utf8.contains($0) }.count
        return String(Substring(line.utf8.dropLast(blanks)))
    }
}
