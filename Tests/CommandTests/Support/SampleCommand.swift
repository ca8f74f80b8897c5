import SystemIO
import ArgumentParser
@testable import CommandLineInterface
import Operations

/// A verb that ends in whatever way a test asks for.
struct SampleCommand: ModelCommand {
    static let configuration = CommandConfiguration(commandName: "sample", abstract: "Try things")

    struct Sample: Report {
        var path = "weights/a.bin"
        var size: Int64 = 90_868_376
        var note: String?

        var warnings: [String] { ["the history keeps it"] }
        var hints: [String] { ["record it: `git commit`"] }
        var problems: [Problem]
        var outcome: Outcome

        private enum CodingKeys: CodingKey {
            case path, size, note
        }
    }

    @OptionGroup(title: "Global options") var global: GlobalOptions
    @Option var ending = "ok"
    @Flag var asks = false

    func perform(in context: Context) async throws -> Sample {
        if asks, let answer = context.confirm("Go on?") { context.progress.detail("answered \(answer)") }
        switch ending {
        case "problem":
            return Sample(problems: [Problem("b.bin", message: "no such file or directory")], outcome: .partial)
        case "failure":
            throw Failure(.unreachable, "cannot push a.bin", hints: ["try later"], cause: UnforeseenError())
        case "half-done":
            let cause = Failure(.failed, "going back failed", hints: ["look at it"], leavesHalfDone: true)
            throw HintedError(Failure(nil, "cannot deploy", cause: cause), hints: [])
        case "stream":
            try Array("bytes".utf8).withUnsafeBytes { try context.writeOutput($0) }
            return Sample(problems: [], outcome: .ok)
        case "interrupt":
            context.cancellation.cancel()
            try context.cancellation.check()
            return Sample(problems: [], outcome: .ok)
        case "bug": throw UnforeseenError()
        default: return Sample(problems: [], outcome: Outcome(rawValue: ending) ?? .ok)
        }
    }

    func render(_ report: Sample, to text: inout Text) {
        text.line("\(text.painted("new", .green))  \(report.path)  \(Quantity.bytes(report.size))")
    }
}

/// An error that no mapping knows.
struct UnforeseenError: Error, CustomStringConvertible {
    var description: String { "something unforeseen" }
}
