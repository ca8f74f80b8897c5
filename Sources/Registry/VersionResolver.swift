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

    init(name: String, commit: GitObjectID) {
        self.name = name
        self.commit = commit
        version = nil
    }

    /// Creates what a version's own tag means.
    package init(_ version: ModelVersion) {
        name = version.tag.text
        commit = version.commit
        self.version = version
    }

    init(_ event: StageEvent) {
        name = event.version?.tag.text ?? event.commit.hex
        commit = event.commit
        version = event.version
    }
}

/// Finds what a user means by a version: the one grammar `[MODEL@](vX.Y.Z|STAGE|latest)`, or any Git revision.
package struct VersionResolver: Sendable {
    private let repository: GitRepository
    private let models: [ModelName]
    private let versions: [ModelVersion]
    private let tags: RegistryTags

    /// The most versions that an error suggests.
    private static let suggestionLimit = 3

    /// Creates a resolver that knows these models and tags, and the versions that these make.
    package init(_ repository: GitRepository, models: [ModelName], versions: [ModelVersion], tags: RegistryTags) {
        self.repository = repository
        self.models = Set(models).union(versions.map(\.model)).sorted()
        self.versions = versions
        self.tags = tags
    }

    /// Returns the commit that a text means.
    package func resolve(_ text: String) async throws(ResolutionError) -> ResolvedVersion {
        let query: VersionQuery
        do { query = try VersionQuery(text) } catch { throw .malformed(error) }
        // Words with a number that GTO gave are nothing else.
        if let named = versions.first(where: { $0.tag.counter != nil && $0.tag.text == text }) {
            return ResolvedVersion(named)
        }
        let revision = try await commit(text)
        let stages = stages(for: query, isRevision: revision != nil)
        var failure: ResolutionError?
        do throws(ResolutionError) {
            if let found = try find(query, stages) {
                try await requireSame(found, as: revision, text)
                return found
            }
        } catch {
            // A word that is no version here may still be a branch, and a qualified name a tag of Git's own.
            failure = error
        }
        if case .ambiguous(_, let candidates) = failure, revision == nil || query.isUnqualifiedVersion {
            let names = revision == nil ? [] : try await references(named: text)
            throw .ambiguous(text, candidates: candidates + names.filter { !candidates.contains($0) })
        }
        if let revision { return ResolvedVersion(name: text, commit: revision) }
        throw failure ?? .unknown(text, near: suggestions(for: text))
    }

    /// Returns what happened to stages, where a text may name one: a word alone does only where Git has nothing of that
    /// name.
    private func stages(for query: VersionQuery, isRevision: Bool) -> StageHistory? {
        guard case .stage(let model, _) = query.candidates.first, model != nil || !isRevision else { return nil }
        return StageHistory(tags, versions: versions)
    }

    /// Returns the version that is meant; `nil` where the text is no version's.
    private func find(_ query: VersionQuery, _ stages: StageHistory?) throws(ResolutionError) -> ResolvedVersion? {
        for candidate in query.candidates {
            switch candidate {
            case .version(let model, let version): return try find(version, of: model, query.text)
            case .latest(let model): return try latest(of: model, query.text)
            case .stage(.some(let model), let stage):
                guard let known = try self.model(model) else { continue }
                if let found = stages?.current(of: known, in: stage) { return ResolvedVersion(found) }
                throw .unknownVersion(known, stage.text, near: near(stage.text, of: known))
            case .stage(nil, let stage): return try find(stage, stages, query.text)
            case .revision: continue
            }
        }
        return nil
    }

    /// Returns what a stage has, of whichever model has such a stage.
    private func find(
        _ stage: StageName,
        _ stages: StageHistory?,
        _ text: String
    ) throws(ResolutionError) -> ResolvedVersion? {
        guard let stages else { return nil }
        let found = stages.models.compactMap { stages.current(of: $0, in: stage) }
        guard found.count < 2 else { throw .ambiguous(text, candidates: found.map { "\($0.model)@\(stage)" }) }
        return found.first.map { ResolvedVersion($0) }
    }

    private func find(
        _ version: SemanticVersion,
        of named: ModelName?,
        _ text: String
    ) throws(ResolutionError) -> ResolvedVersion {
        let matches = versions.filter { $0.version == version && (named == nil || $0.model == named) }
        let meant = Set(matches.map(\.model))
        // Words that are a tag's whole name mean that tag, as they do to Git.
        if let named = matches.first(where: { $0.tag.text == text }) { return ResolvedVersion(named) }
        // The model may be left out where only one has the version.
        if meant.count > 1 { throw .ambiguous(text, candidates: meant.sorted().map { "\($0)@\(version)" }) }
        guard let found = matches.last else {
            guard let model = try self.model(named) else { throw .unknown(text, near: suggestions(for: text)) }
            throw .unknownVersion(model, version.description, near: near(version.description, of: model))
        }
        guard Set(matches.map(\.commit)).count == 1 else {
            throw .ambiguous(text, candidates: matches.map(\.tag.reference))
        }
        return ResolvedVersion(found)
    }

    /// The highest version that may be the latest; the model may be left out where only one has such a version.
    private func latest(of named: ModelName?, _ text: String) throws(ResolutionError) -> ResolvedVersion {
        let meant = try model(named)
        let found = (meant.map { [$0] } ?? models).compactMap { model in
            versions.last { $0.model == model && $0.mayBeLatest }
        }
        guard found.count < 2 else {
            throw .ambiguous(text, candidates: found.map { "\($0.model)@\(VersionQuery.latest)" })
        }
        if let found = found.first { return ResolvedVersion(found) }
        guard let meant else { throw .unknown(text, near: []) }
        throw .unknownVersion(meant, VersionQuery.latest, near: near("", of: meant))
    }

    /// Returns the model that is meant, which is the only one where none is named; `nil` where there is none or
    /// several.
    private func model(_ named: ModelName?) throws(ResolutionError) -> ModelName? {
        guard let named else { return models.count == 1 ? models[0] : nil }
        guard models.contains(named) else { throw .unknownModel(named.text, known: models) }
        return named
    }
}

