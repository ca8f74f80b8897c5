package import SystemPackage

/// What a small program said that ran to its end.
package struct ProgramAnswer: Sendable {
    private static let look: Int32 = 100
    private static let bufferByteCount = 16 << 10
    /// The longest answer, in bytes.
    private static let limit = 1 << 20
    /// How long a program may take to end once it has said all, in ms.
    private static let farewell = 10_000

    /// Its standard output.
    package let output: [UInt8]
    /// Its exit code; `nil` where it was killed.
    package let exitCode: Int?
    /// The last line of its complaints; it may be empty.
    package let complaint: String

    /// Why it is of no use.
    package var failure: String {
        let end = exitCode.map { "it ended with exit code \($0)" } ?? "it was killed"
        return complaint.isEmpty ? end : "\(end): \(complaint)"
    }

    /// That a program says more than an answer can be.
    private struct Verbose: Error, CustomStringConvertible {
        var description: String { "it prints more than \(ProgramAnswer.limit) bytes" }
    }

    /// Runs a program with these arguments, its own name first, which reads `input` before it says much, and returns
    /// what it said.
    ///
    /// Blocks. One that is cancelled or says too much is ended; one that is not there is an error.
    package init(
        of program: FilePath,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8] = [],
        mayAskUser: Bool,
        cancellation: Cancellation
    ) throws {
        let child = try ChildProcess(program, arguments, environment: environment, mayAskUser: mayAskUser)
        do {
            // One that ends without reading says why.
            input.withUnsafeBytes { try? child.write($0) }
            child.closeInput()
            output = try ProgramAnswer.read(child, cancellation)
        } catch {
            _ = child.end(within: 0)
            throw error
        }
        exitCode = child.end(within: ProgramAnswer.farewell)
        complaint = child.errorText.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    }

    private static func read(_ child: ChildProcess, _ cancellation: Cancellation) throws -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: bufferByteCount)
        while true {
            try cancellation.check()
            switch try buffer.withUnsafeMutableBytes({ try child.read(into: $0, within: look) }) {
            case .bytes(let count): output += buffer[..<count]
            case .nothing: break
            case .end: return output
            }
            guard output.count <= limit else { throw Verbose() }
        }
    }
}
