package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A program that has this process's standard streams and terminal for as long as it runs.
package struct ForegroundProcess: Sendable {
    /// How a program ended, and what it took.
    package struct End: Sendable, Equatable {
        /// The exit code; `nil` after a signal.
        package let exitCode: Int32?
        /// The signal that ended it; `nil` where it ended by itself.
        package let signal: Int32?
        /// The processor time of the program and of all that it waited for, without the kernel's, in seconds.
        package let userSeconds: Double
        /// The kernel's processor time for them, in seconds.
        package let systemSeconds: Double
        /// The most memory that one of these processes had, in bytes.
        package let peakMemory: Int64
        /// Whether they had less, nobody knows how much: the figure is that of the process which started them.
        package let isMemoryBound: Bool

        /// The exit code that stands for this end, as shells have it.
        package var code: Int32 { exitCode ?? 128 + (signal ?? 0) }
    }

    /// How far two figures of the memory of one process may be apart, in bytes: Linux counts pages for each processor.
    private static let memorySlack: Int64 = 1 << 20

    /// The process's number.
    package let identifier: Int32
    /// The most memory that this process had when it started the program, in bytes.
    private let ownMemory: Int64

    /// Starts a program with these arguments, its own name first, and this environment alone, in a directory.
    ///
    /// With `outputToErrors`, what it writes to its standard output goes to the standard error. Throws for what cannot
    /// be run.
    package init(
        _ program: FilePath,
        _ arguments: [String],
        environment: [String: String],
        directory: FilePath,
        outputToErrors: Bool
    ) throws(IOError) {
        let spawn = ProcessSpawn(arguments, environment: environment, leadsGroup: false, directory: directory)
        identifier = try IOError.naming(.run, program) { () throws(Errno) in
            try spawn.startHere(program, outputToErrors: outputToErrors)
        }
        var usage = rusage()
        getrusage(ForegroundProcess.own, &usage)
        ownMemory = ForegroundProcess.peakMemory(usage)
    }

    /// Asks the program to end, as an interrupt from the terminal does, or where it ignores those, as a system that
    /// shuts down does.
    package func interrupt() { kill(identifier, SignalDisposition.isIgnored(SIGINT) ? SIGTERM : SIGINT) }

    /// Waits until the program ends; once, and on a thread that may block for as long as that takes.
    package func wait() -> End {
        var status: CInt = 0
        var usage = rusage()
        while wait4(identifier, &status, 0, &usage) < 0 && errno == EINTR {}
        // What WIFEXITED, WEXITSTATUS and WTERMSIG say, which are macros.
        let signal = status & 0x7f
        let memory = ForegroundProcess.peakMemory(usage)
        #if canImport(Darwin)
            let isBound = false
        #else
            // Until the program began, the process had the memory of this one, and Linux counts that.
            let isBound = memory <= ownMemory + ForegroundProcess.memorySlack
        #endif
        return End(
            exitCode: signal == 0 ? status >> 8 & 0xff : nil,
            signal: signal == 0 ? nil : signal,
            userSeconds: ForegroundProcess.seconds(usage.ru_utime),
            systemSeconds: ForegroundProcess.seconds(usage.ru_stime),
            peakMemory: memory,
            isMemoryBound: isBound
        )
    }

    #if canImport(Glibc)
        private static let own = RUSAGE_SELF.rawValue
    #else
        private static let own = CInt(RUSAGE_SELF)
    #endif

    private static func peakMemory(_ usage: rusage) -> Int64 {
        #if canImport(Darwin)
            Int64(usage.ru_maxrss)
        #else
            Int64(usage.ru_maxrss) * 1024
        #endif
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
