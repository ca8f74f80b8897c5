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

    /// Removes the runs; one that is being recorded stays.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let contents = try await workspace.runs.contents(on: workspace.pool)
        var report = Report()
        for text in texts {
            // What cannot be read can go all the same.
            let unreadable = contents.unreadable.filter { $0.text == text || $0.abbreviated == text }
            let id = try unreadable.count == 1 ? unreadable[0] : contents.find(text).id
            if (try? workspace.runs.directory(of: id).isRecording()) == true {
                report.problems.append(Problem(id.abbreviated, message: "it is being recorded"))
            } else {
                try workspace.runs.remove(id)
                report.removed.append(id)
            }
        }
        return report
    }
}
