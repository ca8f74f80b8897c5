import ArgumentParser
import Operations

/// `git model promote`.
struct PromoteCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Give a stage a version, for everybody",
        discussion: """
            The promotion is an annotated tag as GTO writes it (MODEL#STAGE#N), pushed together with a reference that only one \
            of two promotions at once can move. [gate "STAGE"] of .mver/config says what a version has to be; where it is not, \
            nothing is done and the exit code is 1.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The version, as [MODEL@](vX.Y.Z|STAGE|latest)", completion: .words(.versions))
    var version: String?

    @Argument(help: "The stage, such as staging or production")
    var stage: String?

    @OptionGroup var tag: StageTagOptions

    @Flag(name: [.customShort("n"), .long], help: "Only say what the gates say")
    var dryRun = false

    @Flag(help: "Ask for it in .mver/stages.json, which is reviewed, instead")
    var propose = false

    @Flag(help: "Promote whatever the reviewed .mver/stages.json asks for")
    var proposed = false

    /// What was promoted, or asked for.
    enum Outcome: Report {
        case promoted(PromoteVersion.Report)
        case proposal(ProposePromotion.Report)
        case all(PromoteProposed.Report)

        private var report: any Report {
            switch self {
            case .promoted(let report): report
            case .proposal(let report): report
            case .all(let report): report
            }
        }

        var outcome: Operations.Outcome { report.outcome }
        var warnings: [String] { report.warnings }
        var hints: [String] { report.hints }
        var problems: [Problem] { report.problems }

        func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
    }

    func validate() throws {
        if proposed {
            guard version == nil, !propose else { throw ValidationError("--proposed promotes what the file names") }
        } else if version == nil || stage == nil {
            throw ValidationError("a version and a stage are needed: git model promote latest staging")
        }
        guard propose else { return }
        if dryRun || tag.local { throw ValidationError("--propose excludes --dry-run and --local") }
        if !tag.message.isEmpty || tag.sign {
            throw ValidationError("--propose makes no tag that --message or --sign would be about")
        }
    }

    func perform(in context: Context) async throws -> Outcome {
        var options = tag.options
        options.isDryRun = dryRun
        guard let version, let stage else {
            return .all(try await PromoteProposed(options: options).run(in: context))
        }
        if propose { return .proposal(try await ProposePromotion(version, to: stage).run(in: context)) }
        return .promoted(try await PromoteVersion(version, to: stage, options: options).run(in: context))
    }

    func render(_ report: Outcome, to text: inout Text) {
        switch report {
        case .promoted(let report): text.promotion(report, isQuiet: global.quiet)
        case .all(let report):
            for promotion in report.promotions { text.promotion(promotion, isQuiet: global.quiet) }
        case .proposal(let report):
            guard !global.quiet else { return }
            if report.isUnchanged {
                return text.line("\(report.path) asks for \(report.model)@\(report.version) in \(report.stage) already")
            }
            text.line("\(report.path) asks for \(report.model)@\(report.version) in \(report.stage), and is staged")
        }
    }
}

/// The options of commands that make a tag about a stage or version.
struct StageTagOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("What it is about (each is a paragraph)", valueName: "text")
    )
    var message: [String] = []

    @Flag(name: .shortAndLong, help: "Sign the tag with your key")
    var sign = false

    @Flag(help: "Make a draft, which only this clone has")
    var local = false

    var options: PromoteVersion.Options {
        var options = PromoteVersion.Options()
        options.messages = message
        options.isSigned = sign
        options.isLocal = local
        return options
    }
}

extension Text {
    /// Prints what was promoted, or the table of gates that refused.
    fileprivate mutating func promotion(_ report: PromoteVersion.Report, isQuiet: Bool) {
        let name = "\(report.model)@\(report.version)"
        if report.isRefused { line("\(report.stage) does not take \(name):") }
        if report.isRefused || (report.tag == nil && !report.isUnchanged) {
            gates(report.gates)
            if report.gates.isEmpty { line("\(report.stage) has no gates") }
        }
        guard let tag = report.tag, !isQuiet else { return }
        if report.isUnchanged { return line("\(report.stage) has \(name) already: \(tag)") }
        let before = report.previous.map { " (before: \($0))" } ?? ""
        let place = report.remote.map { "pushed to \($0)" } ?? "a draft, which only this clone has"
        line("\(report.stage) has \(name) now\(before): \(tag), \(place)")
    }

    /// Prints a line for each gate.
    mutating func gates(_ results: [GateResult]) {
        var table = Table([.left, .left, .left])
        for result in results {
            table.row(verdict(result.isPassed), DisplayText.sanitized(result.gate), DisplayText.sanitized(result.found))
        }
        self.table(table)
    }

    /// Returns the word for a verdict.
    func verdict(_ isPassed: Bool?) -> String {
        switch isPassed {
        case true?: painted("pass", .green)
        case false?: painted("FAIL", .red)
        case nil: "-"
        }
    }
}
