/// The Git tag of a model's version: `<model>@v1.2.3` as GTO spells it, perhaps with a number, `<model>@v1.2.3#4`, or
/// `v1.2.3` alone.
package struct TagName: Sendable, Hashable {
    /// The model; `nil` in a plain tag.
    package let model: ModelName?
    /// The version.
    package let version: SemanticVersion
    /// The number behind it, which GTO's `--no-simple` gives; `nil` in all others.
    package let counter: UInt64?

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
    package init(model: ModelName?, version: SemanticVersion, counter: UInt64? = nil) {
        self.model = model
        self.version = version
        self.counter = counter
    }

    /// Creates the name of a model's version in a repository's style.
    package init(model: ModelName, version: SemanticVersion, style: Style) {
        self.init(model: style == .plain ? nil : model, version: version)
    }

    /// Reads a tag's name, without `refs/tags/`; `nil` when it is none of a version.
    package init?(_ text: some StringProtocol) {
        if !text.utf8.contains(UInt8(ascii: "@")) {
            guard text.utf8.first == UInt8(ascii: "v"), let version = try? SemanticVersion(text) else { return nil }
            self.init(model: nil, version: version)
        } else {
            guard let event = GTOEvent(text), let name = TagName(event, text) else { return nil }
            self = name
        }
    }

    /// Creates the name of a tag that was read as a registration of a model's version; `nil` for what else happens.
    package init?(_ event: GTOEvent, _ text: some StringProtocol) {
        guard let model = event.model, case .registration(let version) = event.kind else { return nil }
        self.init(model: model, version: version, counter: event.counter)
        // GTO takes `#007` for 7, and it would be no name that leads back to the tag.
        if event.counter != nil, self.text != text { return nil }
    }

    /// Reads the full name of a reference; `nil` when it is no version's tag.
    package init?(reference: some StringProtocol) {
        guard reference.hasPrefix(TagName.referencePrefix) else { return nil }
        self.init(reference.dropFirst(TagName.referencePrefix.count))
    }

    /// The name without `refs/tags/`.
    package var text: String {
        (model.map { $0.text + "@" } ?? "") + version.description + (counter.map { "#\($0)" } ?? "")
    }
    /// The full name of the reference.
    package var reference: String { TagName.referencePrefix + text }
}

extension TagName: CustomStringConvertible {
    /// The name without `refs/tags/`.
    package var description: String { text }
}
