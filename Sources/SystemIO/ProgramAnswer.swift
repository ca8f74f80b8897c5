package import SystemPackage

/// What a small program said that ran to its end.
package struct ProgramAnswer: Sendable {
    private static let look: Int32 = 100
    private static let bufferByteCount = 16 << 10
    /// How long a program may take to end once it has said all, in ms.
    private static let farewell = 10_000

    /// Its standard output.
    package let output: [UInt8]
    /// Its exit code; `nil` where it was killed.
    package let exitCode: Int?
    /// What it wrote to its standard error, or the end of that.
    package let errorText: String

    /// The last line of its complaints; it may be empty.
    package var complaint: String { errorText.split(whereSeparator: \.isNewline).last.map(String.init) ?? "" }

    /// Why it is of no use.
    package var failure: String {
        let end = exitCode.map { "it ended with exit code \($0)" } ?? "it was killed"
        return complaint.isEmpty ? end : "\(end): \(complaint)"
    }

    /// Why there is no answer.
    package enum Absence: Error, Equatable, CustomStringConvertible {
        /// It says more than so many bytes.
        case verbose(limit: Int)
        /// It did not come to an end within so many milliseconds.
        case late(milliseconds: Int64)

        package var description: String {
            switch self {
            case .verbose(let limit): "it prints more than \(limit) bytes"
            case .late(let milliseconds): "it did not come to an end within \(milliseconds / 1000) s"
            }
        }
    }

    /// Runs a program with these arguments, its own name first, which reads `input` before it says much, and returns
    /// what it said.
    ///
    /// Blocks. One that is cancelled, says more than `limit` bytes or takes longer than `milliseconds` is ended; the
    /// last two throw `Absence`. One that is not there is an error.
    package init(
        of program: FilePath,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8] = [],
        mayAskUser: Bool,
        limit: Int = 1 << 20,
        within milliseconds: Int64? = nil,
        cancellation: Cancellation
    ) throws {
        let child = try ChildProcess(program, arguments, environment: environment, mayAskUser: mayAskUser)
        do {
            // One that ends without reading says why.
            input.withUnsafeBytes { try? child.write($0) }
            child.closeInput()
            output = try ProgramAnswer.read(child, limit, within: milliseconds, cancellation)
        } catch {
            _ = child.end(within: 0)
            throw error
        }
        exitCode = child.end(within: ProgramAnswer.farewell)
        errorText = child.errorText
    }

    private static func read(
        _ child: ChildProcess,
        _ limit: Int,
        within milliseconds: Int64?,
        _ cancellation: Cancellation
    ) throws -> [UInt8] {
        let start = ContinuousClock.now
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: bufferByteCount)
        while true {
            try cancellation.check()
            switch try buffer.withUnsafeMutableBytes({ try child.read(into: $0, within: look) }) {
            case .bytes(let count): output += buffer[..<count]
            case .nothing: break
            case .end: return output
            }
            guard output.count <= limit else { throw Absence.verbose(limit: limit) }
            if let milliseconds, start.duration(to: .now) > .milliseconds(milliseconds) {
                throw Absence.late(milliseconds: milliseconds)
            }
        }
    }
}
