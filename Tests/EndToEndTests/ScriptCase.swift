import TestSupport
import Testing

/// A script that follows a suite's set-up, what its output must have, and its exit code.
struct ScriptCase: Sendable, CustomTestStringConvertible {
    let script: String
    private let output: [String]
    private let exitCode: Int32

    init(_ script: String, says output: String..., exits exitCode: Int32 = 0) {
        self.script = script
        self.output = output
        self.exitCode = exitCode
    }

    var testDescription: String { script }

    /// Compares what the script did.
    func check(_ result: ShellResult) {
        for text in output { #expect(result.output.contains(text), "\(result.output)") }
        #expect(result.exitCode == exitCode, "\(result.output)")
    }
}
