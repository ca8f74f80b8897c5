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

        /// The exit code that stands for this end, as shells have it.
        package var code: Int32 { exitCode ?? 128 + (signal ?? 0) }
    }

    /// The process's number.
    package let identifier: Int32

    /// Starts a program with these arguments, its own name first, and this environment alone, in a directory.
    ///
    /// With `outputToErrors`, what it writes to its standard output goes to the standard error. Throws for what cannot be run.
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
    }

    /// Asks the program to end, as an interrupt from the terminal does.
    package func interrupt() { kill(identifier, SIGINT) }

    /// Waits until the program ends; once, and on a thread that may block for as long as that takes.
    package func wait() -> End {
        var status: CInt = 0
        var usage = rusage()
        while wait4(identifier, &status, 0, &usage) < 0 && errno == EINTR {}
        // What WIFEXITED, WEXITSTATUS and WTERMSIG say, which are macros.
        let signal = status & 0x7f
        #if canImport(Darwin)
            let memoryUnit: Int64 = 1
        #else
            let memoryUnit: Int64 = 1024
        #endif
        return End(
            exitCode: signal == 0 ? status >> 8 & 0xff : nil,
            signal: signal == 0 ? nil : signal,
            userSeconds: ForegroundProcess.seconds(usage.ru_utime),
            systemSeconds: ForegroundProcess.seconds(usage.ru_stime),
            peakMemory: Int64(usage.ru_maxrss) * memoryUnit
        )
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
