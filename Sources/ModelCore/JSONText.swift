/// The layout of machine-written JSON files: two-space indent, `"key": value`, one trailing line feed, as Python's
/// `json.dumps(value, indent=2)` prints.
package enum JSONText {
    /// Returns a JSON document in that layout, whatever its layout was; strings, numbers and the order of keys stay.
    ///
    /// Bytes that are no JSON come back with other white space, and nothing else.
    package static func indented(_ document: some Sequence<UInt8>) -> [UInt8] {
        var layout = Layout()
        for byte in document { layout.take(byte) }
        return layout.text + [UInt8(ascii: "\n")]
    }

    /// What has been laid out so far.
    private struct Layout {
        var text: [UInt8] = []
        private var depth = 0
        private var isInString = false
        private var isEscaped = false
        /// Whether the last byte opened an object or array, which gets lines of its own once it has an element.
        private var isJustOpened = false

        mutating func take(_ byte: UInt8) {
            if isInString {
                text.append(byte)
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                return
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): return
            case UInt8(ascii: "}"), UInt8(ascii: "]"): close(byte)
            default: takeToken(byte)
            }
        }

        private mutating func takeToken(_ byte: UInt8) {
            if isJustOpened { breakLine() }
            isJustOpened = false
            text.append(byte)
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: ":"): text.append(UInt8(ascii: " "))
            case UInt8(ascii: ","): breakLine()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                isJustOpened = true
            default: break
            }
        }

        private mutating func close(_ byte: UInt8) {
            depth = max(0, depth - 1)
            if !isJustOpened { breakLine() }
            isJustOpened = false
            text.append(byte)
        }

        private mutating func breakLine() {
            text.append(UInt8(ascii: "\n"))
            text += repeatElement(UInt8(ascii: " "), count: 2 * depth)
        }
    }
}
