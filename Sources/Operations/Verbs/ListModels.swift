import Git
import ModelCore
import Registry

/// `git model list`: the models, each with its latest version.
package struct ListModels: Sendable {
    /// The models.
    package struct Report: Operations.Report {
        /// One model.
        package struct Model: Encodable, Sendable {
            /// The name.
            package let name: String
            /// The highest version that is no pre-release and was not taken back, as `v1.2.3`.
            package let latest: String?
            /// Whether bytes of that were purged here, so that it cannot be checked out.
            package let isPurged: Bool
            /// The day on which that was tagged.
            package let date: String?
            /// The time of that, in ISO 8601, UTC.
            package let time: String?
            /// The size of its artifacts in bytes, where the tag says it.
            package let size: Int64?
            /// The number of versions.
            package let versions: Int
            /// The number of artifacts that the work tree's description lists.
            package let artifacts: Int
            /// The version that each of its stages has, by the stage's name; empty ones are left out.
            package let stages: [String: String]
            /// Those of its stages whose last change is a draft, which only this clone has, sorted.
            package let drafts: [String]
            /// Whether it is not to be used any more.
            package let isDeprecated: Bool
            /// Where the model card is, by the work tree's description: a path in the repository, or a URL.
            package let card: String?
        }

        /// The models, by name.
        package var models: [Model] = []
        package var hints: [String] = []
    }

    /// Creates the operation.
    package init() {}

    /// Reads descriptions and tags, and what was purged.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let described = try workspace.models()
        let (versions, history) = try await workspace.versionsAndStages()
        let names = Set(described.map(\.name)).union(versions.map(\.model)).sorted()
        let byModel = Dictionary(grouping: versions, by: \.model)
        let latest = byModel.compactMapValues { own in own.last(where: \.mayBeLatest) }
        let purged = try await workspace.purgedVersions(among: Array(latest.values))
        let drafts = try await workspace.drafts(in: history)
        let models = names.map { name in
            let latest = latest[name]
            let description = described.first { $0.name == name }
            return Report.Model(
                name: name.text,
                latest: latest?.version.description,
                isPurged: latest.map { purged.contains($0.tag) } ?? false,
                date: latest?.date,
                time: latest?.time,
                size: latest?.size,
                versions: byModel[name]?.count ?? 0,
                artifacts: description?.artifacts.count ?? 0,
                stages: history.versionsByStage(of: name),
                drafts: history.stages(of: name).filter { stage in
                    history.last(of: name, in: stage).map { drafts.contains($0.annotation.id) } == true
                }.map(\.text),
                isDeprecated: history.deprecated[name] != nil,
                card: description?.card
            )
        }
        var hints: [String] = []
        if versions.isEmpty, !models.isEmpty { hints = ["make the current commit a version: `git model tag v0.1.0`"] }
        if models.isEmpty { hints = ["describe a model: `git model init --name NAME`"] }
        return Report(models: models, hints: hints + (try workspace.shallowHints))
    }
}

extension StageHistory {
    /// Returns what each stage of a model has, as people call it; empty stages are left out.
    fileprivate func versionsByStage(of model: ModelName) -> [String: String] {
        var found: [String: String] = [:]
        for stage in stages(of: model) { found[stage.text] = current(of: model, in: stage)?.versionText }
        return found
    }
}

extension ModelVersion {
    /// The day on which the version was tagged, in the tagger's time zone; `nil` for a lightweight tag.
    var date: String? {
        annotation?.tagger.map { CivilDate(secondsSince1970: $0.time, offsetMinutes: $0.offsetMinutes).text }
    }

    /// When the version was tagged, in ISO 8601, UTC; `nil` for a lightweight tag.
    var time: String? { annotation?.tagger.map { CivilDate.time(secondsSince1970: $0.time) } }
}
