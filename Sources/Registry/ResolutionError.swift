package import Git
package import ModelCore

/// Why words for a version mean none, or several.
package enum ResolutionError: Error, Sendable {
    /// The text is no version query.
    case malformed(VersionQueryError)
    /// A model has no such version or stage; `near` are versions that it has.
    case unknownVersion(ModelName, String, near: [String])
    /// There is no such model.
    case unknownModel(String, known: [ModelName])
    /// Neither a version nor a revision of Git has this name; `near` are versions that were perhaps meant.
    case unknown(String, near: [String])
    /// The text means several things, which the candidates spell apart.
    case ambiguous(String, candidates: [String])
    /// Git could not answer.
    case git(GitError)
}

extension ResolutionError: CustomStringConvertible {
    /// One clause that names the words and what is wrong with them.
    package var description: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .unknownVersion(let model, let version, _): "\(model) has no version \(version)"
        case .unknownModel(let name, _): "there is no model \(name)"
        case .unknown(let text, _): "\(QuotedPath.encode(text)) is neither a version nor a revision"
        case .ambiguous(let text, let candidates):
            "\(QuotedPath.encode(text)) could be \(candidates.joined(separator: " or "))"
        case .git(let error): "\(error)"
        }
    }
}
