import ArgumentParser
import Deployment
import Operations

/// `git model deployments`.
struct DeploymentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployments",
        abstract: "Show what runs on targets, and what happened to them",
        discussion: """
            What happened is in Git, in refs/git-model/deployments/<target>, a commit for each event.
            """,
        subcommands: [List.self, Status.self, Sync.self],
        defaultSubcommand: List.self
    )

    /// `git model deployments list`.
    struct List: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show what happened to targets, the last first"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Only this target", completion: .words(.targets))
        var target: String?

        func perform(in context: Context) async throws -> ListDeployments.Report {
            try await ListDeployments(target).run(in: context)
        }

        private static func remark(on event: DeploymentEvent) -> String {
            let part = event.endsCanary ? nil : event.canaryPercent.map { "\($0) % of the traffic" }
            return [part, event.reason].compactMap(\.self).joined(separator: ": ")
        }

        func render(_ report: ListDeployments.Report, to text: inout Text) {
            var table = Table([.left, .right, .left, .left, .left, .left, .left])
            for event in report.events {
                let cells = [
                    event.target, "\(event.sequence)", String(event.at.prefix(16)),
                    event.action == .deploy ? "deploy" : "rollback", "\(event.model)@\(event.version)",
                    event.state.rawValue, Self.remark(on: event),
                ]
                table.row(cells.map(DisplayText.sanitized))
            }
            text.table(table)
        }
    }

    /// `git model deployments status`.
    struct Status: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show what runs on a target, and whether its files are as they were checked"
        )

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "The target; it may be left out where there is only one", completion: .words(.targets))
        var target: String?

        @Flag(help: "Do not read the files")
        var quick = false

        func perform(in context: Context) async throws -> ShowTarget.Report {
            try await ShowTarget(target, isQuick: quick).run(in: context)
        }

        func render(_ report: ShowTarget.Report, to text: inout Text) {
            guard let release = report.release else { return text.line("\(report.target) runs nothing") }
            let name = report.version.map { "\(report.model ?? "")@\($0)" } ?? release.text
            var table = Table([.left, .left])
            table.row(report.target, DisplayText.sanitized(name))
            table.row("since", DisplayText.sanitized(report.since ?? "nobody knows"))
            if let by = report.by { table.row("by", DisplayText.sanitized(by)) }
            if let commit = report.commit { table.row("commit", DisplayText.sanitized(String(commit.prefix(12)))) }
            if let digest = report.digest { table.row("digest", DisplayText.sanitized(digest)) }
            if let smoke = report.smoke {
                let verb = smoke.result == .unchecked ? "it " : ""
                let found = smoke.found.isEmpty ? "" : ": \(verb)\(smoke.found)"
                table.row("smoke test", DisplayText.sanitized(smoke.result.rawValue + found))
            }
            // That one has all of it goes without saying.
            if let traffic = report.traffic, traffic.count > 1 {
                for share in traffic {
                    let state = share.state == .ready ? "" : " (\(share.state.rawValue))"
                    table.row("traffic", DisplayText.sanitized("\(share.percent) % \(share.version)\(state)"))
                }
            }
            switch report.differences {
            case nil: break
            case []?: table.row("files", "as they were sealed")
            case let differences?:
                for line in differences { table.row("files", text.painted(DisplayText.sanitized(line), .red)) }
            }
            let nothing = report.isUntold ? "nobody here knows" : "nothing to go back to"
            table.row("before", DisplayText.sanitized(report.previousGood ?? nothing))
            text.table(table)
        }
    }

    /// `git model deployments sync`.
    struct Sync: ModelCommand {
        static let configuration = CommandConfiguration(
            commandName: "sync",
            abstract: "Get what others did to targets from the Git remote, and tell them what was done here"
        )
        static let answers = false

        @OptionGroup(title: "Global options") var global: GlobalOptions

        @Argument(help: "Only this target", completion: .words(.targets))
        var target: String?

        func perform(in context: Context) async throws -> SyncDeployments.Report {
            try await SyncDeployments(target).run(in: context)
        }

        func render(_ report: SyncDeployments.Report, to text: inout Text) {
            for target in report.targets {
                let stage = target.stageTag.map { ", with \($0)" } ?? ""
                let place = DisplayText.quoted(report.remote)
                text.line("\(target.name): \(Quantity.count(target.events, "event")), the same as at \(place)\(stage)")
            }
        }
    }
}
