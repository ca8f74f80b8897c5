import SystemIO
import SystemPackage

/// How commands of the shell are run that print one answer.
struct ShellPrograms: Sendable {
    private static let look: Int32 = 100
    private static let bufferByteCount = 16 << 10
    /// The longest answer, in bytes.
    private static let limit = 1 << 20
    /// How long a program may take to end once it has said all, in ms.
    private static let farewell = 10_000

    /// What a program said.
    struct Answer: Sendable {
        let output: [UInt8]
        /// Its exit code; `nil` where it was killed.
        let exitCode: Int?
        /// The last line of its complaints; it may be empty.
        let complaint: String

        /// Why it is of no use.
        var failure: String {
            let end = exitCode.map { "it ended with exit code \($0)" } ?? "it was killed"
            return complaint.isEmpty ? end : "\(end): \(complaint)"
        }
    }

    /// Whether a program may ask the user by the terminal.
    let mayAskUser: Bool
    let pool: WorkerPool
    let cancellation: Cancellation

    /// Runs a command, which has nothing to read, and returns what it said; one that was cancelled or says too much is ended.
    ///
    /// The arguments are the command's `$0`, `$1` and so on.
    func run(_ command: String, arguments: [String] = [], environment: [String: String]) async throws -> Answer {
        try await pool.run {
            let child = try ChildProcess(
                "/bin/sh",
                ["sh", "-c", "exec </dev/null\n" + command] + arguments,
                environment: environment,
                mayAskUser: mayAskUser
            )
            let output: [UInt8]
            do { output = try read(child) } catch {
                _ = child.end(within: 0)
                throw error
            }
            let exitCode = child.end(within: ShellPrograms.farewell)
            let complaint = child.errorText.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
            return Answer(output: output, exitCode: exitCode, complaint: complaint)
        }
    }

    private func read(_ child: ChildProcess) throws -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: ShellPrograms.bufferByteCount)
        while true {
            try cancellation.check()
            switch try buffer.withUnsafeMutableBytes({ try child.read(into: $0, within: ShellPrograms.look) }) {
            case .bytes(let count): output += buffer[..<count]
            case .nothing: break
            case .end: return output
            }
            guard output.count <= ShellPrograms.limit else { throw Verbose() }
        }
    }

    /// That a program says more than an answer can be.
    private struct Verbose: Error, CustomStringConvertible {
        var description: String { "it prints more than \(ShellPrograms.limit) bytes" }
    }
}
