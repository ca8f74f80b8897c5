import Subprocess

/// What a script printed, and how it ended.
package struct ShellResult: Sendable {
    /// The script.
    package let script: String

    /// What it printed on both streams, in order.
    package let output: String

    /// The exit code; 128 and the signal's number where a signal ended it, as shells count.
    package let exitCode: Int32

    init(script: String, output: String, status: TerminationStatus) {
        self.script = script
        self.output = output
        switch status {
        case .exited(let code): exitCode = Int32(code)
        case .signaled(let signal): exitCode = 128 + Int32(signal)
        }
    }

    /// Throws, with all that is known, unless the exit code is 0.
    @discardableResult
    package func expectSuccess() throws -> ShellResult {
        guard exitCode == 0 else { throw UnexpectedExit(result: self) }
        return self
    }

    /// A script that should have succeeded.
    package struct UnexpectedExit: Error, CustomStringConvertible {
        /// What happened instead.
        package let result: ShellResult

        /// The script, its exit code and its output.
        package var description: String { "`\(result.script)` exited with \(result.exitCode):\n\(result.output)" }
    }
}
