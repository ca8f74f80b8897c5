/// Why a parser has no layout for a file.
enum Refusal: Error, Hashable {
    /// A read failed; `Recognition.of` keeps what the source threw.
    case unreadable
    /// The bytes are not what their format says, or use something that is not read; the text is a clause for the user.
    case odd(String)
}

extension String {
    /// The text between quotes for a message: cut after 80 characters, and with escapes for what a terminal would act
    /// on.
    ///
    /// Names come from files that may be hostile: control characters and those that turn the direction of text have no
    /// business in a message.
    var quoted: String {
        var text = "\""
        for scalar in unicodeScalars.prefix(80) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                text += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                if scalar == "\"" || scalar == "\\" { text += "\\" }
                text.unicodeScalars.append(scalar)
            }
        }
        return text + (unicodeScalars.dropFirst(80).isEmpty ? "\"" : "…\"")
    }
}
