package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A program that goes on when this process ends: it has a session of its own, reads nothing, and says what it says to
/// a file.
package struct DetachedProcess: Sendable {
    private static let nothing: FilePath = "/dev/null"

    /// The process's number.
    package let identifier: Int32

    /// Starts a program with these arguments, its own name first, and this environment alone, in a directory.
    ///
    /// What it says is appended to the file `log`. Throws for what cannot be run.
    package init(
        _ program: FilePath,
        _ arguments: [String],
        environment: [String: String],
        directory: FilePath,
        log: FilePath
    ) throws(IOError) {
        let spawn = ProcessSpawn(
            arguments,
            environment: environment,
            leadsGroup: false,
            leadsSession: true,
            directory: directory
        )
        let sink = try OpenFile(appendingTo: log)
        let source = try OpenFile(reading: DetachedProcess.nothing)
        identifier = try IOError.naming(.run, program) { () throws(Errno) in
            try spawn.startSilently(program, reading: source.descriptor, writing: sink.descriptor)
        }
    }

    /// The exit code, or 128 and the number of the signal that ended it; `nil` while it runs.
    ///
    /// To be asked until it is not `nil`, and not again.
    package func exitCode() -> Int32? {
        var status: CInt = 0
        guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
        // What WIFEXITED, WEXITSTATUS and WTERMSIG say, which are macros.
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }

    /// Asks the program to end.
    package func stop() { kill(identifier, SIGTERM) }

    /// Ends the program at once, whatever it is at.
    package func abort() { kill(identifier, SIGKILL) }
}
