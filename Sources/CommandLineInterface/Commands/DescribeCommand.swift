import ArgumentParser
import ModelCore
import Operations
import Registry

/// `git model describe`.
struct DescribeCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Say what a model is, or show it",
        discussion: """
            What is said is staged as .mver/models/<model>.json; without options it is shown. An empty text takes \
            something back. The signature of an ONNX model is read from the model; a JSON file has lists of \
            inputs and outputs, each with name, dtype and shape.
            """
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "The model, where there are several", completion: .words(.models))
    var model: String?

    @Option(help: ArgumentHelp("What it is for, such as text-classification", valueName: "task"))
    var task: String?

    @Option(help: ArgumentHelp("Its licence, such as apache-2.0", valueName: "license"))
    var license: String?

    @Option(help: ArgumentHelp("What it was made from: a version, a name on the Hub, a URL", valueName: "model"))
    var base: String?

    @Option(
        help: ArgumentHelp("Read what it takes and gives from an ONNX model or JSON", valueName: "file"),
        completion: .file()
    )
    var signature: String?

    @Option(help: ArgumentHelp("Where inputs are that it can be tried with", valueName: "path"), completion: .file())
    var sample: String?

    @Option(help: ArgumentHelp("Where what it should give for them is", valueName: "path"), completion: .file())
    var expect: String?

    @Option(help: ArgumentHelp("How that is compared: \(comparisons)", valueName: "how"))
    var compare: ModelExpectation.Comparison?

    @Option(help: ArgumentHelp("The tolerance as a share of what is expected", valueName: "number"))
    var rtol: Double?

    @Option(help: ArgumentHelp("The tolerance beside that", valueName: "number"))
    var atol: Double?

    @Option(help: ArgumentHelp("The command that serves it", valueName: "command"))
    var serve: String?

    @Option(
        name: .customLong("serve-template"),
        help: ArgumentHelp("Lay a program that serves it: \(templates)", valueName: "kind")
    )
    var serveTemplate: ServeTemplate?

    @Option(help: ArgumentHelp("The command that turns a file {in} into a file {out}", valueName: "command"))
    var batch: String?

    @Option(help: ArgumentHelp("Where samples are sent to on its server", valueName: "path"))
    var endpoint: String?

    @Option(help: ArgumentHelp("Where its server says that it is ready", valueName: "path"))
    var health: String?

    @Option(help: ArgumentHelp("Where its model card is", valueName: "path|url"), completion: .file())
    var card: String?

    @Option(help: ArgumentHelp("Anything else (can be repeated)", valueName: "key=value"))
    var meta: [String] = []

    private static let templates = ServeTemplate.allCases.map(\.rawValue).joined(separator: ", ")
    private static let comparisons = ModelExpectation.Comparison.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        for tolerance in [rtol, atol] {
            guard let tolerance, !(tolerance >= 0 && tolerance.isFinite) else { continue }
            throw ValidationError("a tolerance is a number from 0 on")
        }
    }

    private var changes: ModelChanges {
        var changes = ModelChanges()
        changes.task = task
        changes.license = license
        changes.base = base
        changes.signature = signature
        changes.sample = sample
        changes.expected = expect
        changes.comparison = compare
        changes.rtol = rtol
        changes.atol = atol
        changes.serve = serve
        changes.serveTemplate = serveTemplate
        changes.batch = batch
        changes.endpoint = endpoint
        changes.health = health
        changes.card = card
        changes.metadata = meta
        return changes
    }

    func perform(in context: Context) async throws -> ModelReport {
        try await DescribeModel(model, changes).run(in: context)
    }

    func render(_ report: ModelReport, to text: inout Text) {
        guard !global.quiet || changes.isEmpty else { return }
        text.line(text.painted(report.model, .yellow) + (report.isChanged ? "  (staged \(report.path))" : ""))
        var table = Table([.left, .left], indent: 2)
        let facts: [(String, String?)] = [
            ("task", report.task), ("license", report.license), ("base", report.base), ("card", report.card),
            ("sample", report.sample), ("expected", report.expectation.map(DescribeCommand.text(of:))),
            ("serve", DescribeCommand.text(of: report.serve)), ("endpoint", report.endpoint), ("health", report.health),
            ("batch", DescribeCommand.text(of: report.batch)), ("reference", report.reference),
        ]
        for (name, value) in facts {
            if let value { table.row(name, DisplayText.sanitized(value)) }
        }
        for (key, value) in report.metadata.sorted(by: { $0.key < $1.key }) {
            table.row(DisplayText.sanitized(key), DisplayText.sanitized(value))
        }
        for (position, path) in report.artifacts.enumerated() {
            table.row(position == 0 ? "artifacts" : "", DisplayText.quoted(path))
        }
        text.table(table)
        for (title, tensors) in [("inputs", report.signature?.inputs), ("outputs", report.signature?.outputs)] {
            guard let tensors, !tensors.isEmpty else { continue }
            text.line("  \(title)")
            var table = Table([.left, .left, .left], indent: 4)
            for tensor in tensors {
                let shape = tensor.shape.map { "[" + $0.map(\.description).joined(separator: ", ") + "]" }
                table.row([tensor.name, tensor.dtype, shape ?? ""].map(DisplayText.sanitized))
            }
            text.table(table)
        }
        for path in report.laid { text.line("Wrote \(DisplayText.quoted(path))") }
    }

    private static func text(of words: [String]) -> String? {
        words.isEmpty ? nil : words.map(ShellWord.quoted).joined(separator: " ")
    }

    private static func text(of expectation: ModelReport.Expectation) -> String {
        let tolerances = [("rtol", expectation.rtol), ("atol", expectation.atol)].compactMap { name, value in
            value.map { "\(name) \($0)" }
        }
        let details = (expectation.kind == "close" ? [] : [expectation.kind]) + tolerances
        return expectation.path + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
    }
}

extension ModelExpectation.Comparison: ExpressibleByArgument {}
extension ServeTemplate: ExpressibleByArgument {}
