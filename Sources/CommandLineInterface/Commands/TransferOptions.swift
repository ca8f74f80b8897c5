import ArgumentParser
import Operations

/// What `push`, `fetch` and `pull` have in common.
struct TransferOptions: ParsableArguments {
    @Argument(help: "Versions or revisions; by default what the work tree has", completion: .words(.versions))
    var versions: [String] = []

    @OptionGroup var limit: PathOptions

    @Option(
        help: ArgumentHelp("The remote; by default the default one", valueName: "name"),
        completion: .words(.remotes)
    )
    var remote: String?

    @Flag(help: "The artifacts of every commit of every reference")
    var all = false

    @Flag(help: "The artifacts of every version")
    var tags = false

    @Option(help: ArgumentHelp("How many transfers run at once", valueName: "n"))
    var jobs: Int?

    @Flag(name: .shortAndLong, help: "Only say what would be done")
    var dryRun = false

    mutating func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs needs a number of at least 1") }
    }

    /// Returns the context with what the options say of how to transfer.
    func applied(to context: Context) -> Context {
        var context = context
        context.transfersAtOnce = jobs
        return context
    }

    /// Which artifacts the options mean.
    var selection: TransferSelection {
        TransferSelection(versions: versions, paths: limit.paths, isEverything: all, isEveryTag: tags)
    }
}

extension Text {
    /// Prints what a transfer did.
    mutating func transfer(_ report: TransferReport) {
        if !report.hooks.isEmpty {
            line("Set up git-model for model \(report.models.joined(separator: ", "))")
            line("  hooks   \(report.hooks.joined(separator: ", "))")
        }
        let (past, would, place, way) =
            report.verb == "push"
            ? ("Pushed", "push", "to", "sent")
            : report.verb == "pull" ? ("Pulled", "pull", "from", "received") : ("Fetched", "fetch", "from", "received")
        let what = "\(Quantity.count(report.artifacts, "artifact")), \(Quantity.bytes(report.size)),"
        if report.isDryRun {
            line("Would \(would) \(what) \(place) \(report.remote)")
        } else if report.artifacts > 0 {
            let cost = "\(Quantity.bytes(report.bytes)) \(way) in \(Quantity.duration(nanoseconds: report.nanoseconds))"
            line("\(past) \(what) \(place) \(report.remote): \(cost)")
        } else if report.restored.isEmpty, report.problems.isEmpty {
            line(
                report.verb == "push"
                    ? "Nothing to push: \(report.remote) has everything"
                    : "Nothing to \(report.verb): everything is here"
            )
        }
        for other in report.others { transfer(other) }
        restored(report.restored)
    }

    /// Prints the artifacts that were written.
    mutating func restored(_ artifacts: [RestoredArtifact], as word: String = "restored") {
        var table = Table([.left, .left, .right], indent: 2)
        for artifact in artifacts {
            table.row(word, DisplayText.quoted(artifact.path), Quantity.bytes(artifact.size))
        }
        self.table(table)
    }
}
