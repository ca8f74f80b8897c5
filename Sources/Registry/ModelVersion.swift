package import Git
package import ModelCore

/// A version of a model, as its tag says.
///
/// Never changes, and is no value only so that copies of tens of thousands cost nothing.
package final class ModelVersion: Sendable {
    /// The tag's name.
    package let tag: TagName
    /// The model: the tag's, or, of a plain tag, that of its trailers or the one that plain tags belong to.
    package let model: ModelName
    /// The commit that the tag names.
    package let commit: GitObjectID
    /// The tag object, with its id, tagger, message and signature, of which nothing is verified; `nil` for a
    /// lightweight tag.
    package let annotation: GitAnnotation?
    /// GTO's event `name@v1.2.3!` that took the version back; `nil` where none did.
    package let withdrawal: Withdrawal?
    private let isUnreadable: Bool

    /// A tag that takes a version back.
    package struct Withdrawal: Sendable, Hashable {
        /// The tag's name, without `refs/tags/`.
        package let tag: String
        /// The tag object.
        package let id: GitObjectID
        /// When it was made, in seconds since 1970.
        package let time: Int64
    }

    /// What the tag says of the version's artifacts; `nil` where it says nothing, or nothing that can be relied on.
    package var trailers: VersionTrailers? { said.trailers }
    /// Why the trailers cannot be relied on, though there are some: a clause.
    package var problem: String? { said.problem }
    /// Whether the version was taken back; `latest` then means another.
    package var isDeregistered: Bool { withdrawal != nil }
    /// Whether nobody says that they made the version: its tag is lightweight, as GTO's are not, or cannot be read.
    package var isAnonymous: Bool { annotation == nil && tag.model != nil }
    /// Whether `latest` may mean it: no pre-release, none that was taken back, and none that GTO does not see.
    package var mayBeLatest: Bool { !version.isPrerelease && !isDeregistered && !isAnonymous }
    /// The version.
    package var version: SemanticVersion { tag.version }
    /// Whether the tag carries a signature, good or bad.
    package var isSigned: Bool { annotation?.isSigned ?? false }
    /// The size of the artifacts in bytes, where the tag says it.
    package var size: Int64? {
        trailers?.artifacts.reduce(Int64?.some(0)) { sum, artifact in
            guard let (total, overflows) = sum?.addingReportingOverflow(artifact.pointer.size) else { return nil }
            return overflows ? nil : total
        }
    }

    /// Reads what a tag says, which most answers do not need.
    private var said: (trailers: VersionTrailers?, problem: String?) {
        guard let annotation else { return (nil, isUnreadable ? "its tag object cannot be read" : nil) }
        var trailers: VersionTrailers?
        do throws(FormatError) { trailers = try VersionTag.trailers(of: annotation.message) } catch {
            // The name is worse than whatever is wrong below it.
            if annotation.isNamed(tag.text) { return (nil, "\(error)") }
        }
        if let found = trailers, found.model != model || found.version != version {
            // A tag object that somebody gave another name: a signature on it says nothing about this version.
            return (nil, "the tag's message is about \(found.model)@\(found.version)")
        }
        guard annotation.isNamed(tag.text) else {
            return (nil, "the tag was made as \(QuotedPath.encode(annotation.name))")
        }
        return (trailers, nil)
    }

    /// Creates the version of a tag; `nil` where nothing says whose it is.
    fileprivate init?(_ tag: RegistryTags.Tag, plainModel: ModelName?, _ withdrawals: [TagName: Withdrawal]) {
        guard let name = tag.version, let model = name.model ?? tag.statedModel ?? plainModel else { return nil }
        self.tag = name
        self.model = model
        commit = tag.reference.peeledID
        annotation = tag.annotation
        isUnreadable = tag.reference.isAnnotated && tag.annotation == nil
        let last = withdrawals.isEmpty ? nil : withdrawals[TagName(model: model, version: name.version)]
        withdrawal = last.flatMap { $0.time >= tag.annotation?.time ?? .min ? $0 : nil }
    }
}

extension ModelVersion: Hashable {
    /// Whether both are the same tag, of the same model, at the same place.
    package static func == (left: ModelVersion, right: ModelVersion) -> Bool {
        left.tag == right.tag && left.model == right.model && left.commit == right.commit
            && left.annotation == right.annotation && left.withdrawal == right.withdrawal
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(tag)
        hasher.combine(commit)
    }
}

extension RegistryTags {
    /// Returns every version, by model, then ascending precedence.
    ///
    /// A plain `v1.2.3` tag belongs to the model of its trailers; one without trailers to `plainModel`, and is none of
    /// ours where that is `nil`, for code has versions too. Where GTO registered a version of one commit several times,
    /// under names that differ in a number, the last one counts; of different commits all do, and whoever asks for the
    /// version has to say which.
    package func versions(plainModel: ModelName?) -> [ModelVersion] {
        var withdrawals: [TagName: ModelVersion.Withdrawal] = [:]
        for tag in tags where tag.hasOwnName {
            guard case .deregistration(let version) = tag.event?.kind, let annotation = tag.annotation,
                let time = annotation.time
            else { continue }
            let name = TagName(model: tag.event?.model, version: version)
            if let other = withdrawals[name], other.time >= time { continue }
            withdrawals[name] = ModelVersion.Withdrawal(tag: tag.name, id: annotation.id, time: time)
        }
        let versions = tags.compactMap { ModelVersion($0, plainModel: plainModel, withdrawals) }
        return RegistryTags.lastRegistrations(versions).sorted(by: RegistryTags.precedes)
    }

    /// Leaves out registrations that came before another one of the same version and commit.
    private static func lastRegistrations(_ versions: [ModelVersion]) -> [ModelVersion] {
        let counted = Set(versions.filter { $0.tag.counter != nil }.map(Registration.init))
        guard !counted.isEmpty else { return versions }
        var last: [Registration: ModelVersion] = [:]
        // GTO does not see lightweight tags.
        for version in versions where version.tag.model != nil && version.annotation != nil {
            let key = Registration(version)
            guard counted.contains(key) else { continue }
            if let other = last[key], place(of: other) > place(of: version) { continue }
            last[key] = version
        }
        return versions.filter { version in
            guard version.tag.model != nil, let kept = last[Registration(version)] else {
                return version.tag.counter == nil
            }
            return kept === version
        }
    }

    /// What tags of one version and commit have in common.
    private struct Registration: Hashable {
        let model: ModelName
        let version: SemanticVersion
        let commit: GitObjectID

        init(_ version: ModelVersion) {
            model = version.model
            self.version = version.version
            commit = version.commit
        }
    }

    private static func place(of version: ModelVersion) -> (Int64, UInt64) {
        (version.annotation?.time ?? .min, version.tag.counter ?? 0)
    }

    private static func precedes(_ left: ModelVersion, _ right: ModelVersion) -> Bool {
        if left.model != right.model { return left.model < right.model }
        if left.version != right.version { return left.version < right.version }
        let (leftCounter, rightCounter) = (left.tag.counter ?? 0, right.tag.counter ?? 0)
        if leftCounter != rightCounter { return leftCounter < rightCounter }
        return left.tag.text < right.tag.text
    }
}

extension RegistryTags.Tag {
    /// The model that a plain version's message names; `nil` for others, whose names do.
    fileprivate var statedModel: ModelName? {
        guard event == nil, let annotation else { return nil }
        return (try? VersionTag.trailers(of: annotation.message))?.model
    }
}
