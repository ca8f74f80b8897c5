import ArgumentParser
import Operations

/// A verb: options, one call into `Operations`, and one way to print its report.
///
/// To add a verb, write one file in `Commands/` and name the type in `Root`:
///
///     struct DiskUsageCommand: ModelCommand {
///         static let configuration = CommandConfiguration(
///             commandName: "du",
///             abstract: "Show what the store holds and what could go"
///         )
///
///         @OptionGroup(title: "Global options") var global: GlobalOptions
///
///         @Flag(help: "Count what the default remote holds too")
///         var checkRemote = false
///
///         func perform(in context: Context) async throws -> DiskUsage.Report {
///             try await DiskUsage(checksRemote: checkRemote).run(in: context)
///         }
///
///         func render(_ report: DiskUsage.Report, to text: inout Text) {
///             var table = Table([.left, .right, .right])
///             for entry in report.entries {
///                 table.row(entry.name, "\(entry.objects)", Quantity.bytes(entry.size))
///             }
///             text.table(table)
///         }
///     }
///
/// Options are parsed into domain types (`ExpressibleByArgument`), so that `perform` never sees a raw string. `perform`
/// holds no logic and catches nothing; warnings, hints, partial failure and exit codes travel in the `Report`, refusals
/// as a thrown `Failure`. `render` only prints: whatever it shows is in the report, so that `--json` shows it too.
protocol ModelCommand: AsyncParsableCommand {
    /// What the operation returns.
    associatedtype Output: Report

    /// The options that every verb understands: `@OptionGroup(title: "Global options") var global: GlobalOptions`.
    var global: GlobalOptions { get }

    /// Whether the text answers a question, so that `-q` prints it too; `false` for verbs that only confirm what they
    /// did.
    static var answers: Bool { get }

    /// Whether the text goes to standard error, for standard output is another program's.
    static var leavesOutput: Bool { get }

    /// Whether it tries out what a remote lets this user do, so that no error has to send them there.
    static var triesRemotes: Bool { get }

    /// Returns the exit code of a failure.
    static func exitCode(of kind: Failure.Kind) -> Int32

    /// Runs the operation.
    func perform(in context: Context) async throws -> Output

    /// Prints the report for people, without its warnings, hints and problems, which are printed alike for all verbs.
    func render(_ report: Output, to text: inout Text)
}

extension ModelCommand {
    /// True.
    static var answers: Bool { true }

    /// False.
    static var leavesOutput: Bool { false }

    /// False.
    static var triesRemotes: Bool { false }

    /// The failure's own.
    static func exitCode(of kind: Failure.Kind) -> Int32 { kind.exitCode }
}
