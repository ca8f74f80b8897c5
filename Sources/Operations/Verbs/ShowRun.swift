import ModelCore
package import Runs
import SystemPackage

/// `git model runs show`: everything that is known of one run.
package struct ShowRun: Sendable {
    /// The run.
    package struct Report: Operations.Report {
        /// The record.
        package let run: RunRecord
        /// Where everything that was recorded is; where that was elsewhere, the path of the summary in the current
        /// commit, or what `git show` takes to print the record.
        package let directory: String
        /// The path of the run's summary in the current commit; `nil` where that has none.
        package let kept: String?
        package let hints: [String]
    }

    private let text: String

    /// Creates the operation on a run: an id, its first digits, a name, or `latest`.
    package init(_ text: String) { self.text = text }

    /// Reads the record.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        guard let run = try await workspace.findRuns([text]).first else { throw RunLookupError.unknown(text) }
        let isOwn = workspace.runs.current(run.id) != nil
        let directory =
            isOwn
            ? workspace.runs.directory(of: run.id).path.string : try await workspace.place(ofForeign: run.id)
        let isKept = try await workspace.isKept(run.id)
        return Report(
            run: run,
            directory: directory,
            kept: isKept ? KeptRun.summary(of: run.id) : nil,
            hints: workspace.hints(onUnclosed: run) + workspace.hints(onUnadded: run)
        )
    }
}
