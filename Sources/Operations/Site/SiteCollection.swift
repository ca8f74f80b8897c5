import Git
import ModelCore
import Registry
import Runs
import Store
import SystemIO

/// Reads what a site shows, from Git and the local store.
struct SiteCollection {
    private static let cardLimit: Int64 = 256 << 10

    private let workspace: Workspace
    private let store: LocalStore
    private let lookup: ComparisonLookup
    private let directions: MetricDirections

    init(_ workspace: Workspace, store: LocalStore) {
        self.workspace = workspace
        self.store = store
        lookup = ComparisonLookup(workspace: workspace, store: store, fetches: false)
        directions = MetricDirections(workspace.configuration)
    }

    /// Reads tags, descriptions and the summaries of kept runs.
    ///
    /// Of runs that only this clone has, nothing is shown: a site is for others.
    func site(titled title: String?) async throws -> Site {
        let (versions, history) = try await workspace.versionsAndStages()
        let contents = try await workspace.runContents(.everywhere)
        let runs = contents.records.filter { contents.kept.contains($0.id) }.map(\.summary)
        let byID = Dictionary(runs.map { ($0.id, $0) }) { first, _ in first }
        let rows = try await rows(of: versions, history.stagesByVersion, byID)
        // What is not committed is nobody else's to see.
        let head = try await workspace.repository.objects.head().commit
        let index =
            if let head { try await ModelIndex.at(head, in: workspace.repository).models } else { [ModelDescription]() }
        let described = Dictionary(index.map { ($0.name, $0) }) { first, _ in first }
        let names = Set(described.keys).union(rows.keys).sorted()
        var made: [RunID: [Site.Version]] = [:]
        for row in names.flatMap({ rows[$0] ?? [] }) {
            if let run = row.run { made[run.id, default: []].append(row) }
        }
        return Site(
            title: title ?? SiteCollection.title(names),
            models: names.map { name in
                Site.Model(
                    name: name.text,
                    description: described[name].map { ModelReport($0, isChanged: false) },
                    isDeprecated: history.deprecated[name] != nil,
                    versions: rows[name] ?? [],
                    stageChanges: history.events.reversed().filter { $0.model == name }
                        .map(VersionLog.Report.StageChange.init)
                )
            },
            runs: runs.reversed(),
            versionsOfRuns: made
        )
    }

    private func rows(
        of versions: [ModelVersion],
        _ stages: [TagName: [StageName]],
        _ runs: [RunID: RunRecord]
    ) async throws -> [ModelName: [Site.Version]] {
        let commits = try await workspace.repository.objects.commits(Array(Set(versions.map(\.commit))))
        let commitsByID = Dictionary(commits.map { ($0.id, $0) }) { first, _ in first }
        var rows: [ModelName: [Site.Version]] = [:]
        for version in versions {
            guard let commit = commitsByID[version.commit] else { continue }
            let row = try await row(of: version, commit, stages[version.tag] ?? [], runs)
            rows[version.model, default: []].append(row)
        }
        return rows
    }

    private static func title(_ models: [ModelName]) -> String {
        models.count == 1 ? "Model \(models[0])" : "Model registry"
    }

    private func row(
        of version: ModelVersion,
        _ commit: GitCommit,
        _ stages: [StageName],
        _ runs: [RunID: RunRecord]
    ) async throws -> Site.Version {
        let who = version.annotation?.tagger ?? commit.committer
        let run = version.trailers?.run.flatMap { RunID($0) }.flatMap { runs[$0] }
        let metrics = version.trailers?.metrics ?? [:]
        let message = version.annotation?.message ?? ""
        let entries = try await entries(of: version)
        let committed = Dictionary(entries.map { ($0.path, $0.pointer) }) { first, _ in first }
        return Site.Version(
            model: version.model.text,
            tag: version.tag.text,
            version: version.version.description,
            mayBeLatest: version.mayBeLatest,
            commit: version.commit.hex,
            commitSubject: commit.subject,
            date: CivilDate(secondsSince1970: who.time, offsetMinutes: who.offsetMinutes).text,
            time: CivilDate.time(secondsSince1970: who.time),
            tagger: who.name,
            isSigned: version.isSigned,
            isDeregistered: version.isDeregistered,
            contradicted: version.trailers?.artifacts.first { committed[$0.path] != $0.pointer }?.path.text,
            message: [VersionTag.subject(of: message), VersionTag.body(of: message)].filter { !$0.isEmpty }
                .joined(separator: "\n\n"),
            stages: stages.map(\.text),
            entries: entries,
            run: run,
            metrics: metrics.isEmpty ? run?.metrics.mapValues(\.value) ?? [:] : metrics
        )
    }

