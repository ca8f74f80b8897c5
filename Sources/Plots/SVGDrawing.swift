/// Elements of a drawing, or of a page, one after the other.
struct SVGDrawing {
    /// What was written so far.
    private(set) var text = ""

    /// Begins an element with content.
    mutating func begin(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
        open(name, attributes)
        text += ">"
    }

    /// Ends the element that was begun last.
    mutating func end(_ name: String) { text += "</\(name)>" }

    /// Adds an element without content.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        open(name, attributes)
        text += "/>"
    }

    /// Adds an element with a text.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text content: String) {
        begin(name, attributes)
        text += XMLText.escaped(content)
        end(name)
    }

    /// Adds what was drawn elsewhere.
    mutating func add(_ other: SVGDrawing) { text += other.text }

    private mutating func open(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)"
        for (attribute, value) in attributes { text += " \(attribute)=\"\(XMLText.escaped(value))\"" }
    }
}
