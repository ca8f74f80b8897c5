import Git
import ModelCore

/// The versions of a repository elsewhere, as far as the names of its references tell.
package struct AdvertisedVersions: Sendable {
    private static let branchPrefix = "refs/heads/"

    private let names: Set<String>
    private let tags: [TagName]
    private let withdrawn: Set<TagName>

    /// Creates the versions of references by their full names, such as `git ls-remote` gives.
    package init(references: some Sequence<String>) {
        names = Set(references)
        tags = names.compactMap { TagName(reference: $0) }
        withdrawn = Set(
            names.compactMap { name in
                guard name.hasPrefix(TagName.referencePrefix),
                    let event = GTOEvent(name.dropFirst(TagName.referencePrefix.count)),
                    let model = event.model, case .deregistration(let version) = event.kind
                else { return nil }
                return TagName(model: model, version: version)
            }
        )
    }

    /// The tags of the newest versions, for an error to suggest.
    package var newest: [String] { newest(of: nil) }

    /// Returns what `git fetch` is to ask for: the full name of the reference that is meant, or a commit's id as it was written.
    package func reference(for text: String) throws(ResolutionError) -> String {
        let query: VersionQuery
        do { query = try VersionQuery(text) } catch { throw .malformed(error) }
        var failure = ResolutionError.unknown(text, near: newest(of: nil))
        for candidate in query.candidates {
            do throws(ResolutionError) {
                if let found = try reference(candidate, text) { return found }
            } catch {
                // A word that is no version here may still be a branch.
                failure = error
            }
        }
        throw failure
    }

    /// Returns the reference of one meaning; `nil` where there is none.
    private func reference(_ meaning: VersionQuery.Candidate, _ text: String) throws(ResolutionError) -> String? {
        switch meaning {
        case .version(let model, let version): return try find(version, of: model, text).reference
        case .latest(let model): return try latest(of: model, text).reference
        case .stage: return nil
        case .revision(let name):
            let spellings = [TagName.referencePrefix + name, AdvertisedVersions.branchPrefix + name, name]
            return spellings.first(where: names.contains) ?? GitObjectID(name)?.hex
        }
    }

    private func find(
        _ version: SemanticVersion,
        of model: ModelName?,
        _ text: String
    ) throws(ResolutionError) -> TagName {
        var matches = tags.filter { $0.version == version && (model == nil || $0.model == model) }
        if let last = matches.max(by: { $0.counter ?? 0 < $1.counter ?? 0 }), last.counter != nil {
            // Names that differ only in GTO's number mean the same version.
            matches.removeAll { $0.model == last.model && $0 != last }
        }
        if let named = matches.first(where: { $0.text == text }) { return named }
        if matches.count > 1 { throw .ambiguous(text, candidates: matches.map(\.text).sorted()) }
        if let match = matches.first { return match }
        if let model, tags.contains(where: { $0.model == model }) {
            throw .unknownVersion(model, version.description, near: newest(of: model))
        }
        throw .unknown(text, near: newest(of: nil))
    }

    private func latest(of model: ModelName?, _ text: String) throws(ResolutionError) -> TagName {
        let released = tags.filter {
            !$0.version.isPrerelease && !withdrawn.contains(TagName(model: $0.model, version: $0.version))
                && (model == nil || $0.model == model)
        }
        let models = Set(released.map(\.model))
        guard models.count < 2 else {
            throw .ambiguous(text, candidates: models.compactMap { $0.map { "\($0)@\(VersionQuery.latest)" } }.sorted())
        }
        guard let latest = released.max(by: { $0.version < $1.version }) else {
            throw .unknown(text, near: newest(of: nil))
        }
        return latest
    }

    private func newest(of model: ModelName?) -> [String] {
        tags.filter { model == nil || $0.model == model }.sorted { $0.version > $1.version }.prefix(5).map(\.text)
    }
}
