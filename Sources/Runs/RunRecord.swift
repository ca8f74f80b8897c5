/// What is known of one training: enough to do it again, and what came of it.
package struct RunRecord: Sendable, Hashable, Codable {
    /// The version of the record's shape; fields are added without raising it.
    package static let currentSchema = 1

    /// The version of the record's shape.
    package private(set) var schema = RunRecord.currentSchema
    /// The run's name, which is its directory's.
    package let id: RunID
    /// What the user calls it.
    package var name: String?
    /// How far it has come.
    package var status: RunStatus
    /// When it began; once all is recorded that is before, which takes its time, too, when its command did.
    package var started: Timestamp
    /// When it ended; `nil` while it runs.
    package var ended: Timestamp?
    /// The command and its arguments; empty for a run that was begun without one.
    package let command: [String]
    /// Where the command ran, from the top of the repository; empty at the top.
    package let directory: String
    /// The command's exit code; `nil` after a signal.
    package var exitCode: Int?
    /// The signal that ended the command.
    package var signal: Int?
    /// Where it was recorded, and by whom.
    package private(set) var origin: RunOrigin
    /// The code that ran.
    package private(set) var code: RunCode
    /// What it read, as far as the user says.
    package var data: [RunData] = []
    /// The hyperparameters, by names with dots between their parts.
    package var parameters: [String: ParameterValue] = [:]
    /// What it found around it; `nil` until that was looked at.
    package var environment: RunEnvironment?
    /// What it made that became artifacts.
    package var outputs: [RunOutput] = []
    /// The paths of what it made that was not added when it ended, and whose bytes nobody read; `nil` where there is
    /// nothing of the kind.
    package var unadded: [String]?
    /// What each metric came to.
    package var metrics: [String: MetricSummary] = [:]
    /// The points of all metrics, in the run's directory; `nil` where there are none.
    package var series: RunFile?
    /// Plots that were recorded, in the run's directory; `nil` where there are none.
    package var plots: [RunFile]?
    /// Things outside the repository that were recorded; `nil` where there are none.
    package var references: [RunReference]?
    /// What it took; `nil` while it runs.
    package var resources: RunResources?
    /// What people noted, in order.
    package var notes: [String] = []
    /// The run that this one does again.
    package var reproduces: RunID?
    /// The run inside of which this one was begun, as MLflow nests them.
    package var parent: RunID?

    /// Creates the record of a run that begins.
    package init(
        id: RunID,
        name: String?,
        started: Timestamp,
        command: [String],
        directory: String,
        origin: RunOrigin,
        code: RunCode
    ) {
        self.id = id
        self.name = name
        status = .running
        self.started = started
        self.command = command
        self.directory = directory
        self.origin = origin
        self.code = code
    }

    /// Notes what was added of what it made.
    package mutating func note(added: [RunOutput]) {
        let paths = added.map(\.path)
        outputs = outputs.filter { !paths.contains($0.path) } + added
        unadded?.removeAll(where: paths.contains)
        if unadded == [] { unadded = nil }
    }

    /// The record as everybody is to have it: without the machine's name, and its files named as Git has them.
    package var summary: RunRecord {
        var summary = self
        // What is to be added yet is only here.
        summary.unadded = nil
        summary.origin = RunOrigin(host: nil, user: origin.user)
        summary.series = series?.named(RunAttachment.series.keptName)
        return summary
    }

    /// Returns the record of the same run without what differed from the commit, of which `paths` are named.
    package func withoutDifference(leavingOut paths: [String]) -> RunRecord {
        var record = self
        record.code = code.withoutDifference(leavingOut: paths)
        return record
    }

    /// How long it took, in ms; `nil` while it runs.
    package var milliseconds: Int64? { ended.map { $0.milliseconds - started.milliseconds } }
}
