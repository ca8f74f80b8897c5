package import Git
package import ModelCore

/// That a stage got a version, or that a version was taken out of it: one annotated tag.
///
/// Never changes, and is no value only so that copies of tens of thousands cost nothing.
package final class StageEvent: Sendable {
    /// What happened.
    package enum Kind: String, Sendable, Hashable, Codable {
        case promotion, demotion
    }

    /// What happened.
    package let kind: Kind
    /// The model.
    package let model: ModelName
    /// The stage.
    package let stage: StageName
    /// The version; `nil` for a commit that none was made of, which only GTO promotes.
    package let version: ModelVersion?
    /// The commit.
    package let commit: GitObjectID
    /// The tag's name, without `refs/tags/`.
    package let tag: String
    /// The tag object, with its id, tagger, message and signature, of which nothing is verified.
    package let annotation: GitAnnotation
    /// The number in the tag's name that orders a model's events; `nil` in the simple form.
    package let counter: UInt64?
    init(
        _ kind: Kind,
        of model: ModelName,
        in stage: StageName,
        _ version: ModelVersion?,
        tag: RegistryTags.Tag,
        _ annotation: GitAnnotation
    ) {
        self.kind = kind
        self.model = model
        self.stage = stage
        self.version = version
        commit = tag.reference.peeledID
        self.tag = tag.name
        self.annotation = annotation
        counter = tag.event?.counter
    }

    /// What the message says to programs; `nil` for GTO's own.
    package var trailers: StageTrailers? { StageTrailers(message: annotation.message) }

    /// When it happened, in seconds since 1970.
    package var time: Int64 { annotation.time ?? 0 }

    /// What people call the version: its number, else the commit's first digits.
    package var versionText: String { version?.version.description ?? commit.abbreviated }

    /// Which of what the tag's name, message and commit say does not agree, as a clause; `nil` where all of it does.
    package var contradiction: String? {
        guard let trailers else { return nil }
        guard trailers.stage == stage, trailers.model == model else {
            return "the message of tag \(tag) speaks of something else than its name does"
        }
        guard trailers.version != version?.version else { return nil }
        return "tag \(tag) speaks of \(trailers.version) at \(commit.abbreviated), where \(trailers.version) is not now"
    }
}

extension StageEvent: Hashable {
    /// Whether both are the same tag, of the same version.
    package static func == (left: StageEvent, right: StageEvent) -> Bool {
        left.tag == right.tag && left.annotation == right.annotation && left.version == right.version
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(annotation) }
}
