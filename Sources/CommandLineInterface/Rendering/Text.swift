/// The text of a result, built line by line and written at once.
struct Text: Sendable {
    /// Whether colours are used.
    let usesColor: Bool

    /// The number of columns to fill at most.
    let width: Int

    /// What was written so far; each line ends in a newline.
    private(set) var content = ""

    /// Creates an empty text.
    init(usesColor: Bool = false, width: Int = 80) {
        self.usesColor = usesColor
        self.width = width
    }

    /// Adds a line, an empty one without an argument.
    mutating func line(_ line: String = "") {
        content += line
        content += "\n"
    }

    /// Adds a table's lines.
    mutating func table(_ table: Table) {
        for line in table.lines { self.line(line) }
    }

    /// Adds text as it is, newlines included.
    mutating func raw(_ text: String) {
        content += text
    }

    /// Returns the text in a colour, or unchanged where no colours are used.
    func painted(_ text: String, _ color: Color) -> String {
        color.paint(text, enabled: usesColor)
    }

    /// The few ways in which text stands out.
    enum Color: String, Sendable {
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case boldRed = "1;31"

        func paint(_ text: String, enabled: Bool) -> String {
            enabled && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[m" : text
        }
    }
}
