import Operations
import Synchronization

/// Standard error: warnings, hints, errors and progress, never more than one of them at a time on a line.
///
/// May be used from any thread.
final class Console: ProgressSink {
    private let streams: StandardStreams
    private let manners: Manners
    private let usesColor: Bool
    private let clock: @Sendable () -> Int64
    private let renderer: Mutex<ProgressRenderer>

    /// What the global options say about standard error.
    struct Manners: Sendable {
        var verbosity: Context.Verbosity = .normal
        var isMachineRead = false
        var color: ColorChoice = .auto
        var showsProgress = true
    }

    /// Creates a console; the clock gives nanoseconds and never goes back.
    init(_ streams: StandardStreams, _ manners: Manners, clock: @escaping @Sendable () -> Int64) {
        self.streams = streams
        self.manners = manners
        self.clock = clock
        usesColor = manners.color.resolved(terminal: streams.terminal.errorShowsColor)
        renderer = Mutex(ProgressRenderer(Self.mode(streams.terminal, manners)))
    }

    private static func mode(_ terminal: Terminal, _ manners: Manners) -> ProgressRenderer.Mode {
        guard manners.showsProgress, manners.verbosity > .quiet else { return .hidden }
        if terminal.errorCanRepaint { return .terminal(width: terminal.width) }
        // With --json, standard error holds one object or nothing.
        return manners.isMachineRead ? .hidden : .lines
    }

    func update(_ progress: Progress) {
        // A thread that finds another painting has nothing newer to say than the next snapshot will.
        _ = renderer.withLockIfAvailable { renderer in
            let painted = renderer.update(progress, at: clock())
            if !painted.isEmpty { streams.writeError(painted) }
        }
    }

    func finish() {
        renderer.withLock { renderer in
            let erased = renderer.finish()
            if !erased.isEmpty { streams.writeError(erased) }
        }
    }

    func detail(_ line: String) {
        guard manners.verbosity == .verbose, !manners.isMachineRead else { return }
        write(DisplayText.sanitized(line) + "\n")
    }

    /// Prints what came with a report, as far as the user wants to read it; with `--json` the document holds it.
    func printRemarks(of report: some Report) {
        guard !manners.isMachineRead else { return }
        for problem in report.problems { print("error", .boldRed, "\(problem.subject): \(problem.message)") }
        guard manners.verbosity > .quiet else { return }
        for warning in report.warnings { print("warning", .yellow, warning) }
        for hint in report.hints { print("hint", .cyan, hint) }
    }

    /// Prints a failure: one line, its causes, then the hints; with `--json` one object.
    func print(_ diagnosis: Diagnosis) {
        guard !manners.isMachineRead else { return write(diagnosis.json) }
        print("error", .boldRed, diagnosis.message)
        for cause in diagnosis.causes { print("  caused by", .faint, cause) }
        for hint in diagnosis.hints { print("hint", .cyan, hint) }
    }

    /// Asks a question until it is answered by yes or no; nothing and the end of input mean no.
    func confirm(_ question: String) -> Bool? {
        while true {
            write("\(DisplayText.sanitized(question)) [y/N] ")
            switch streams.readLine()?.lowercased() {
            case "y", "yes": return true
            case "n", "no", "", nil: return false
            default: continue
            }
        }
    }

    private func print(_ label: String, _ color: Text.Color, _ message: String) {
        write(color.paint(label + ":", enabled: usesColor) + " " + DisplayText.sanitized(message) + "\n")
    }

    private func write(_ text: String) {
        renderer.withLock { renderer in streams.writeError(renderer.erase() + text) }
    }
}

extension Console.Manners {
    /// What a verb's options say.
    init(_ options: GlobalOptions) {
        self.init(
            verbosity: options.verbosity,
            isMachineRead: options.json,
            color: options.color,
            showsProgress: !options.noProgress
        )
    }
}

extension ColorChoice {
    /// Whether to use colour on a stream of which it is known whether it shows any.
    func resolved(terminal: Bool) -> Bool {
        switch self {
        case .auto: terminal
        case .always: true
        case .never: false
        }
    }
}
