package import SystemIO
package import SystemPackage

/// Everything an operation may know about the process it runs in, so that tests run operations without one.
///
/// The command line makes one for each invocation; nothing below it reads the environment, the current directory, the
/// clock or the standard streams in any other way.
package struct Context: Sendable {
    /// The process's environment.
    package var environment: [String: String]

    /// The absolute directory that relative paths start from: where the user stands, or `-C`.
    package var workingDirectory: FilePath

    /// Returns the wall clock's time in nanoseconds since 1970.
    package var now: @Sendable () -> Int64

    /// Where progress and details go.
    package var progress: any ProgressSink

    /// Set once the user interrupts; long loops check it.
    package var cancellation: Cancellation

    /// How much the user wants to read.
    package var verbosity: Verbosity

    /// How many transfers run at once, where the user says so.
    package var transfersAtOnce: Int?

    /// The URLs that `--trust` agrees to for this invocation only.
    package var trustedURLs: Set<String>

    /// Asks a yes-or-no question, and returns `nil` when there is no terminal to ask on.
    package var confirm: @Sendable (_ question: String) -> Bool?

    /// Reads standard input to its end, for hooks and filters.
    package var readInput: @Sendable () throws -> [UInt8]

    /// Writes bytes of the result to standard output at once, for verbs that stream one.
    package var writeOutput: @Sendable (UnsafeRawBufferPointer) throws -> Void

    /// Says which process gets the signals that this one gets, by its number, until `nil` ends that.
    package var forwardSignals: @Sendable (Int32?) -> Void

    /// Whether such a process got an interrupt that would have been this one's; `cancellation` is not set by that.
    package var hasPassedOnInterrupt: @Sendable () -> Bool

    /// Whether there is somebody to ask.
    package var isInteractive: Bool

    /// Whether programs that are started may ask somebody by the terminal itself, also where standard input is
    /// something else.
    package var hasTerminal: Bool

    /// Whether a program reads the messages, so that no other program's may stand among them.
    package var isMachineRead: Bool

    /// How much the user wants to read.
    package enum Verbosity: Int, Sendable, Comparable {
        /// `-q`: errors, and what was asked for.
        case quiet

        /// Neither flag: warnings and hints too.
        case normal

        /// `-v`: details too.
        case verbose

        package static func < (left: Verbosity, right: Verbosity) -> Bool { left.rawValue < right.rawValue }
    }

    /// Creates a context; what is left out does nothing and asks nobody.
    package init(
        environment: [String: String],
        workingDirectory: FilePath,
        now: @escaping @Sendable () -> Int64,
        progress: any ProgressSink = SilentProgress(),
        cancellation: Cancellation = Cancellation(),
        verbosity: Verbosity = .normal,
        trustedURLs: Set<String> = [],
        isInteractive: Bool = false,
        hasTerminal: Bool = false,
        isMachineRead: Bool = false,
        confirm: @escaping @Sendable (String) -> Bool? = { _ in nil },
        readInput: @escaping @Sendable () throws -> [UInt8] = { [] },
        writeOutput: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void = { _ in },
        forwardSignals: @escaping @Sendable (Int32?) -> Void = { _ in },
        hasPassedOnInterrupt: @escaping @Sendable () -> Bool = { false }
    ) {
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.now = now
        self.progress = progress
        self.cancellation = cancellation
        self.verbosity = verbosity
        self.trustedURLs = trustedURLs
        self.isInteractive = isInteractive
        self.hasTerminal = hasTerminal
        self.isMachineRead = isMachineRead
        self.confirm = confirm
        self.readInput = readInput
        self.writeOutput = writeOutput
        self.forwardSignals = forwardSignals
        self.hasPassedOnInterrupt = hasPassedOnInterrupt
    }
}

extension Context {
    /// Where small files go that are of no use after this process, in or beside no repository.
    var temporaryDirectory: FilePath {
        environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil } ?? "/tmp"
    }
}
