import FoundationEssentials
import Operations
import SystemIO
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Program {
    /// Runs the process's own invocation, then ends the process.
    package static func main() async -> Never {
        let words = CommandLine.arguments
        let environment = ProcessInfo.processInfo.environment
        let streams = StandardStreams.process(environment: environment)
        Interrupts.install()
        // On Linux the runtime reads the words from /proc, and finds none in a bare chroot: that is not a call for
        // help.
        guard !words.isEmpty else {
            streams.writeError("error: cannot read the command line: /proc is not mounted\n")
            streams.writeError("hint: mount it: `mount -t proc proc /proc`\n")
            exit(Failure.Kind.failed.exitCode)
        }
        guard let workingDirectory = currentDirectory() else {
            streams.writeError("error: the current directory no longer exists\n")
            exit(Failure.Kind.failed.exitCode)
        }
        let program = Program(
            arguments: Array(words.dropFirst()),
            environment: environment,
            workingDirectory: workingDirectory,
            streams: streams,
            cancellation: Interrupts.cancellation,
            forwardSignals: Interrupts.forward,
            hasPassedOnInterrupt: { Interrupts.hasPassedOn },
            now: WallClock.now,
            ticks: monotonicNanoseconds
        )
        exit(await program.run())
    }

    private static func currentDirectory() -> FilePath? {
        // A null buffer makes getcwd allocate what it needs.
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return FilePath(platformString: path)
    }

    @Sendable private static func monotonicNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