    /// The artifacts of a version, as its commit has them.
    private func entries(of version: ModelVersion) async throws -> [PointerIndex.Entry] {
        let entries = try await workspace.pointers(of: ResolvedVersion(version)).entries
        let own = entries.filter { !$0.path.isOfRun }
        return version.trailers == nil ? own : entries
    }

    private func description(of model: ModelName, at commit: GitObjectID) async throws -> ModelDescription? {
        let path = GitPath(ModelDescription(model).path)
        let limit = Int64(ModelDescription.byteLimit)
        guard let bytes = try? await workspace.repository.objects.file(at: path, in: commit, limit: limit) else {
            return nil
        }
        return try? ModelDescription(model, parsing: bytes)
    }

    /// Reads what the page of a version shows, which differs from the version before it.
    func details(
        of version: Site.Version,
        after previous: Site.Version?,
        drawnBy curves: SiteCurves
    ) async throws -> SiteVersionDetails {
        let description = try await description(of: version)
        let earlier = if let previous { try await self.description(of: previous) } else { ModelDescription?.none }
        let changes = try await changes(from: previous, to: version)
        let (old, new) = (previous?.run, version.run)
        var drawn: [(name: String, run: RunRecord)] = []
        if let previous, let old, old.id != new?.id { drawn.append((previous.version, old)) }
        if let new { drawn.append((version.version, new)) }
        let runs = drawn
        return SiteVersionDetails(
            previous: previous?.version,
            description: description.map { ModelReport($0, isChanged: false) },
            card: try await card(of: description, at: version.commit),
            metrics: ReviewChanges.Report.Metric.rows(
                from: previous?.metrics.spelled(as: version.metrics.keys) ?? [:],
                to: version.metrics,
                directions
            ),
            parameters: new?.parameters.mapValues(\.description) ?? [:],
            changes: changes,
            layers: changes.compactMap(ReviewChanges.Report.Layers.init),
            parameterChanges: parameterRows(old, new),
            dataChanges: rows(old, new, \.dataProperties),
            environmentChanges: rows(old, new, \.environmentProperties),
            signatureChanges: previous == nil
                ? [] : FactChanges.signatures(from: [earlier].compactMap(\.self), to: [description].compactMap(\.self)),
            figures: new == nil ? SiteFigures() : try await workspace.pool.run { curves.figures(of: runs) }
        )
    }

    private func parameterRows(_ old: RunRecord?, _ new: RunRecord?) -> [ReviewChanges.Report.Row] {
        guard let old, let new else { return [] }
        let before = old.parameters.spelled(as: new.parameters.keys)
        return ReviewChanges.Report.Row.changes(from: before, to: new.parameters)
    }

    private func rows(
        _ old: RunRecord?,
        _ new: RunRecord?,
        _ properties: (RunRecord) -> [String: String]
    ) -> [ReviewChanges.Report.Row] {
        guard let old, let new else { return [] }
        return ReviewChanges.Report.Row.changes(from: properties(old), to: properties(new))
    }

    private func description(of version: Site.Version) async throws -> ModelDescription? {
        guard let commit = GitObjectID(version.commit), let model = try? ModelName(version.model) else { return nil }
        return try await description(of: model, at: commit)
    }

    private func card(of description: ModelDescription?, at commit: String) async throws -> String? {
        guard let path = description?.card, (try? RepositoryPath(path)) != nil, let id = GitObjectID(commit) else {
            return nil
        }
        let objects = workspace.repository.objects
        let bytes = try? await objects.file(at: GitPath(path), in: id, limit: SiteCollection.cardLimit)
        return bytes.flatMap { String(validating: $0, as: UTF8.self) }
    }

    private func changes(
        from previous: Site.Version?,
        to version: Site.Version
    ) async throws -> [CompareVersions.Report.Artifact] {
        guard let previous else { return [] }
        return try await CompareVersions.differences(from: previous.entries, to: version.entries, lookup)
    }
}
