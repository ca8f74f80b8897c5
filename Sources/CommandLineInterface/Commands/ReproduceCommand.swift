import ArgumentParser
import Operations
import Runs

/// `git model reproduce`.
struct ReproduceCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Do a run again, and compare its metrics with what they were",
        discussion: """
            The run's commit is checked out into a worktree of its own, with what differed from it, the artifacts and \
            the data; the command runs there, and is recorded as a run. Exit code 0 says that every metric is there \
            again within the tolerance, 1 that one is not, that there is none, or that no tolerance was given. \
            Metrics of how fast it was are not compared: those whose names end in duration, timestamp, _time, \
            _runtime or _per_second.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The run: its id, the id's first digits, its name, or latest")
    var run = "latest"

    @Option(
        help: ArgumentHelp("How far a metric may be off, as a share of it; 0 wants the same", valueName: "share"),
        transform: { try ReproduceCommand.readTolerance($0) }
    )
    var tolerance: MetricTolerance?

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp("Make the worktree here", valueName: "dir"),
        completion: .directory
    )
    var place: String?

    @Flag(help: "Leave the worktree there")
    var keepWorktree = false

    @Flag(help: "Run the command of a run that was recorded elsewhere")
    var yes = false

    func perform(in context: Context) async throws -> ReproduceRun.Report {
        var options = ReproduceRun.Options()
        options.tolerance = tolerance
        options.place = place
        options.keepsWorktree = keepWorktree
        options.isAgreed = yes
        return try await ReproduceRun(run, options).run(in: context)
    }

    func render(_ report: ReproduceRun.Report, to text: inout Text) {
        let verdict =
            report.tolerance == nil ? "repeats" : report.isReproduced ? "reproduces" : "does not reproduce"
        text.line("Run \(report.run.id.abbreviated) \(verdict) \(report.reproduces.abbreviated)")
        var metrics = Table([.left, .right, .right, .left], indent: 2)
        for metric in report.metrics {
            metrics.row(
                DisplayText.sanitized(metric.name),
                RunText.number(metric.before),
                metric.after.map(RunText.number) ?? "",
                metric.agreement.rawValue
            )
        }
        text.table(metrics)
        for output in report.outputs {
            let state = output.isSame ? "the same, bit for bit" : output.after == nil ? "not made" : "not the same"
            text.line("  \(DisplayText.quoted(output.path))  \(state)")
        }
        guard !report.differences.isEmpty else { return }
        text.line("what was different")
        var differences = Table([.left, .left, .left, .left], indent: 2)
        for difference in report.differences {
            differences.row(
                difference.kind.rawValue,
                DisplayText.sanitized(difference.name),
                difference.before.map(ReproduceCommand.shortened) ?? "none",
                "→ " + (difference.after.map(ReproduceCommand.shortened) ?? "none")
            )
        }
        text.table(differences)
    }

    /// Digests are told by their first digits.
    private static func shortened(_ value: String) -> String {
        guard value.hasPrefix("sha256:") else { return DisplayText.sanitized(value) }
        return String(value.dropFirst("sha256:".count).prefix(12))
    }

    private static func readTolerance(_ text: String) throws -> MetricTolerance {
        // With a share of 1, all numbers of one sign are alike.
        guard let share = Double(text), share < 1, let tolerance = MetricTolerance(share: share) else {
            throw ValidationError("'\(text)' is no tolerance: write a share such as 1e-3, or 0")
        }
        return tolerance
    }
}
