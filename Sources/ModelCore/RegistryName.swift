/// GTO's grammar of names, `[a-zA-Z0-9]([a-zA-Z0-9-/_]*[a-zA-Z0-9])?` (gto/constants.py), for models and stages.
enum RegistryName {
    /// The most characters that a name may have: what fits in a file's name with a suffix.
    static let limit = 200

    static func problem(of text: String) -> RegistryNameError.Problem? {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last else { return .empty }
        if !bytes.allSatisfy(isAllowed), let bad = text.unicodeScalars.first(where: { !isAllowed($0) }) {
            return .character(bad)
        }
        if !isAlphanumeric(first) { return .firstCharacter }
        if !isAlphanumeric(last) { return .lastCharacter }
        // Git refuses references with an empty component, so GTO cannot make such a tag either.
        if zip(bytes, bytes.dropFirst()).contains(where: { $0 == slash && $1 == slash }) { return .emptyComponent }
        return bytes.count > limit ? .tooLong : nil
    }

    /// Returns the name that is nearest to the text; `nil` when it has no letter or digit.
    static func sanitised(_ text: String) -> String? {
        var name: [UInt8] = []
        for scalar in text.unicodeScalars {
            let byte = isAllowed(scalar) ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(ascii: "-")
            // One character stands for a run of others, and for separators without a name between them.
            let isRepeated = byte == name.last && (byte == slash || !isAllowed(scalar))
            if !isRepeated { name.append(byte) }
        }
        guard let first = name.firstIndex(where: isAlphanumeric) else { return nil }
        name = Array(name[first...].prefix(limit))
        while let last = name.last, !isAlphanumeric(last) { name.removeLast() }
        return String(decoding: name, as: UTF8.self)
    }

    private static let slash = UInt8(ascii: "/")

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        UInt8(exactly: scalar.value).map(isAllowed) ?? false
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == slash
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

/// Why a text is no name of a model or stage.
package struct RegistryNameError: Error, Sendable, Equatable {
    /// What was to be named.
    package enum Subject: String, Sendable {
        case model, stage
    }

    /// What is wrong with a name.
    package enum Problem: Sendable, Equatable {
        case empty
        /// A character that is no letter from a to z, no digit, and none of `-`, `_`, `/`.
        case character(Unicode.Scalar)
        /// The first character is no letter or digit.
        case firstCharacter
        /// The last character is no letter or digit.
        case lastCharacter
        /// Two slashes follow each other.
        case emptyComponent
        case tooLong
        /// The word means something else in a version query.
        case reserved
    }

    /// What was to be named.
    package let subject: Subject
    /// The text.
    package let text: String
    /// What is wrong with it.
    package let problem: Problem
}

extension RegistryNameError: CustomStringConvertible {
    /// One clause that names the text and the problem.
    package var description: String {
        let reason =
            switch problem {
            case .empty: "it is empty"
            case .character(let scalar):
                "it has \(QuotedPath.encode(String(Character(scalar)))); use letters, digits, \"-\", \"_\" and \"/\""
            case .firstCharacter: "it does not begin with a letter or digit"
            case .lastCharacter: "it does not end with a letter or digit"
            case .emptyComponent: "it has \"//\""
            case .tooLong: "it has more than \(RegistryName.limit) characters"
            case .reserved: "the word has another meaning in versions"
            }
        return "\(QuotedPath.encode(text)) is no \(subject.rawValue) name: \(reason)"
    }
}
