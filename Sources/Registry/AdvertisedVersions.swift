package import Git
import ModelCore

/// The versions of a repository elsewhere, as far as its references tell, by the rules of `VersionResolver`.
///
/// Who made a tag and when is not known: where that matters, GTO's numbers say which tag is the later one.
package struct AdvertisedVersions: Sendable {
    /// A tag of a version.
    private struct Tag {
        let name: TagName
        let commit: GitObjectID
        let isAnnotated: Bool

        /// What it and others of one version and commit have in common.
        var registration: Registration {
            Registration(version: TagName(model: name.model, version: name.version), commit: commit)
        }
    }

    private struct Registration: Hashable {
        let version: TagName
        let commit: GitObjectID
    }

    /// What the references lead to, through tag objects, by their full names.
    private let places: [String: GitObjectID]
    /// The versions; plain tags are the code's own where others name a model, for nothing says that they are not.
    private let versions: [Tag]
    private let plain: [Tag]
    /// GTO's number of the last event that took a version back; 0 for one without.
    private let withdrawals: [TagName: UInt64]

    /// Creates the versions of references such as `git ls-remote` gives.
    package init(references: [GitReference]) {
        places = Dictionary(references.map { ($0.name, $0.peeledID) }) { first, _ in first }
        let tags = references.compactMap { reference in
            TagName(reference: reference.name).map {
                Tag(name: $0, commit: reference.peeledID, isAnnotated: reference.isAnnotated)
            }
        }
        let qualified = AdvertisedVersions.lastRegistrations(tags.filter { $0.name.model != nil })
        plain = tags.filter { $0.name.model == nil }
        versions = qualified.isEmpty ? plain : qualified
        var withdrawals: [TagName: UInt64] = [:]
        for reference in references where reference.isAnnotated && reference.name.hasPrefix(TagName.referencePrefix) {
            guard let event = GTOEvent(reference.name.dropFirst(TagName.referencePrefix.count)),
                let model = event.model, case .deregistration(let version) = event.kind
            else { continue }
            // Of a plain tag nothing says whose it is.
            for name in [TagName(model: model, version: version), TagName(model: nil, version: version)] {
                withdrawals[name] = max(event.counter ?? 0, withdrawals[name] ?? 0)
            }
        }
        self.withdrawals = withdrawals
    }

    /// The tags of the newest versions, for an error to suggest.
    package var newest: [String] { newest(of: nil) }

    /// Returns what `git fetch` is to ask for: the full name of the reference that is meant, or a commit's id as it was
    /// written.
    package func reference(for text: String) throws(ResolutionError) -> String {
        let query: VersionQuery
        do { query = try VersionQuery(text) } catch { throw .malformed(error) }
        // In the order in which Git tries them.
        let named = ["", "refs/", "refs/tags/", "refs/heads/"].map { $0 + text }.filter { places[$0] != nil }
        var failure: ResolutionError?
        do throws(ResolutionError) {
            if let found = try find(query) {
                try requireSame(found, as: named, text)
                return found.name.reference
            }
        } catch {
            // A word that is no version here may still be a branch.
            failure = error
        }
        if case .ambiguous(_, let candidates) = failure, named.isEmpty || query.isUnqualifiedVersion {
            throw .ambiguous(text, candidates: candidates + named.filter { !candidates.contains($0) })
        }
        if let revision = named.first ?? GitObjectID(text)?.hex { return revision }
        throw failure ?? .unknown(text, near: newest)
    }

    /// Returns the version that is meant; `nil` where the text is no version's.
    private func find(_ query: VersionQuery) throws(ResolutionError) -> Tag? {
        switch query.candidates.first {
        case .version(let model, let version): try find(version, of: model, query.text)
        case .latest(let model): try latest(of: model, query.text)
        case .stage, .revision, nil: nil
        }
    }

    private func find(
        _ version: SemanticVersion,
        of model: ModelName?,
        _ text: String
    ) throws(ResolutionError) -> Tag {
        let matches = versions.filter { $0.name.version == version && (model == nil || $0.name.model == model) }
            .sorted(by: AdvertisedVersions.precedes)
        if let named = matches.first(where: { $0.name.text == text }) { return named }
        let models = Set(matches.compactMap(\.name.model)).sorted()
        if models.count > 1 { throw .ambiguous(text, candidates: models.map { "\($0)@\(version)" }) }
        guard let found = matches.last else {
            guard let model = try self.model(model) else { throw .unknown(text, near: newest) }
            throw .unknownVersion(model, version.description, near: newest(of: model))
        }
        guard Set(matches.map(\.commit)).count == 1 else {
            throw .ambiguous(text, candidates: matches.map(\.name.reference))
        }
        return found
    }

    /// The highest version that may be the latest; the model may be left out where only one has such a version.
    private func latest(of named: ModelName?, _ text: String) throws(ResolutionError) -> Tag {
        let meant = try model(named)
        let released = versions.filter { mayBeLatest($0) && (named == nil || $0.name.model == named) }
        let models = Set(released.compactMap(\.name.model)).sorted()
        guard models.count < 2 else {
            throw .ambiguous(text, candidates: models.map { "\($0)@\(VersionQuery.latest)" })
        }
        guard let latest = released.max(by: AdvertisedVersions.precedes) else {
            guard let meant else { throw .unknown(text, near: newest) }
            throw .unknownVersion(meant, VersionQuery.latest, near: newest(of: meant))
        }
        if named == nil, let model = latest.name.model,
            let other = plain.filter({ mayBeLatest($0) }).max(by: AdvertisedVersions.precedes),
            other.name.version > latest.name.version, other.commit != latest.commit
        {
            // The repository may name its versions so by now, which only its configuration would say.
            throw .ambiguous(text, candidates: ["\(model)@\(VersionQuery.latest)", other.name.reference])
        }
        return latest
    }

    /// Whether it is no pre-release, none that was taken back, and none that GTO does not see.
    private func mayBeLatest(_ tag: Tag) -> Bool {
        guard !tag.name.version.isPrerelease, tag.isAnnotated || tag.name.model == nil else { return false }
        let withdrawal = withdrawals[tag.registration.version]
        return withdrawal.map { $0 < tag.name.counter ?? 0 } ?? true
    }

    /// Returns the model that is meant, which is the only one where none is named; `nil` where there is none or
    /// several.
    private func model(_ named: ModelName?) throws(ResolutionError) -> ModelName? {
        let models = Set(versions.compactMap(\.name.model))
        guard let named else { return models.count == 1 ? models.first : nil }
        guard models.contains(named) else { throw .unknownModel(named.text, known: models.sorted()) }
        return named
    }

    /// Throws where Git means another commit by the same words.
    private func requireSame(_ found: Tag, as named: [String], _ text: String) throws(ResolutionError) {
        guard let first = named.first, places[first] != found.commit, found.name.text != text else { return }
        let version = found.name.model.map { "\($0)@\(found.name.version)" } ?? found.name.reference
        throw .ambiguous(text, candidates: [version] + named)
    }

    private func newest(of model: ModelName?) -> [String] {
        versions.filter { model == nil || $0.name.model == model }
            .sorted { AdvertisedVersions.precedes($1, $0) }.prefix(5).map(\.name.text)
    }

    private static func precedes(_ left: Tag, _ right: Tag) -> Bool {
        (left.name.version, left.name.counter ?? 0) < (right.name.version, right.name.counter ?? 0)
    }

    /// Leaves out registrations that came before another one of the same version and commit.
    private static func lastRegistrations(_ tags: [Tag]) -> [Tag] {
        var last: [Registration: Tag] = [:]
        // GTO does not see lightweight tags.
        for tag in tags where tag.isAnnotated {
            if let other = last[tag.registration], other.name.counter ?? 0 > tag.name.counter ?? 0 { continue }
            last[tag.registration] = tag
        }
        return tags.filter { tag in
            guard let kept = last[tag.registration] else { return tag.name.counter == nil }
            return kept.name == tag.name
        }
    }
}
