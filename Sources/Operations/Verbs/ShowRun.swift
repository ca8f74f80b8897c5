import ModelCore
package import Runs
import SystemPackage

/// `git model runs show`: everything that is known of one run.
package struct ShowRun: Sendable {
    /// The run.
    package struct Report: Operations.Report {
        /// The record.
        package let run: RunRecord
        /// Where everything that was recorded is.
        package let directory: String
    }

    private let text: String

    /// Creates the operation on a run: an id, its first digits, a name, or `latest`.
    package init(_ text: String) { self.text = text }

    /// Reads the record.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let run = try await workspace.runs.contents(on: workspace.pool).find(text)
        return Report(run: run, directory: workspace.runs.directory(of: run.id).path.string)
    }
}
