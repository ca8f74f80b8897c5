import Deployment
import Git
import ModelCore
import Registry

/// What a rollback of a target that follows a stage does to the stage: it gets the version that runs again.
///
/// Only where it has the version that was left behind: what somebody gave it since, stays.
struct StageReturn {
    /// What is to be pushed, or why nothing is.
    enum Plan {
        /// The stage is as it should be, or not ours to move; a clause says the latter.
        case nothing(String?)
        /// The tag, and what the remote's reference of the stage has to be for it to count.
        case push(tag: String, id: GitObjectID, expected: GitObjectID?)
    }

    private static let subject = "Roll back "

    let workspace: Workspace
    private let event: DeploymentEvent
    let stage: StageName
    let model: ModelName
    /// The tag of the version that was left behind.
    private let left: String

    /// What an event notes for this.
    static func details(of stage: StageName, leaving tag: String) -> [String: String] {
        ["stage": stage.text, "left": tag]
    }

    /// Reads what an event notes; `nil` for one that moves no stage.
    init?(_ event: DeploymentEvent, in workspace: Workspace) {
        guard event.action == .rollback, event.state == .succeeded, let text = event.details["stage"],
            let stage = try? StageName(text), let left = event.details["left"], let model = try? ModelName(event.model)
        else { return nil }
        self.workspace = workspace
        self.event = event
        self.stage = stage
        self.model = model
        self.left = left
    }

    /// The full name of the stage's reference.
    var reference: String { StageReference.name(of: model, stage) }

    /// Returns what the remote is asked as.
    func remote(_ name: String) async throws -> StageRemote { try await StageRemote(name, of: model, in: workspace) }

    /// Makes the tag, here, unless it is there or must not be; where a remote is given, on top of what that has.
    func plan(at remote: StageRemote?) async throws -> Plan {
        if let remote {
            try await dropOvertaken(at: remote)
            try await remote.fetchEvents()
        }
        let (versions, history) = try await versionsAndStages()
        if let last = history.last(of: model, in: stage), last.version?.tag.text == event.tag,
            remote?.has(last.tag, last.annotation.id) != true
        {
            return .push(tag: last.tag, id: last.annotation.id, expected: remote?.reference(of: stage))
        }
        let current = history.current(of: model, in: stage)
        if current?.version?.tag.text == event.tag { return .nothing(nil) }
        if let current, current.version?.tag.text != left {
            return .nothing("\(stage) has \(current.versionText), which somebody gave it, and keeps it")
        }
        guard let version = versions.first(where: { $0.tag.text == event.tag }) else {
            return .nothing("\(stage) was not moved, for tag \(event.tag) is not here")
        }
        let change = StageChange(
            workspace: workspace,
            kind: .promotion,
            stage: stage,
            version: version,
            messages: ["\(StageReturn.subject)\(event.target) from \(left)"] + (event.reason.map { [$0] } ?? []),
            gates: [],
            isSigned: false
        )
        let outcome = try await change.make(after: history, pushingTo: nil)
        guard let id = try await workspace.repository.objects.reference(TagName.referencePrefix + outcome.tag)?.objectID
        else { return .nothing("tag \(outcome.tag) is gone") }
        return .push(tag: outcome.tag, id: id, expected: remote?.reference(of: stage))
    }

    /// The versions and stages, also where the work tree's descriptions of models cannot be read.
    private func versionsAndStages() async throws -> (versions: [ModelVersion], stages: StageHistory) {
        if let found = try? await workspace.versionsAndStages() { return found }
        let tags = try await workspace.tags()
        let versions = tags.versions(plainModel: workspace.configuration.usesPlainTags ? model : nil)
        return (versions, StageHistory(tags, versions: versions))
    }

    /// Takes drafts of ours away whose names others used meanwhile.
    private func dropOvertaken(at remote: StageRemote) async throws {
        let history = try await versionsAndStages().stages
        for draft in history.events where draft.model == model && draft.stage == stage {
            guard !remote.has(draft.tag, draft.annotation.id), remote.has(draft.tag),
                draft.annotation.subject.hasPrefix(StageReturn.subject)
            else { continue }
            try await workspace.repository.deleteTag(draft.tag)
            if try await workspace.repository.objects.reference(reference)?.objectID == draft.annotation.id {
                try await workspace.repository.deleteReference(reference, expecting: draft.annotation.id)
            }
        }
    }
}
