import SystemPackage

/// A document of `docs/transcripts/`: commands and what they print, run in order in one shell.
///
/// Fenced blocks count, text around them does not. A ```` ```console ```` block holds `$ command` lines (continued by
/// `> ` lines), each followed by what is printed, and by `[exit N]` where the command fails. A ```` ```sh setup ````
/// block is run and must succeed; it prints nothing. The expected output may hold `<oid>`, `<size>`, `<time>`, `<date>`
/// and, for the rest of a line or for any number of whole lines, `...`.
package struct Transcript: Sendable {
    /// One command and what it should print.
    package struct Step: Sendable, Equatable {
        /// The command; a setup block is one step.
        package var command: String

        /// The lines expected; `nil` for a setup block.
        package var expected: [String]?

        /// The line of the document where the step begins, counted from 1.
        package var line: Int

        /// Creates a step.
        package init(command: String, expected: [String]?, line: Int) {
            self.command = command
            self.expected = expected
            self.line = line
        }
    }

    /// The steps in order.
    package let steps: [Step]

    /// Reads a document.
    package init(parsing document: String) {
        var steps: [Step] = []
        var fence: Substring?
        for (index, line) in document.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                fence = fence == nil ? line.dropFirst(3) : nil
                if fence == "sh setup" { steps.append(Step(command: "", expected: nil, line: index + 1)) }
            } else if fence == "sh setup" {
                steps[steps.count - 1].command += line + "\n"
            } else if fence == "console" {
                Self.read(line, number: index + 1, into: &steps)
            }
        }
        self.steps = steps
    }

    private static func read(_ line: Substring, number: Int, into steps: inout [Step]) {
        if line.hasPrefix("$ ") {
            steps.append(Step(command: String(line.dropFirst(2)), expected: [], line: number))
        } else if line.hasPrefix("> "), steps.last?.expected?.isEmpty == true {
            steps[steps.count - 1].command += "\n" + line.dropFirst(2)
        } else if steps.last?.expected != nil {
            steps[steps.count - 1].expected?.append(String(line))
        }
    }

    /// Runs all steps, and returns a description of each that printed something else.
    package func mismatches(in repository: ScratchRepository) async throws -> [String] {
        let mark = "--- end of step"
        let script = steps.map { "\($0.command)\nprintf '\\n\(mark) %d\\n' $?\n" }.joined()
        let run = try await repository.run("exec 2>&1\ncd ~\n" + script, in: repository.home, goesOn: true)
        let output = run.output.replacing(repository.home.string, with: "~")
        var results: [[String]] = [[]]
        for line in output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            guard line.hasPrefix(mark), let code = Int32(line.dropFirst(mark.count + 1)) else {
                results[results.count - 1].append(line)
                continue
            }
            // The mark begins with a newline: behind complete lines that is an empty one.
            if results[results.count - 1].last == "" { results[results.count - 1].removeLast() }
            if code != 0 { results[results.count - 1].append("[exit \(code)]") }
            results.append([])
        }
        return steps.enumerated().compactMap { index, step in
            let actual = index < results.count - 1 ? results[index] : ["(not reached)"]
            if TranscriptPattern.matches(actual, step.expected ?? []) { return nil }
            return Self.description(of: step, actual: actual)
        }
    }

    private static func description(of step: Step, actual: [String]) -> String {
        let expected =
            step.expected.map { $0.map { "  - \($0)" } } ?? ["  - (a setup block prints nothing and succeeds)"]
        return (["line \(step.line): $ \(step.command)"] + expected + actual.map { "  + \($0)" }).joined(
            separator: "\n"
        )
    }
}
