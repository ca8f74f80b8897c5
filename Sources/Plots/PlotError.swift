import ModelCore

/// Why something is no plot that can be drawn.
package struct PlotError: Error, Sendable, Equatable {
    /// The file's path, or the plot's name in `dvc.yaml`.
    package let source: String
    /// What is wrong with it, as a clause.
    package let problem: String

    /// Creates an error about a file, or about a plot that has a name only.
    package init(_ source: String, _ problem: String) {
        self.source = source
        self.problem = problem
    }
}

extension PlotError: CustomStringConvertible {
    /// The source and the problem, as one clause.
    package var description: String { "\(QuotedPath.encode(source)): \(problem)" }
}
