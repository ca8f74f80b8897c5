import Git
import ModelCore
import Registry

/// `git model stages`: which version each stage has.
package struct ListStages: Sendable {
    /// The stages.
    package struct Report: Operations.Report {
        /// A stage of a model.
        package struct Stage: Encodable, Sendable {
            /// The model.
            package let model: String
            /// The stage.
            package let stage: String
            /// The version that it has, as `v1.2.3`, or a commit that none was made of; `nil` where it is empty.
            package let version: String?
            /// The version's commit; `nil` where the stage is empty.
            package let commit: String?
            /// The tag of the last event.
            package let tag: String
            /// When that was, in ISO 8601, UTC.
            package let time: String
            /// The day of that, in the tagger's time zone.
            package let date: String
            /// Who did it.
            package let tagger: String
            /// The first line of what they said.
            package let subject: String
            /// Whether it is a draft, which only this clone has; where no remote was asked, as far as is known.
            package let isDraft: Bool
        }

        /// The stages, by model, then by name.
        package var stages: [Stage] = []
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let model: String?
    private let asksRemote: Bool

    /// Creates the operation for one model, or for all; with `asksRemote` it gets what others did first.
    package init(model: String? = nil, asksRemote: Bool = false) {
        self.model = model
        self.asksRemote = asksRemote
    }

    /// Reads the tags.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        var (versions, history) = try await workspace.versionsAndStages()
        if let model { try workspace.requireModel(named: model, among: versions) }
        var remotes: [ModelName: StageRemote] = [:]
        if asksRemote {
            guard let remote = try workspace.registryRemote() else {
                let hints = ["add one: `git remote add origin URL`"]
                throw Failure(.failed, "no Git remote is set up that could be asked", hints: hints)
            }
            let known = Set(try workspace.models().map(\.name)).union(versions.map(\.model))
            for name in known where model == nil || name.text == model {
                let asked = try await StageRemote(remote, of: name, in: workspace)
                try await asked.fetchEvents()
                remotes[name] = asked
            }
            (versions, history) = try await workspace.versionsAndStages()
        }
        let drafts = try await workspace.drafts(in: history)
        var report = Report()
        for name in history.models where model == nil || name.text == model {
            for stage in history.stages(of: name) {
                guard let last = history.last(of: name, in: stage) else { continue }
                if let contradiction = last.contradiction { report.warnings.append(contradiction) }
                let isDraft =
                    if let remote = remotes[name] {
                        !remote.has(last.tag, last.annotation.id)
                    } else { drafts.contains(last.annotation.id) }
                report.stages.append(.init(last, current: history.current(of: name, in: stage), isDraft: isDraft))
            }
        }
        if history.models.isEmpty { report.hints = ["promote a version: `git model promote VERSION staging`"] }
        report.hints += try workspace.shallowHints
        return report
    }
}

extension ListStages.Report.Stage {
    init(_ last: StageEvent, current: StageEvent?, isDraft: Bool) {
        let who = last.annotation.tagger
        self.init(
            model: last.model.text,
            stage: last.stage.text,
            version: current?.versionText,
            commit: current?.commit.hex,
            tag: last.tag,
            time: CivilDate.time(secondsSince1970: last.time),
            date: CivilDate(secondsSince1970: last.time, offsetMinutes: who?.offsetMinutes ?? 0).text,
            tagger: who?.name ?? "",
            subject: VersionTag.subject(of: last.annotation.message),
            isDraft: isDraft
        )
    }
}

extension Workspace {
    /// The tag objects of stages' last events that were made here and, as far as is known, are in no Git remote.
    func drafts(in history: StageHistory) async throws -> Set<GitObjectID> {
        let references = try await repository.objects.references(prefix: "refs/git-model")
        let shared = Set(references.filter { $0.name.hasPrefix("refs/git-model-remotes/") }.map(\.objectID))
        var own = Set(references.filter { $0.name.hasPrefix(StageReference.prefix) }.map(\.objectID))
        // What was killed while it made a tag may have made it, and no more.
        let pending = references.filter { $0.name.hasPrefix(StageReference.pendingPrefix) }
        let commits = Dictionary(pending.map { ($0.name, $0.objectID) }) { first, _ in first }
        for model in history.models where !commits.isEmpty {
            for stage in history.stages(of: model) {
                guard let last = history.last(of: model, in: stage),
                    commits[StageReference.pendingName(of: model, stage)] == last.commit
                else { continue }
                own.insert(last.annotation.id)
            }
        }
        return own.subtracting(shared)
    }
}
