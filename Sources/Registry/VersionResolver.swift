package import Git
package import ModelCore

/// A commit that a user's words for a version mean.
package struct ResolvedVersion: Sendable, Hashable {
    /// The name for messages: the tag's, or what the user wrote.
    package let name: String
    /// The commit.
    package let commit: GitObjectID
    /// The version, where a version tag was meant.
    package let version: ModelVersion?
}

/// Why words for a version mean none, or several.
package enum ResolutionError: Error, Sendable {
    /// The text is neither a version nor a revision; the reason completes "… is no version: ".
    case malformed(String, reason: String)
    /// A model has no such version; `near` are some that it has.
    case unknownVersion(ModelName, String, near: [String])
    /// There is no such model.
    case unknownModel(String, known: [ModelName])
    /// Neither a version nor a revision of Git has this name.
    case unknown(String)
    /// The text means several things.
    case ambiguous(String, candidates: [String])
    /// Git could not answer.
    case git(GitError)
}

extension ResolutionError: CustomStringConvertible {
    /// One clause that names the words and what is wrong with them.
    package var description: String {
        switch self {
        case .malformed(let text, let reason): "'\(text)' is no version: \(reason)"
        case .unknownVersion(let model, let version, _): "\(model) has no version \(version)"
        case .unknownModel(let name, _): "there is no model '\(name)'"
        case .unknown(let text): "'\(text)' is neither a version nor a revision"
        case .ambiguous(let text, let candidates): "'\(text)' could be \(candidates.joined(separator: " or "))"
        case .git(let error): "\(error)"
        }
    }
}

/// Finds what a user means by a version: the one grammar `[MODEL@](vX.Y.Z|STAGE|latest)`, or any Git revision.
package struct VersionResolver: Sendable {
    private let repository: GitRepository
    private let models: [ModelName]
    private let versions: [ModelVersion]

    /// Creates a resolver that knows these models and versions.
    package init(_ repository: GitRepository, models: [ModelName], versions: [ModelVersion]) {
        self.repository = repository
        self.models = models
        self.versions = versions
    }

    /// Returns the commit that a text means.
    package func resolve(_ text: String) async throws(ResolutionError) -> ResolvedVersion {
        let query: VersionQuery
        do { query = try VersionQuery(text) } catch { throw .malformed(text, reason: "\(error)") }
        var failure: ResolutionError?
        for candidate in query.candidates {
            switch candidate {
            case .version(let model, let version):
                do throws(ResolutionError) { return try find(version, of: model) } catch { failure = failure ?? error }
            case .latest(let model):
                do throws(ResolutionError) { return try latest(of: model, text) } catch { failure = failure ?? error }
            case .revision(let revision):
                if let commit = try await commit(revision) {
                    return ResolvedVersion(name: text, commit: commit, version: nil)
                }
            default: continue
            }
        }
        throw failure ?? .unknown(text)
    }

    private func commit(_ revision: String) async throws(ResolutionError) -> GitObjectID? {
        do { return try await repository.objects.resolve(revision) } catch {
            if case .ambiguous = error.kind { throw .ambiguous(revision, candidates: ["several commits"]) }
            throw .git(error)
        }
    }

    private func find(_ version: SemanticVersion, of model: ModelName?) throws(ResolutionError) -> ResolvedVersion {
        let model = try self.model(model, for: version.description)
        let own = versions.filter { $0.model == model }
        guard let found = own.last(where: { $0.version == version }) else {
            throw .unknownVersion(model, version.description, near: own.suffix(3).map(\.version.description))
        }
        return ResolvedVersion(name: found.tag.text, commit: found.commit, version: found)
    }

    /// The highest version that is no pre-release.
    private func latest(of model: ModelName?, _ text: String) throws(ResolutionError) -> ResolvedVersion {
        let model = try self.model(model, for: text)
        guard let found = versions.last(where: { $0.model == model && !$0.version.isPrerelease }) else {
            throw .unknownVersion(model, VersionQuery.latest, near: [])
        }
        return ResolvedVersion(name: found.tag.text, commit: found.commit, version: found)
    }

    /// Returns the model that is meant where none is named: the only one.
    private func model(_ named: ModelName?, for text: String) throws(ResolutionError) -> ModelName {
        let known = Set(models).union(versions.map(\.model)).sorted()
        if let named {
            guard known.contains(named) else { throw .unknownModel(named.text, known: known) }
            return named
        }
        guard known.count == 1 else { throw .ambiguous(text, candidates: known.map { "\($0)@\(text)" }) }
        return known[0]
    }
}
