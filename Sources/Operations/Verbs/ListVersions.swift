import Git
import ModelCore
import Registry

/// The versions there are: what `git model tag` alone prints.
package struct ListVersions: Sendable {
    /// The versions.
    package struct Report: Operations.Report {
        /// One version.
        package struct Version: Encodable, Sendable {
            /// The tag's name.
            package let tag: String
            /// The model.
            package let model: String
            /// The version, as `v1.2.3`.
            package let version: String
            /// The commit.
            package let commit: String
            /// The day on which it was tagged, in the tagger's time zone; `nil` for a lightweight tag.
            package let date: String?
            /// The time of that, in ISO 8601, UTC.
            package let time: String?
            /// The size of the artifacts in bytes, where the tag says it.
            package let size: Int64?
            /// The first line of the tag's message.
            package let subject: String
            /// Whether bytes of it were purged here, so that it cannot be checked out.
            package let isPurged: Bool
            /// Whether it was taken back.
            package let isDeregistered: Bool
            /// The stages that have it now, sorted.
            package let stages: [String]
        }

        /// The versions, by model, then ascending.
        package let versions: [Version]
        package var hints: [String] = []
        /// Whether all are of one model.
        package var isOneModel: Bool { Set(versions.map(\.model)).count < 2 }

        private enum CodingKeys: String, CodingKey { case versions }
    }

    private let model: String?

    /// Creates the operation for one model, or for all.
    package init(model: String? = nil) { self.model = model }

    /// Reads the tags, and what was purged.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let (all, history) = try await workspace.versionsAndStages()
        if let model { try workspace.requireModel(named: model, among: all) }
        let versions = all.filter { model == nil || $0.model.text == model }
        let purged = try await workspace.purgedVersions(among: versions)
        let stages = history.stagesByVersion
        let rows = versions.map { version in
            ListVersions.row(version, isPurged: purged.contains(version.tag), stages: stages[version.tag] ?? [])
        }
        return Report(versions: rows, hints: try workspace.shallowHints)
    }

    private static func row(_ version: ModelVersion, isPurged: Bool, stages: [StageName]) -> Report.Version {
        Report.Version(
            tag: version.tag.text,
            model: version.model.text,
            version: version.version.description,
            commit: version.commit.hex,
            date: version.date,
            time: version.time,
            size: version.size,
            subject: version.annotation.map { VersionTag.subject(of: $0.message) } ?? "",
            isPurged: isPurged,
            isDeregistered: version.isDeregistered,
            stages: stages.map(\.text)
        )
    }
}

/// What `git model tag` did: it lists, or it tags.
package enum TagOutcome: Report {
    /// The versions.
    case list(ListVersions.Report)
    /// The new version.
    case tagged(TagVersion.Report)

    package var warnings: [String] { if case .tagged(let report) = self { report.warnings } else { [] } }

    package var hints: [String] {
        switch self {
        case .list(let report): report.hints
        case .tagged(let report): report.hints
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .list(let report): try report.encode(to: encoder)
        case .tagged(let report): try report.encode(to: encoder)
        }
    }
}
