import ArgumentParser
import Operations

/// The options that every verb understands, before or after its name.
struct GlobalOptions: ParsableArguments {
    /// Whether only errors and answers are printed.
    @Flag(name: .shortAndLong, help: "Print only errors and what was asked for")
    var quiet = false

    /// Whether details are printed.
    @Flag(name: .shortAndLong, help: "Print details too")
    var verbose = false

    /// Whether the result is one JSON document.
    @Flag(help: "Print the result, or the error, as one JSON document")
    var json = false

    /// Whether progress is kept off a terminal.
    @Flag(name: .customLong("no-progress"), help: "Show no progress")
    var noProgress = false

    /// The directory to run in; `nil` for the current one.
    @Option(
        name: .customShort("C"),
        help: ArgumentHelp("Run as if started in this directory", valueName: "dir"),
        completion: .directory
    )
    var directory: String?

    /// When to use colour.
    @Option(help: ArgumentHelp("Use colour: auto, always or never", valueName: "when"))
    var color: ColorChoice = .auto

    /// The URLs agreed to for this invocation.
    @Option(
        name: .customLong("trust"),
        help: ArgumentHelp("Agree to this URL, target or command, this time only (can be repeated)", valueName: "url")
    )
    var trustedURLs: [String] = []

    /// Creates the options with their default values.
    init() {}

    mutating func validate() throws {
        if quiet && verbose { throw ValidationError("-q and -v exclude each other") }
    }

    /// The names of the options that take a value, which anyone who looks for the verb has to step over.
    static let namesWithValue: Set<String> = ["-C", "--color", "--trust"]

    /// How much the user wants to read.
    var verbosity: Context.Verbosity {
        if quiet { return .quiet }
        return verbose ? .verbose : .normal
    }
}

/// When to use colour.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto

    /// Everywhere.
    case always

    /// Nowhere.
    case never
}
