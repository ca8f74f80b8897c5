/// The name of a model, by GTO's grammar: letters, digits, `-`, `_` and `/`, with a letter or digit at both ends.
package struct ModelName: Sendable, Hashable {
    /// The name.
    package let text: String

    /// Creates a name, or says what is wrong with the text.
    package init(_ text: some StringProtocol) throws(RegistryNameError) {
        let text = String(text)
        if let problem = RegistryName.problem(of: text) {
            throw RegistryNameError(subject: .model, text: text, problem: problem)
        }
        self.text = text
    }

    /// Creates the name that is nearest to any text, with `-` for what a name cannot have; `nil` without letter or
    /// digit.
    package init?(sanitising text: some StringProtocol) {
        guard let name = RegistryName.sanitised(String(text)) else { return nil }
        self.text = name
    }
}

extension ModelName: Comparable {
    package static func < (left: ModelName, right: ModelName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension ModelName: CustomStringConvertible {
    /// The name.
    package var description: String { text }
}
