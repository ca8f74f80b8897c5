import Subprocess
import SystemPackage

/// A script of several commands, each of one line or more, none of which may fail.
///
/// `set -e` is not enough: it lets pass what fails before `&&` or `||`, and what fails in front of the last line of the
/// script.
struct ShellScript {
    private let lines: [Substring]

    init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The script with an end behind each command that failed, which says which one that was; the last one's end is the
    /// script's.
    var strict: String {
        get async throws {
            var script = ""
            var command = ""
            for (number, line) in lines.enumerated() {
                command += line + "\n"
                guard number < lines.count - 1, try await Self.isComplete(command) else { continue }
                let isLast = lines[(number + 1)...].allSatisfy { $0.allSatisfy(\.isWhitespace) }
                let end = "{ echo 'failed, in line \(number + 1) of the script' >&2; exit $_status; }\n"
                script += command + (isLast ? "" : "_status=$?; [ $_status -eq 0 ] || \(end)")
                command = ""
            }
            return script + command
        }
    }

    /// Whether no command goes on behind the text: a shell can read it, and misses nothing.
    private static func isComplete(_ text: String) async throws -> Bool {
        guard text.contains(where: { !$0.isWhitespace }) else { return false }
        let result = try await Subprocess.run(
            .path("/bin/bash"),
            arguments: ["-n", "-c", text],
            output: .discarded,
            error: .string(limit: 1 << 16)
        )
        return result.terminationStatus.isSuccess && result.standardError.isEmpty
    }
}