extension VersionResolver {
    private func commit(_ revision: String) async throws(ResolutionError) -> GitObjectID? {
        do { return try await repository.objects.resolve(revision) } catch {
            if case .ambiguous = error.kind { throw .ambiguous(revision, candidates: ["several commits"]) }
            throw .git(error)
        }
    }

    /// Throws where Git means another commit by the same words, such as a tag of the code's own `v1.0.0`.
    private func requireSame(
        _ found: ResolvedVersion,
        as revision: GitObjectID?,
        _ text: String
    ) async throws(ResolutionError) {
        guard let revision, revision != found.commit, let version = found.version else { return }
        let others = try await references(named: text).filter { $0 != version.tag.reference }
        if others.isEmpty || version.tag.text == text { return }
        throw .ambiguous(text, candidates: ["\(version.model)@\(version.version)"] + others)
    }

    /// Returns Git's own tags and branches of that name.
    private func references(named text: String) async throws(ResolutionError) -> [String] {
        do { return try await repository.objects.referenceNames(abbreviatedAs: text) } catch { throw .git(error) }
    }

    /// Returns versions of a model whose spelling begins most like the text's, the newest first.
    private func near(_ text: String, of model: ModelName) -> [String] {
        let own = versions.filter { $0.model == model }.map(\.version.description).reversed()
        func likeness(_ version: String) -> Int { zip(version.utf8, text.utf8).prefix { $0 == $1 }.count }
        let ranked = own.enumerated().sorted { (-likeness($0.element), $0.offset) < (-likeness($1.element), $1.offset) }
        return ranked.prefix(VersionResolver.suggestionLimit).map(\.element)
    }

    /// Returns the newest versions that texts such as `1.2`, `V1.2.0` or `bert@1.2` were perhaps meant for.
    private func suggestions(for text: String) -> [String] {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let model = parts.count == 2 ? String(parts[0]) : nil
        guard let last = parts.last else { return [] }
        let number = "v" + last.drop { $0 == "v" || $0 == "V" }
        guard number.utf8.count > 1 else { return [] }
        let matches = versions.filter { version in
            let spelled = version.version.description
            return (model == nil || version.model.text == model)
                && (spelled == number || spelled.hasPrefix(number + ".") || spelled.hasPrefix(number + "-"))
        }
        return matches.suffix(VersionResolver.suggestionLimit).reversed().map {
            models.count == 1 && model == nil ? $0.version.description : "\($0.model)@\($0.version)"
        }
    }
}

extension VersionQuery {
    /// Whether it is a version or `latest`, of a model that was left out.
    var isUnqualifiedVersion: Bool {
        switch candidates.first {
        case .version(nil, _), .latest(nil): true
        default: false
        }
    }
}
