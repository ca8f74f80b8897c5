import ModelCore

/// What tells a figure from the others of a page: its elements' ids begin with it, and its colours are its own.
package struct FigureID: Sendable, Hashable {
    /// Letters, digits, `-` and `_`, the first a letter, so that it means itself in XML and in CSS.
    package let text: String

    /// Creates an id from any text; different texts make different ids.
    package init(_ name: String) {
        text = name.utf8.reduce(into: "plot-") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "_\(Hexadecimal.string([byte]))"
            }
        }
    }
}
