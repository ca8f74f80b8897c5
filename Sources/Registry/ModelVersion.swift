package import Git
package import ModelCore

/// A version of a model, as its tag says.
package struct ModelVersion: Sendable, Hashable {
    /// The tag's name.
    package let tag: TagName
    /// The model: the tag's, or, of a plain tag, that of its trailers or the one that plain tags belong to.
    package let model: ModelName
    /// The commit that the tag names.
    package let commit: GitObjectID
    /// The tag object, with its id, tagger, message and signature, of which nothing is verified; `nil` for a lightweight
    /// tag.
    package let annotation: GitAnnotation?
    /// What the tag says of the version's artifacts; `nil` where it says nothing, or nothing that can be relied on.
    package let trailers: VersionTrailers?
    /// Why the trailers cannot be relied on, though there are some: a clause.
    package private(set) var problem: String?
    /// When GTO's event `name@v1.2.3!` took the version back, in seconds since 1970; `nil` where none did.
    package let withdrawalTime: Int64?

    /// Whether the version was taken back; `latest` then means another.
    package var isDeregistered: Bool { withdrawalTime != nil }

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

    /// Reads every version tag of a repository, by model, then ascending precedence.
    ///
    /// A plain `v1.2.3` tag belongs to the model of its trailers; one without trailers to `plainModel`, and is none of ours
    /// where that is `nil`, for code has versions too. Tags of anything but commits are left out. With `commits`, only versions that
    /// were made of these are read, which is quicker.
    package static func all(
        in repository: GitRepository,
        plainModel: ModelName?,
        madeOf commits: Set<GitObjectID>? = nil
    ) async throws(GitError) -> [ModelVersion] {
        let references = try await repository.objects.references(prefix: TagName.referencePrefix)
        let tags = references.filter { commits?.contains($0.peeledID) ?? true }.compactMap { reference in
            TagName(reference: reference.name).map { (name: $0, reference: reference) }
        }
        let withdrawals = references.filter { $0.isAnnotated && ModelVersion.withdrawn($0) != nil }
        let annotated = tags.map(\.reference).filter(\.isAnnotated) + withdrawals
        let annotations = try await repository.objects.annotations(Array(Set(annotated.map(\.objectID))))
        var withdrawnAt: [TagName: Int64] = [:]
        for reference in withdrawals {
            guard let name = withdrawn(reference), let tagger = annotations[reference.objectID]?.tagger else {
                continue
            }
            withdrawnAt[name] = max(tagger.time, withdrawnAt[name] ?? tagger.time)
        }
        var versions: [ModelVersion] = []
        for (name, reference) in tags {
            let annotation = reference.isAnnotated ? annotations[reference.objectID] : nil
            if annotation?.targetKind != .commit {
                // Lightweight tags, and tags of tags, do not say what they lead to.
                guard try await repository.objects.resolve(reference.peeledID.hex, to: .commit) == reference.peeledID
                else {
                    continue
                }
            }
            let version = ModelVersion(
                name,
                reference.peeledID,
                annotation,
                plainModel: plainModel,
                withdrawnAt: withdrawnAt
            )
            if var version {
                if reference.isAnnotated, annotation == nil { version.problem = "its tag object cannot be read" }
                versions.append(version)
            }
        }
        // Places move more cheaply than versions, and few versions have the same precedence.
        let order = versions.indices.sorted { ModelVersion.precedes(versions[$0], versions[$1]) }
        return order.map { versions[$0] }
    }

    private init?(
        _ tag: TagName,
        _ commit: GitObjectID,
        _ annotation: GitAnnotation?,
        plainModel: ModelName?,
        withdrawnAt: [TagName: Int64]
    ) {
        var trailers: VersionTrailers?
        var problem: String?
        do throws(FormatError) {
            if let annotation { trailers = try VersionTag.trailers(of: annotation.message) }
        } catch {
            problem = "\(error)"
        }
        guard let model = tag.model ?? trailers?.model ?? plainModel else { return nil }
        if let found = trailers, found.model != model || found.version != tag.version {
            // A tag object that somebody gave another name: a signature on it says nothing about this version.
            problem = "the tag's message is about \(found.model)@\(found.version)"
            trailers = nil
        } else if let annotation, annotation.name != tag.text {
            problem = "the tag was made as \(QuotedPath.encode(annotation.name))"
            trailers = nil
        }
        self.tag = tag
        self.model = model
        self.commit = commit
        self.annotation = annotation
        self.trailers = trailers
        self.problem = problem
        let time = withdrawnAt[TagName(model: model, version: tag.version)]
        withdrawalTime = time.flatMap { $0 >= annotation?.tagger?.time ?? .min ? $0 : nil }
    }

    private static func precedes(_ left: ModelVersion, _ right: ModelVersion) -> Bool {
        if left.model != right.model { return left.model < right.model }
        if left.version != right.version { return left.version < right.version }
        return left.tag.text < right.tag.text
    }

    /// Returns the version that a tag of GTO's takes back.
    private static func withdrawn(_ reference: GitReference) -> TagName? {
        guard let event = GTOEvent(reference.name.dropFirst(TagName.referencePrefix.count)), let model = event.model,
            case .deregistration(let version) = event.kind
        else { return nil }
        return TagName(model: model, version: version)
    }
}
