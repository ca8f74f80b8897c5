/// What a user types to name a version: `[MODEL@](v<semver>|STAGE|latest)`, or any Git revision.
///
/// Parsing needs no repository and so yields every meaning that the text may have; the registry says which exists.
package struct VersionQuery: Sendable, Hashable {
    /// One thing that the text may mean; a model that is `nil` was left out.
    package enum Candidate: Sendable, Hashable {
        /// A version's tag.
        case version(ModelName?, SemanticVersion)
        /// The highest version that is no pre-release.
        case latest(ModelName?)
        /// Whatever version a stage has now.
        case stage(ModelName?, StageName)
        /// The commit of a Git revision.
        case revision(String)
    }

    /// The word for the highest version that is no pre-release.
    package static let latest = "latest"

    /// The text as typed.
    package let text: String
    /// Its meanings, the one preferred first; never empty, and a revision is always the last.
    package let candidates: [Candidate]

    /// Reads what a user typed; throws for an empty text, one that begins with `-`, and one with control characters.
    package init(_ text: some StringProtocol) throws(VersionQueryError) {
        let text = String(text)
        guard let first = text.utf8.first else { throw .empty }
        if first == UInt8(ascii: "-") { throw .option(text) }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw .controlCharacter(text) }
        self.text = text
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let model = parts.count == 2 ? try? ModelName(parts[0]) : nil
        let isQualified = parts.count == 2
        let meaning = isQualified && model == nil ? nil : VersionQuery.meaning(of: parts[parts.count - 1], model)
        candidates = (meaning.map { [$0] } ?? []) + [.revision(text)]
    }

    private static func meaning(of text: Substring, _ model: ModelName?) -> Candidate? {
        if text == latest { return .latest(model) }
        if let version = try? SemanticVersion(text) { return .version(model, version) }
        return (try? StageName(text)).map { .stage(model, $0) }
    }
}

extension VersionQuery: CustomStringConvertible {
    /// The text as typed.
    package var description: String { text }
}

/// Why a text is no version query.
package enum VersionQueryError: Error, Sendable, Equatable {
    case empty
    /// It begins with `-`, which Git would take for an option.
    case option(String)
    /// It has a character below 0x20.
    case controlCharacter(String)
}

extension VersionQueryError: CustomStringConvertible {
    /// One clause that names the text and the problem.
    package var description: String {
        switch self {
        case .empty: "the version is empty"
        case .option(let text): "\(QuotedPath.encode(text)) is no version: it begins with \"-\""
        case .controlCharacter(let text): "\(QuotedPath.encode(text)) is no version: it has a control character"
        }
    }
}
