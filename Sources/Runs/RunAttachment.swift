/// A file of a run that it takes to do the run again, or to see how it went.
package enum RunAttachment: CaseIterable, Sendable {
    /// How the code differed from its commit, as `git apply` takes it.
    case difference
    /// The packages, as pip or conda takes them.
    case packages
    /// The points of all metrics, as lines of JSON.
    case series

    /// The file's name in the run's directory.
    package var name: String {
        switch self {
        case .difference: RunDirectory.differenceName
        case .packages: RunDirectory.packagesName
        case .series: RunDirectory.seriesName
        }
    }

    /// The file's name beside the summary of a run that is kept.
    package var keptName: String { self == .series ? RunDirectory.metricsName : name }
}

extension RunRecord {
    /// Returns what the record notes of a file; `nil` where the run has none.
    package func file(_ attachment: RunAttachment) -> RunFile? {
        switch attachment {
        case .difference: code.difference
        case .packages: environment?.packages
        case .series: series
        }
    }
}
