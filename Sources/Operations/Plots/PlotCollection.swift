import Git
import ModelCore
import Plots
import Registry
import Runs
import Store
import SystemIO

/// The plots of a version, a commit, a run or the work tree.
struct PlotCollection {
    /// Larger files are not drawn.
    private static let fileLimit: Int64 = 64 << 20
    /// What the paths of DVCLive's files have in them, and what their names end with.
    private static let places: [(part: String, suffixes: [String])] = [
        ("plots/metrics/", [".tsv"]), ("plots/sklearn/", [".json"]), ("plots/custom/", [".json"]),
        ("plots/images/", [".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"]),
    ]

    /// What there is to draw, by id.
    private(set) var plots: [Plot] = []
    /// What cannot be drawn, and why, as clauses.
    private(set) var problems: [String] = []

    /// Reads what a subject has; the series of runs may come from a remote.
    init(of subject: FactSubject, in workspace: Workspace, _ store: LocalStore) async throws {
        switch subject {
        case .run(let record): try await add(record, in: workspace, store)
        case .commit(let resolved):
            let model = resolved.version?.model
            try await add(resolved.commit, for: model, in: workspace)
            let entries = try await workspace.pointers(of: resolved).entries
            if let run = try await workspace.evidence(at: resolved.commit, of: entries, for: model).run {
                try await add(run, in: workspace, store)
            }
        case .workTree:
            let snapshot = try await Snapshot(ofWorkTreeIn: workspace)
            try await add(snapshot)
            let entries = try await workspace.pointers(withLeftOut: true).entries
            if let run = try await workspace.facts(in: snapshot, with: entries).makers.first?.run {
                try await add(run, in: workspace, store)
            }
        }
        plots.sort { $0.id < $1.id }
    }

    /// Reads what a commit has that is not another model's, and what some runs tell, each with a label in front.
    init(
        of commit: GitObjectID,
        for model: ModelName?,
        madeBy runs: [(label: String, run: RunRecord)],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        try await add(commit, for: model, in: workspace)
        for (label, run) in runs { try await add(run, labelled: label, in: workspace, store) }
        plots.sort { $0.id < $1.id }
    }

    /// Adds what files of a commit are that are not another model's.
    private mutating func add(_ commit: GitObjectID, for model: ModelName?, in workspace: Workspace) async throws {
        var snapshot = try await Snapshot(of: commit, in: workspace.repository)
        if let model {
            let models = try await ModelIndex.at(commit, in: workspace.repository).models
            snapshot.leaveOut(ModelPlaces(of: model, among: models).isForeign)
        }
        try await add(snapshot)
    }

    /// Adds what files are, as `dvc.yaml` says or as they look.
    private mutating func add(_ snapshot: Snapshot) async throws {
        let definitions = try await definitions(in: snapshot)
        for definition in definitions.flatMap(\.definitions) where !definition.isPath {
            let files = try await snapshot.read(definition.files, limit: PlotCollection.fileLimit)
            problems += files.problems
            add { () throws(PlotError) in try Plot(definition, files: files.bytes) }
        }
        let wanted = snapshot.paths.filter { path in
            PlotCollection.isUsual(path) || definitions.contains { $0.definition(of: path) != nil }
        }
        let contents = try await snapshot.read(wanted, limit: PlotCollection.fileLimit)
        problems += contents.problems
        for path in wanted {
            guard let bytes = contents.bytes[path] else { continue }
            let definition = definitions.lazy.compactMap { $0.definition(of: path) }.first
            add { () throws(PlotError) in try Plot(bytes, at: path, as: definition) }
        }
    }

    private mutating func definitions(in snapshot: Snapshot) async throws -> [PlotDefinitions] {
        let suffix = "/" + PlotDefinitions.fileName
        let paths = snapshot.paths.filter { $0 == PlotDefinitions.fileName || $0.hasSuffix(suffix) }
        let contents = try await snapshot.read(paths, limit: PlotCollection.fileLimit)
        var found: [PlotDefinitions] = []
        for path in paths {
            guard let bytes = contents.bytes[path] else { continue }
            do throws(PlotError) {
                let definitions = try PlotDefinitions(parsing: bytes, at: path)
                problems += definitions.problems.map(\.description)
                found.append(definitions)
            } catch { problems.append("\(error)") }
        }
        return found
    }

    /// Adds the learning curves of a run, but for those that files tell of, and the plots that were recorded.
    private mutating func add(
        _ run: RunRecord,
        labelled label: String = "",
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        let files = RunFiles(workspace: workspace, store: store)
        do {
            let log = try await files.bytes(of: .series, of: run).map { MetricLines.log(of: $0) }
            let known = Set(plots.map(\.title))
            let curves = try await workspace.pool.run { log.map { Plot.curves(of: $0) } ?? [] }
            plots += curves.map { $0.labelled(label) }.filter { !known.contains($0.title) }
        } catch {
            try workspace.context.cancellation.check()
            problems.append("\(error)")
        }
        for file in run.plots ?? [] {
            do {
                let bytes = try await files.bytes(of: file, of: run)
                add { () throws(PlotError) in try Plot(bytes, at: file.path).labelled(label) }
            } catch {
                try workspace.context.cancellation.check()
                problems.append("\(error)")
            }
        }
    }

    private mutating func add(_ plot: () throws(PlotError) -> Plot) {
        do throws(PlotError) { plots.append(try plot()) } catch { problems.append("\(error)") }
    }

    private static func isUsual(_ path: String) -> Bool {
        places.contains { place in
            path.contains(place.part) && place.suffixes.contains { path.lowercased().hasSuffix($0) }
        }
    }
}

extension Plot {
    /// The plot with a label in front of what tells it from others, and of what people call it.
    fileprivate func labelled(_ label: String) -> Plot {
        label.isEmpty ? self : Plot(id: label + id, title: label + title, data: data, unreadableCount: unreadableCount)
    }
}
