import ModelCore
package import Runs

/// `git model runs delete`: removes records of runs.
package struct DeleteRuns: Sendable {
    /// What was removed.
    package struct Report: Operations.Report {
        /// The runs that are gone.
        package var removed: [RunID] = []
        package var problems: [Problem] = []
    }

    private let texts: [String]

    /// Creates the operation on runs: ids, their first digits, names, or `latest`.
    package init(_ texts: [String]) { self.texts = texts }

    /// Removes the runs; one that is being recorded stays, and where a text means none, all do.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let contents = try await workspace.runs.contents(on: workspace.pool)
        var report = Report()
        for id in try await runs(of: contents, in: workspace) {
            if (try? workspace.runs.directory(of: id).isRecording()) == true {
                report.problems.append(Problem(id.abbreviated, message: "it is being recorded"))
            } else if contents.records.contains(where: { $0.id == id && $0.status == .running }) {
                // It was begun without a command, and whoever began it goes on.
                let end = "end it: `git model run end \(id.abbreviated) --status killed`"
                report.problems.append(Problem(id.abbreviated, message: "it was begun and not ended; \(end)"))
            } else {
                do { try workspace.runs.remove(id) } catch {
                    report.problems.append(Problem(id.abbreviated, error))
                    continue
                }
                report.removed.append(id)
            }
        }
        try await RunPins(workspace.repository).release(report.removed)
        return report
    }

    /// Returns the runs that the texts mean, each once.
    private func runs(of contents: RunCatalog.Contents, in workspace: Workspace) async throws -> [RunID] {
        var runs: [RunID] = []
        for text in texts {
            // What cannot be read can go all the same.
            let unreadable = contents.unreadable.filter { $0.text == text || $0.abbreviated == text }
            let id = try await unreadable.count == 1 ? unreadable[0] : workspace.ownRun(text, among: contents).id
            if !runs.contains(id) { runs.append(id) }
        }
        return runs
    }
}
