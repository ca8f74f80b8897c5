package import Deployment
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

        /// That a stage got a version, or lost it.
        package struct StageChange: Encodable, Sendable {
            /// The tag's name.
            package let tag: String
            /// `promotion` or `demotion`.
            package let kind: String
            /// The model.
            package let model: String
            /// The stage.
            package let stage: String
            /// The version, as `v1.2.3`, or a commit that none was made of.
            package let version: String
            /// The commit.
            package let commit: String
            /// The day, in the tagger's time zone.
            package let date: String
            /// The time of that, in ISO 8601, UTC.
            package let time: String
            /// Who did it.
            package let tagger: String
            /// The first line of the tag's message.
            package let subject: String
        }

        /// The versions, the newest first.
        package let versions: [Version]
        /// What happened to stages, the last first.
        package let stageChanges: [StageChange]
        /// What happened to targets, the last first; what only failed is left out.
        package var deployments: [DeploymentEvent] = []
        /// What each stage had at the moment that was asked about, by model and stage; empty where none was.
        package let stages: [String: [String: String]]
        package var hints: [String] = []
    }

    private let model: String?
    private let limit: Int?
    private let moment: String?

    /// Creates the operation for one model, or for all; no more than `limit` versions, and as many changes of stages.
    ///
    /// At a moment, `2026-01-02` or `2026-01-02T03:04:05Z`, only what happened until then counts.
    package init(model: String? = nil, limit: Int? = nil, at moment: String? = nil) {
        self.model = model
        self.limit = limit
        self.moment = moment
    }

    /// Reads the tags, and what was purged.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let end = try moment.map(seconds)
        let (all, history) = try await workspace.versionsAndStages()
        if let model { try workspace.requireModel(named: model, among: all) }
        let versions = all.filter { model == nil || $0.model.text == model }
        let purged = try await workspace.purgedVersions(among: versions)
        let silent = Set(versions.filter { $0.annotation?.time == nil }.map(\.commit))
        let commits = try await workspace.repository.objects.commits(Array(silent))
        let byID = Dictionary(commits.map { ($0.id, $0) }) { first, _ in first }
        var rows: [(time: Int64, row: Report.Version)] = []
        for version in versions.reversed() {
            guard let who = version.annotation?.tagger ?? byID[version.commit]?.committer,
                who.time <= end ?? .max
            else { continue }
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
        let events = history.events.reversed().filter { event in
            (model == nil || event.model.text == model) && event.time <= end ?? .max
        }
        let hints = versions.isEmpty ? ["make the current commit a version: `git model tag v0.1.0`"] : []
        let deployments = try await deployments(in: workspace, until: end)
        return Report(
            versions: Array(shown),
            stageChanges: events.prefix(max(0, limit ?? .max)).map(Report.StageChange.init),
            deployments: Array(deployments.prefix(max(0, limit ?? .max))),
            stages: end.map { stages(in: history, at: $0) } ?? [:],
            hints: hints + (try workspace.shallowHints)
        )
    }

    private func deployments(in workspace: Workspace, until end: Int64?) async throws -> [DeploymentEvent] {
        var events: [DeploymentEvent] = []
        for target in try await workspace.recordedTargets() {
            events += try await workspace.deployments(of: target).history.events.reversed().filter { event in
                let time = CivilDate.secondsSince1970(parsing: event.at) ?? .max
                return (model == nil || event.model == model) && event.state != .failed && time <= end ?? .max
            }
        }
        return events.sorted { $0.at > $1.at }
    }

    private func seconds(_ text: String) throws -> Int64 {
        // A day counts to its end.
        if let time = CivilDate.secondsSince1970(parsing: text.contains("T") ? text : text + "T23:59:59Z") {
            return time
        }
        throw Failure(
            .usage,
            "\(QuotedPath.encode(text)) is no time",
            hints: ["times look like 2026-01-02 or 2026-01-02T03:04:05Z"]
        )
    }

    private func stages(in history: StageHistory, at time: Int64) -> [String: [String: String]] {
        var found: [String: [String: String]] = [:]
        for name in history.models where model == nil || name.text == model {
            for stage in history.stages(of: name) {
                found[name.text, default: [:]][stage.text] = history.current(of: name, in: stage, at: time)?.versionText
            }
        }
        return found
    }
}

extension VersionLog.Report.StageChange {
    init(_ event: StageEvent) {
        let who = event.annotation.tagger
        self.init(
            tag: event.tag,
            kind: event.kind.rawValue,
            model: event.model.text,
            stage: event.stage.text,
            version: event.versionText,
            commit: event.commit.hex,
            date: CivilDate(secondsSince1970: event.time, offsetMinutes: who?.offsetMinutes ?? 0).text,
            time: CivilDate.time(secondsSince1970: event.time),
            tagger: who?.name ?? "",
            subject: VersionTag.subject(of: event.annotation.message)
        )
    }
}
