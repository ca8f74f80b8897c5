import Synchronization
package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A program that runs beside this one until it is stopped: it leads a process group, the last of what it says is kept,
/// and that it ended is known at once.
///
/// Nothing of the group is left behind when the program ends, when the value goes, or when this process does, however
/// that ends.
package final class SupervisedProcess: Sendable {
    /// How many bytes are kept of what the program says.
    package static let keptByteCount = 64 << 10
    private static let nothing: FilePath = "/dev/null"

    private let watch: ProcessWatch

    /// Starts a program with these arguments, its own name first, and this environment alone, in a directory.
    ///
    /// It reads `input`, or nothing. With `output`, a file that must not exist, its standard output goes there, and is
    /// not kept. What is kept is appended to `log` as well. Throws for what cannot be run.
    package init(
        _ program: FilePath,
        _ arguments: [String],
        environment: [String: String],
        directory: FilePath,
        input: FilePath? = nil,
        output: FilePath? = nil,
        log: BoundedLog? = nil
    ) throws(IOError) {
        let spawn = ProcessSpawn(arguments, environment: environment, leadsGroup: true, directory: directory)
        let started = try IOError.naming(.run, program) { () throws(Errno) in
            try SupervisedProcess.start(program, spawn, input: input ?? SupervisedProcess.nothing, output: output)
        }
        watch = ProcessWatch(started.identifier)
        watch.begin(collecting: started.errors, to: log)
    }

    deinit { watch.signal(SIGKILL) }

    /// The process's number.
    package var identifier: Int32 { watch.identifier }

    /// The last of what the program said, as bytes that may begin in the middle of a line.
    package var said: [UInt8] { watch.said }

    /// Whether the program has ended, and all that it said is there; cheap.
    package var hasEnded: Bool { exitCode != nil }

    /// The exit code, or 128 and the number of the signal that ended it, as shells have it; `nil` while it runs.
    package var exitCode: Int32? { watch.exitCode }

    /// Asks the program's group to end, waits so long, and makes it.
    ///
    /// Blocks, for a few seconds longer where the system does not let it end.
    package func end(within milliseconds: Int) {
        watch.signal(SIGTERM)
        wait(milliseconds)
        watch.signal(SIGKILL)
        wait(5000)
    }

    private func wait(_ milliseconds: Int) {
        let deadline = ContinuousClock.now + .milliseconds(milliseconds)
        while !hasEnded, ContinuousClock.now < deadline { SystemCall.sleep(milliseconds: 5) }
    }

    private static func start(
        _ program: FilePath,
        _ spawn: ProcessSpawn,
        input: FilePath,
        output: FilePath?
    ) throws(Errno) -> (identifier: pid_t, errors: CInt) {
        let source = Descriptor(owning: try SystemCall.open(input, .reading(followingLinks: true)))
        guard let output else { return try spawn.start(program, reading: source.number) }
        let sink = Descriptor(owning: try SystemCall.open(output, .creating(permissions: 0o600)))
        return try spawn.start(program, reading: source.number, writing: sink.number)
    }
}
