import Synchronization
package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A program that runs beside this one for long, written to and read from through pipes.
///
/// Whoever starts one calls `end`; should the value go before, the program is killed, so that none is left behind.
package final class ChildProcess: Sendable {
    private static let pause: Int = 10
    private static let grace: Int = 500
    private static let errorTextLimit = 16 << 10

    /// What a look at the program's output found.
    package enum Reading: Sendable {
        /// So many bytes.
        case bytes(Int)
        /// Nothing so far.
        case nothing
        /// The end.
        case end
    }

    private struct ErrorText {
        var bytes: [UInt8] = []
        var isComplete = false
    }

    private let identifier: pid_t
    private let leadsGroup: Bool
    private let input: Mutex<Descriptor?>
    private let output: Descriptor
    private let errors = Mutex(ErrorText())
    private let hasEnded = Atomic(false)

    /// Starts a program with these arguments, its own name first, and this environment alone.
    ///
    /// One that may ask the user for something stays in the terminal's foreground; any other leads a process group of
    /// its own, so that what it starts ends with it. Throws for a program that is not there.
    package init(
        _ program: FilePath,
        _ arguments: [String],
        environment: [String: String],
        mayAskUser: Bool
    ) throws(IOError) {
        leadsGroup = !mayAskUser
        let spawn = ProcessSpawn(arguments, environment: environment, leadsGroup: leadsGroup)
        let started = try IOError.naming(.run, program) { () throws(Errno) in try spawn.start(program) }
        identifier = started.identifier
        input = Mutex(Descriptor(owning: started.input))
        output = Descriptor(owning: started.output)
        collectErrors(from: started.errors)
    }

    deinit {
        // A process that was waited for is no more, and its number may be another's.
        guard !hasEnded.load(ordering: .relaxed) else { return }
        signal(SIGKILL)
        _ = waitpid(identifier, nil, 0)
    }

    /// Writes all bytes to the program's standard input, and waits until it takes them; one that has ended is an error.
    ///
    /// From one thread, which gets no SIGPIPE from here on.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
        SystemCall.blockBrokenPipeSignal()
        guard let number = input.withLock({ $0?.number }) else { throw .brokenPipe }
        var rest = bytes
        while !rest.isEmpty {
            let count = try SystemCall.writeNext(number, rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Ends the program's standard input; from the thread that writes to it.
    package func closeInput() { input.withLock { $0 = nil } }

    /// Reads what there is of the program's standard output, after waiting at most so long for some; from one thread.
    package func read(into buffer: UnsafeMutableRawBufferPointer, within milliseconds: Int32) throws(Errno) -> Reading {
        guard try SystemCall.wait(forInput: output.number, milliseconds: milliseconds) else { return .nothing }
        let count = try SystemCall.readNext(output.number, into: buffer)
        return count == 0 ? .end : .bytes(count)
    }

    /// Waits so long for the program to end by itself, then makes it, and returns its exit code; `nil` after a signal.
    ///
    /// Blocks; may be called once.
    package func end(within milliseconds: Int) -> Int? {
        defer { hasEnded.store(true, ordering: .relaxed) }
        if let status = wait(milliseconds) { return ChildProcess.exitCode(status) }
        signal(SIGTERM)
        if let status = wait(ChildProcess.grace) { return ChildProcess.exitCode(status) }
        signal(SIGKILL)
        var status: CInt = 0
        _ = waitpid(identifier, &status, 0)
        return ChildProcess.exitCode(status)
    }

    /// The last of what the program wrote to its standard error; what is on its way is waited for a little while.
    package var errorText: String {
        for _ in 0..<20 where !errors.withLock(\.isComplete) { SystemCall.sleep(milliseconds: 10) }
        return currentErrorText
    }

    /// The last of what the program wrote to its standard error so far.
    package var currentErrorText: String { String(decoding: errors.withLock(\.bytes), as: UTF8.self) }

    /// Whether nothing can come any more by the program's standard error, as when it has ended.
    package var hasClosedErrors: Bool { errors.withLock(\.isComplete) }

    private func wait(_ milliseconds: Int) -> CInt? {
        var status: CInt = 0
        for time in stride(from: 0, through: milliseconds, by: ChildProcess.pause) {
            if time > 0 { SystemCall.sleep(milliseconds: UInt32(ChildProcess.pause)) }
            if waitpid(identifier, &status, WNOHANG) == identifier { return status }
        }
        return nil
    }

    /// What WIFEXITED and WEXITSTATUS say, which are macros.
    private static func exitCode(_ status: CInt) -> Int? { status & 0x7f == 0 ? Int(status >> 8 & 0xff) : nil }

    private func signal(_ number: CInt) {
        _ = kill(leadsGroup ? -identifier : identifier, number)
    }

    /// Reads the program's standard error on a thread of its own, for something that the program left behind may keep
    /// it open.
    private func collectErrors(from pipe: CInt) {
        WorkerThread.start { [weak self] in
            let descriptor = Descriptor(owning: pipe)
            var buffer = [UInt8](repeating: 0, count: 4096)
            var isComplete = false
            while !isComplete {
                let count = buffer.withUnsafeMutableBytes { bytes in
                    (try? SystemCall.readNext(descriptor.number, into: bytes)) ?? 0
                }
                isComplete = count == 0
                guard let self else { return }
                self.errors.withLock { text in
                    text.bytes = (text.bytes + buffer[..<count]).suffix(ChildProcess.errorTextLimit)
                    text.isComplete = isComplete
                }
            }
        }
    }
}
