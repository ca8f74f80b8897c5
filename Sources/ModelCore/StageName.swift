/// The name of a stage, such as `production`, by the same grammar as a model's.
package struct StageName: Sendable, Hashable {
    /// The name.
    package let text: String

    /// Creates a name, or says what is wrong with the text; `latest` and whatever reads as a version are reserved.
    package init(_ text: some StringProtocol) throws(RegistryNameError) {
        let text = String(text)
        var problem = RegistryName.problem(of: text)
        if problem == nil, text == VersionQuery.latest || StageName.isVersion(text) { problem = .reserved }
        if let problem { throw RegistryNameError(subject: .stage, text: text, problem: problem) }
        self.text = text
    }

    private static func isVersion(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "v") && (try? SemanticVersion(text)) != nil
    }
}

extension StageName: Comparable {
    package static func < (left: StageName, right: StageName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension StageName: CustomStringConvertible {
    /// The name.
    package var description: String { text }
}
