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
        let versions = try await workspace.versions()
        let names = Set(described.map(\.name)).union(versions.map(\.model)).sorted()
        let latest = Dictionary(grouping: versions, by: \.model).compactMapValues { own in
            own.last { !$0.version.isPrerelease && !$0.isDeregistered }
        }
        let purged = try await workspace.purgedVersions(among: Array(latest.values))
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
                versions: versions.count { $0.model == name },
                artifacts: description?.artifacts.count ?? 0,
                card: description?.card
            )
        }
        var hints: [String] = []
        if versions.isEmpty, !models.isEmpty { hints = ["make the current commit a version: `git model tag v0.1.0`"] }
        if models.isEmpty { hints = ["describe a model: `git model init --name NAME`"] }
        return Report(models: models, hints: hints)
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
