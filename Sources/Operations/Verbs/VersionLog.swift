import Git
import ModelCore
import Registry

/// `git model log`: the versions as they came about, the newest first.
package struct VersionLog: Sendable {
    /// The versions.
    package struct Report: Operations.Report {
        /// One version.
        package struct Version: Encodable, Sendable {
            /// The tag's name.
            package let tag: String
            /// The commit.
            package let commit: String
            /// The day on which it was tagged, or committed where the tag does not say.
            package let date: String
            /// The time of that, in ISO 8601, UTC.
            package let time: String
            /// Who tagged it, or committed where the tag does not say.
            package let tagger: String
            /// The size of the artifacts in bytes, where the tag says it.
            package let size: Int64?
            /// Whether the tag carries a signature, good or bad.
            package let isSigned: Bool
            /// Whether the version was taken back.
            package let isDeregistered: Bool
            /// Whether bytes of it were purged here, so that it cannot be checked out.
            package let isPurged: Bool
            /// The first line of the tag's message.
            package let subject: String
        }

        /// The versions, the newest first.
        package let versions: [Version]
        package var hints: [String] = []
    }

    private let model: String?
    private let limit: Int?

    /// Creates the operation for one model, or for all; no more than `limit` versions.
    package init(model: String? = nil, limit: Int? = nil) {
        self.model = model
        self.limit = limit
    }

    /// Reads the tags, and what was purged.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let all = try await workspace.versions()
        if let model { try workspace.requireModel(named: model, among: all) }
        let versions = all.filter { model == nil || $0.model.text == model }
        let purged = try await workspace.purgedVersions(among: versions)
        let commits = try await workspace.repository.objects.commits(Array(Set(versions.map(\.commit))))
        let byID = Dictionary(commits.map { ($0.id, $0) }) { first, _ in first }
        var rows: [(time: Int64, row: Report.Version)] = []
        for version in versions.reversed() {
            guard let who = version.annotation?.tagger ?? byID[version.commit]?.committer else { continue }
            rows.append(
                (
                    who.time,
                    Report.Version(
                        tag: version.tag.text,
                        commit: version.commit.hex,
                        date: CivilDate(secondsSince1970: who.time, offsetMinutes: who.offsetMinutes).text,
                        time: CivilDate.time(secondsSince1970: who.time),
                        tagger: who.name,
                        size: version.size,
                        isSigned: version.isSigned,
                        isDeregistered: version.isDeregistered,
                        isPurged: purged.contains(version.tag),
                        subject: version.annotation.map { VersionTag.subject(of: $0.message) } ?? ""
                    )
                )
            )
        }
        // The higher version first where two were tagged in one second.
        let sorted = rows.enumerated().sorted { ($1.element.time, $0.offset) < ($0.element.time, $1.offset) }
        let shown = sorted.map(\.element.row).prefix(max(0, limit ?? .max))
        let hints = versions.isEmpty ? ["make the current commit a version: `git model tag v0.1.0`"] : []
        return Report(versions: Array(shown), hints: hints)
    }
}
