import ArgumentParser
import ModelCore
import Monitoring
import Operations

/// `git model monitor`.
struct MonitorCommand: ModelCommand {
    /// What there is to print: what a look gave, or alert rules.
    enum Output: Report {
        case look(MonitorReport)
        case alerts(PrintAlertRules.Report)

        private var report: any Report {
            switch self {
            case .look(let report): report
            case .alerts(let report): report
            }
        }

        var outcome: Outcome { report.outcome }
        var warnings: [String] { report.warnings }
        var hints: [String] { report.hints }
        var problems: [Problem] { report.problems }

        func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
    }

    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Say whether live traffic is as it has to be",
        discussion: """
            Compares what the gateway, a Prometheus server or a log of requests counted with the rules of \
            [monitor "TARGET"]. The exit code is 0 where all of them hold, 1 where one does not, and 3 where too \
            little is known. Only with --act anybody is told, or the last good version put back.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The target, where there are several")
    var target: String?

    @Flag(help: "Look again and again until interrupted")
    var watch = false

    @Flag(help: "Do what the configuration says where a rule is breached: webhooks, a rollback")
    var act = false

    @Flag(help: "Judge the version that has a part of the traffic, and not the one that has the rest")
    var canary = false

    @Flag(help: "Print the rules as alert rules of Prometheus")
    var alerts = false

    func validate() throws {
        if alerts, watch || act || canary {
            throw ValidationError("--alerts looks at nothing, and goes with none of --watch, --act and --canary")
        }
    }

    func perform(in context: Context) async throws -> Output {
        if alerts { return .alerts(try await PrintAlertRules(target).run(in: context)) }
        let operation = MonitorTarget(target, acts: act, isCanary: canary)
        guard watch else { return .look(try await operation.run(in: context)) }
        try await operation.watch(in: context) { report in
            var line = try line(on: report)
            try line.withUTF8 { try context.writeOutput(UnsafeRawBufferPointer($0)) }
        }
    }

    private func line(on report: MonitorReport) throws -> String {
        if global.json { return try JSONText.line(JSONDocument(report)) }
        var text = Text()
        text.line("\(report.time) \(report.target) \(report.verdict.rawValue)")
        MonitorText.write(report, to: &text)
        for warning in report.warnings { text.line("  \(warning)") }
        return text.content
    }

    func render(_ output: Output, to text: inout Text) {
        switch output {
        case .alerts(let report): text.raw(report.text)
        case .look(let report):
            let name = [report.model, report.version].compactMap(\.self).joined(separator: " ")
            let color: Text.Color =
                switch report.verdict {
                case .ok: .green
                case .breached: .red
                case .inconclusive: .yellow
                }
            let part = report.isCanary ? ", with a part of the traffic" : ""
            let verdict = text.painted(report.verdict.rawValue, color)
            text.line("\(report.target): \(verdict)\(name.isEmpty ? "" : " (\(name)\(part))"), by \(report.source)")
            MonitorText.write(report, to: &text)
        }
    }
}
