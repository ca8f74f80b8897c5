/// What Git has of a run that is kept: names of files, from the top of the repository, and of references.
package enum KeptRun {
    /// The directory of the summaries.
    package static let directory = ".mver/runs"
    /// The most bytes that a summary may have.
    package static let byteLimit: Int64 = 16 << 20
    /// What names of the references that keep the commits of runs begin with; the id follows.
    package static let referencePrefix = "refs/git-model/runs/"
    private static let fileSuffix = ".json"

    /// Returns the path of a run's summary.
    package static func summary(of id: RunID) -> String { "\(directory)/\(id)\(fileSuffix)" }

    /// Returns the directory of a run's files, which are artifacts.
    package static func directory(of id: RunID) -> String { "\(directory)/\(id)" }

    /// Returns the name of the reference that keeps a run's commit.
    package static func reference(of id: RunID) -> String { referencePrefix + id.text }

    /// Returns the run whose summary is at a path; `nil` for any other path.
    package static func run(ofSummaryAt path: String) -> RunID? {
        let start = directory + "/"
        guard path.hasPrefix(start), path.hasSuffix(fileSuffix) else { return nil }
        return RunID(path.dropFirst(start.count).dropLast(fileSuffix.count))
    }
}
