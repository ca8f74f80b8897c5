/// The Git tag of a model's version: `<model>@v1.2.3` as GTO spells it, or `v1.2.3` alone.
package struct TagName: Sendable, Hashable {
    /// The model; `nil` in a plain tag.
    package let model: ModelName?
    /// The version.
    package let version: SemanticVersion

    /// How a repository spells its tags.
    package enum Style: Sendable, Hashable {
        /// `<model>@v1.2.3`.
        case qualified
        /// `v1.2.3`.
        case plain
    }

    /// What comes before a tag's name in its reference.
    package static let referencePrefix = "refs/tags/"

    /// Creates a tag's name.
    package init(model: ModelName?, version: SemanticVersion) {
        self.model = model
        self.version = version
    }

    /// Creates the name of a model's version in a repository's style.
    package init(model: ModelName, version: SemanticVersion, style: Style) {
        self.init(model: style == .plain ? nil : model, version: version)
    }

    /// Reads a tag's name, without `refs/tags/`; `nil` when it is none of a version.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let last = parts.last, let version = try? SemanticVersion(last) else { return nil }
        guard parts.count == 2 else {
            self.init(model: nil, version: version)
            return
        }
        guard let model = try? ModelName(parts[0]) else { return nil }
        self.init(model: model, version: version)
    }

    /// Reads the full name of a reference; `nil` when it is no version's tag.
    package init?(reference: some StringProtocol) {
        guard reference.hasPrefix(TagName.referencePrefix) else { return nil }
        self.init(reference.dropFirst(TagName.referencePrefix.count))
    }

    /// The name without `refs/tags/`.
    package var text: String { (model.map { $0.text + "@" } ?? "") + version.description }
    /// The full name of the reference.
    package var reference: String { TagName.referencePrefix + text }
}

extension TagName: CustomStringConvertible {
    /// The name without `refs/tags/`.
    package var description: String { text }
}
