import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The process's standard streams, or what a test puts in their place.
struct StandardStreams: Sendable {
    /// Reads standard input to its end.
    var readInput: @Sendable () throws(Errno) -> [UInt8]

    /// Reads one line of standard input, without its newline; `nil` at the end.
    var readLine: @Sendable () -> String?

    /// Writes all bytes to standard output, or throws.
    var writeOutput: @Sendable (UnsafeRawBufferPointer) throws(Errno) -> Void

    /// Writes to standard error, as far as that works: there is nobody to tell when it does not.
    var writeError: @Sendable (String) -> Void

    /// What is known about the terminal behind the streams.
    var terminal: Terminal

    /// Creates streams from closures.
    init(
        terminal: Terminal,
        readInput: @escaping @Sendable () throws(Errno) -> [UInt8],
        readLine: @escaping @Sendable () -> String?,
        writeOutput: @escaping @Sendable (UnsafeRawBufferPointer) throws(Errno) -> Void,
        writeError: @escaping @Sendable (String) -> Void
    ) {
        self.terminal = terminal
        self.readInput = readInput
        self.readLine = readLine
        self.writeOutput = writeOutput
        self.writeError = writeError
    }

    /// The streams of this process.
    static func process(environment: [String: String]) -> StandardStreams {
        StandardStreams(
            terminal: .process(environment: environment),
            readInput: { () throws(Errno) in
                try Interrupts.whileReading { () throws(Errno) in try readAll(.standardInput) }
            },
            readLine: { Interrupts.whileReading { Swift.readLine(strippingNewline: true) } },
            writeOutput: { (bytes) throws(Errno) in try writeAll(bytes, to: .standardOutput) },
            writeError: { text in
                var text = text
                text.withUTF8 { try? writeAll(UnsafeRawBufferPointer($0), to: .standardError) }
            }
        )
    }

    private static func readAll(_ descriptor: FileDescriptor) throws(Errno) -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            do {
                let count = try chunk.withUnsafeMutableBytes { try descriptor.read(into: $0) }
                if count == 0 { return result }
                result += chunk[..<count]
            } catch {
                throw error as? Errno ?? .ioError
            }
        }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: FileDescriptor) throws(Errno) {
        var rest = bytes[...]
        while !rest.isEmpty {
            do {
                rest = rest.dropFirst(try descriptor.write(UnsafeRawBufferPointer(rebasing: rest)))
            } catch {
                throw error as? Errno ?? .ioError
            }
        }
    }
}

/// What is known about the terminal behind the standard streams.
struct Terminal: Sendable {
    /// Whether somebody can be asked: standard input and standard error are terminals.
    var isInteractive: Bool

    /// Whether programs that we start may ask by the terminal itself: standard error is one, as it is in Git's hooks
    /// too.
    var isThere: Bool

    /// Whether standard output is a terminal that shows colours.
    var outputShowsColor: Bool

    /// Whether standard error is a terminal that shows colours.
    var errorShowsColor: Bool

    /// Whether a line on standard error can be repainted.
    var errorCanRepaint: Bool

    /// The number of columns.
    var width: Int

    /// Creates a description; the default is no terminal at all.
    init(
        isInteractive: Bool = false,
        isThere: Bool = false,
        outputShowsColor: Bool = false,
        errorShowsColor: Bool = false,
        errorCanRepaint: Bool = false,
        width: Int = 80
    ) {
        self.isInteractive = isInteractive
        self.isThere = isThere
        self.outputShowsColor = outputShowsColor
        self.errorShowsColor = errorShowsColor
        self.errorCanRepaint = errorCanRepaint
        self.width = width
    }

    /// Asks the process's streams; `NO_COLOR`, `TERM=dumb`, `GIT_TERMINAL_PROMPT=0` and `COLUMNS` are obeyed.
    static func process(environment: [String: String]) -> Terminal {
        let outputIsTerminal = isatty(STDOUT_FILENO) == 1
        let errorIsTerminal = isatty(STDERR_FILENO) == 1
        let mayPrompt = environment["GIT_TERMINAL_PROMPT"] != "0"
        let isDumb = environment["TERM"] == "dumb"
        let wantsColor = (environment["NO_COLOR"] ?? "").isEmpty && !isDumb
        return Terminal(
            isInteractive: isatty(STDIN_FILENO) == 1 && errorIsTerminal && mayPrompt,
            isThere: errorIsTerminal && mayPrompt,
            outputShowsColor: outputIsTerminal && wantsColor,
            errorShowsColor: errorIsTerminal && wantsColor,
            errorCanRepaint: errorIsTerminal && !isDumb,
            width: environment["COLUMNS"].flatMap { Int($0) }.map { max($0, 20) } ?? measuredWidth() ?? 80
        )
    }

    private static func measuredWidth() -> Int? {
        var size = winsize()
        for descriptor in [STDERR_FILENO, STDOUT_FILENO] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 {
            if size.ws_col > 0 { return Int(size.ws_col) }
        }
        return nil
    }
}
