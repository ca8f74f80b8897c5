import ArgumentParser
import Operations
import SystemIO
import SystemPackage

/// One invocation of `git model`: from the words of the command line to the exit code.
package struct Program: Sendable {
    /// The words behind the program's name.
    var arguments: [String]

    /// The process's environment.
    var environment: [String: String]

    /// The absolute directory that the process runs in.
    var workingDirectory: FilePath

    /// Where text comes from and goes to.
    var streams: StandardStreams

    /// Set when the user interrupts.
    var cancellation: Cancellation

    /// Says which process gets the signals that this one gets, by its number, until `nil` ends that.
    var forwardSignals: @Sendable (Int32?) -> Void

    /// Whether such a process got an interrupt that would have been this one's.
    var hasPassedOnInterrupt: @Sendable () -> Bool

    /// Returns the wall clock's time in nanoseconds since 1970.
    var now: @Sendable () -> Int64

    /// Returns the nanoseconds of a clock that never goes back.
    var ticks: @Sendable () -> Int64

    /// Creates an invocation.
    init(
        arguments: [String],
        environment: [String: String],
        workingDirectory: FilePath,
        streams: StandardStreams,
        cancellation: Cancellation,
        forwardSignals: @escaping @Sendable (Int32?) -> Void = { _ in },
        hasPassedOnInterrupt: @escaping @Sendable () -> Bool = { false },
        now: @escaping @Sendable () -> Int64,
        ticks: @escaping @Sendable () -> Int64
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.streams = streams
        self.cancellation = cancellation
        self.forwardSignals = forwardSignals
        self.hasPassedOnInterrupt = hasPassedOnInterrupt
        self.now = now
        self.ticks = ticks
    }

    /// Does what the arguments say, and returns the exit code.
    func run() async -> Int32 {
        let invocation = Invocation(arguments)
        // Scripts and other programs ask this first and often; it needs no parser.
        if arguments == ["--version"] { return finish(with: Version.line + "\n", in: invocation) }
        let parsed: any ParsableCommand
        do {
            parsed = try Root.parseAsRoot(invocation.separatingPaths(arguments))
        } catch {
            return answer(parsingError: error, in: invocation)
        }
        guard let command = parsed as? any ModelCommand else {
            // The root alone, `help`, `-h`, or a group without a verb: whatever is parsed and can't run is explained.
            return printHelp(for: invocation)
        }
        return await run(command)
    }

    /// Runs a parsed verb, prints its report or the error, and returns the exit code.
    func run<Command: ModelCommand>(_ command: Command) async -> Int32 {
        let console = Console(streams, Console.Manners(command.global), clock: ticks)
        do {
            let context = try context(command.global, console)
            let report = try await perform(command, in: context)
            console.finish()
            do { try print(report, of: command) } catch is ClosedOutput { return report.exitCode }
            console.printRemarks(of: report)
            return report.exitCode
        } catch is ClosedOutput {
            console.finish()
            return Outcome.ok.exitCode
        } catch {
            console.finish()
            let diagnosis = cancellation.isCancelled ? Diagnosis(interruptedBy: error) : Diagnosis(of: error)
            console.print(diagnosis)
            return Command.exitCode(of: diagnosis.kind)
        }
    }

    private func perform<Command: ModelCommand>(_ command: Command, in context: Context) async throws -> Command.Output
    {
        try await context.explainingShallowness {
            try await context.explainingAgreement {
                guard !Command.triesRemotes else { return try await command.perform(in: context) }
                return try await context.explainingDenial { try await command.perform(in: context) }
            }
        }
    }

    private func context(_ options: GlobalOptions, _ console: Console) throws -> Context {
        let isInteractive = streams.terminal.isInteractive && !options.json
        return Context(
            environment: environment,
            workingDirectory: try directory(options),
            now: now,
            progress: console,
            cancellation: cancellation,
            verbosity: options.verbosity,
            trustedURLs: Set(options.trustedURLs),
            isInteractive: isInteractive,
            hasTerminal: streams.terminal.isThere && !options.json,
            isMachineRead: options.json,
            confirm: { isInteractive ? console.confirm($0) : nil },
            readInput: streams.readInput,
            writeOutput: write,
            forwardSignals: forwardSignals,
            hasPassedOnInterrupt: hasPassedOnInterrupt
        )
    }

    private func directory(_ options: GlobalOptions) throws -> FilePath {
        guard let name = options.directory else { return workingDirectory }
        let path = workingDirectory.pushing(FilePath(name))
        guard try FileStatus.of(path, followingLinks: true)?.kind == .directory else {
            throw Diagnosis(.usage, "there is no directory \(DisplayText.quoted(name))")
        }
        // As the system names the current directory: Git's paths have no links and no dots either.
        return try FileStatus.realPath(of: path)
    }

    /// The reader of standard output went away (`| head`): it wants no more of the result, and no complaint either.
    private struct ClosedOutput: Error {}

    private func print<Command: ModelCommand>(_ report: Command.Output, of command: Command) throws {
        var result: String
        if command.global.json {
            result = try JSONText.line(JSONDocument(report))
        } else {
            guard Command.answers || !command.global.quiet else { return }
            let usesColor = command.global.color.resolved(terminal: streams.terminal.outputShowsColor)
            var text = Text(usesColor: usesColor, width: streams.terminal.width)
            command.render(report, to: &text)
            result = text.content
            if Command.leavesOutput { return streams.writeError(result) }
        }
        try write(&result)
    }

    private func write(_ result: inout String) throws {
        try result.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            if !bytes.isEmpty { try streams.writeOutput(bytes) }
        } catch .brokenPipe {
            throw ClosedOutput()
        } catch {
            throw Diagnosis(.failed, "cannot write to standard output", causes: [error.description])
        }
    }

    private func printHelp(for invocation: Invocation) -> Int32 {
        if invocation.unknownVerb != nil {
            return fail(Diagnosis(usage: ValidationError(""), in: invocation), in: invocation)
        }
        let isQuestion = invocation.asksForHelp || arguments.contains { $0 == "-h" || $0 == "--help" }
        if invocation.wantsJSON, !isQuestion {
            let hint = "`\(invocation.name) -h` lists the verbs"
            return fail(Diagnosis(.usage, "\(invocation.name) needs a verb", hints: [hint]), in: invocation)
        }
        let page = HelpPage(width: streams.terminal.width)
        return finish(
            with: invocation.path.last.map { page.verb($0, path: invocation.words) } ?? page.root(),
            in: invocation
        )
    }

    private func answer(parsingError error: any Error, in invocation: Invocation) -> Int32 {
        guard Root.exitCode(for: error) == .success else {
            return fail(Diagnosis(usage: error, in: invocation), in: invocation)
        }
        // The version, a completion script, or what a completion script asks for.
        return finish(with: Root.message(for: error) + "\n", in: invocation)
    }

    private func finish(with result: String, in invocation: Invocation) -> Int32 {
        var result = result
        do {
            try write(&result)
            return 0
        } catch is ClosedOutput {
            return 0
        } catch {
            return fail(Diagnosis(of: error), in: invocation)
        }
    }

    private func fail(_ diagnosis: Diagnosis, in invocation: Invocation) -> Int32 {
        let manners = Console.Manners(isMachineRead: invocation.wantsJSON, color: invocation.color)
        Console(streams, manners, clock: ticks).print(diagnosis)
        let verb = invocation.path.last as? any ModelCommand.Type
        return verb?.exitCode(of: diagnosis.kind) ?? diagnosis.kind.exitCode
    }
}
