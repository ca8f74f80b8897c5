import Runs
import SystemIO
import SystemPackage

extension InterpreterSearch {
    /// The programs that run another one, which the words behind their options name.
    static let wrappers: Set<String> = [
        "nice", "ionice", "chrt", "taskset", "numactl", "nohup", "setsid", "time", "timeout", "stdbuf", "unbuffer",
        "xvfb-run", "srun", "mpirun", "mpiexec", "nsys", "ncu", "strace",
    ]
    /// The programs that find their commands in files of their own, which nobody reads here.
    static let builders: Set<String> = ["make", "gmake", "just"]
    /// The programs by which clusters put others where they are found.
    private static let moduleCommands: Set<String> = ["module", "ml", "spack"]
    /// The longest part of a script that is read.
    private static let scriptLimit = 64 << 10

    /// Returns the interpreter of the command behind the words of a program that runs another one.
    func python(behind command: [String], _ budget: inout Budget) -> FilePath? {
        // Options and their values are no programs.
        let rest = command.dropFirst().drop { $0.hasPrefix("-") || program($0) == nil }
        return rest.isEmpty ? nil : python(of: Array(rest), &budget)
    }

    /// Returns the interpreter of the first command of a shell's that uses one.
    func python(ofShell command: [String], _ budget: inout Budget) -> FilePath? {
        switch ShellCommands.source(of: command) {
        case .text(let text): return python(inCommandsOf: text, &budget)
        case .file(let name): return python(inScriptAt: directory.pushing(FilePath(name)), &budget)
        // What it reads may be anything.
        case nil: return nil
        }
    }

    /// Returns the interpreter of the first command in a shell's script that uses one.
    func python(inScriptAt path: FilePath, _ budget: inout Budget) -> FilePath? {
        guard budget.scripts.insert(path).inserted,
            let bytes = beginning(of: path, InterpreterSearch.scriptLimit)
        else { return nil }
        return python(inCommandsOf: String(decoding: bytes, as: UTF8.self), &budget)
    }

    private func python(inCommandsOf script: String, _ budget: inout Budget) -> FilePath? {
        var search = self
        var variables = ScriptVariables(environment, directory: directory)
        var (isActivated, isUncertain) = (false, false)
        for command in ShellCommands.commands(in: script) {
            guard budget.commands > 0 else { return nil }
            variables.take(command)
            let words = variables.expanded(command)
            if let place = search.activated(by: words) {
                let path = "\(place.appending("bin")):\(environment["PATH"] ?? "")"
                search = InterpreterSearch(
                    environment: environment.merging(["PATH": path]) { $1 },
                    directory: directory
                )
                variables.set("VIRTUAL_ENV", to: place.string)
                (isActivated, isUncertain) = (true, false)
            } else if InterpreterSearch.changesEnvironment(words) {
                // What modules add leaves an environment that is activated the first to be looked in.
                if !isActivated || !InterpreterSearch.moduleCommands.contains(words[0]) { isUncertain = true }
            } else if InterpreterSearch.isUnknownPython(words) {
                budget.giveUp()
            } else if let found = search.python(of: words, &budget) ?? search.guess(words),
                !isUncertain || InterpreterSearch.isPython(at: words[0]) || !search.isInPath(found)
            {
                return found
            }
        }
        if isUncertain { budget.giveUp() }
        return nil
    }

    /// Returns the environment that a command of a shell's activates, as `. .venv/bin/activate` does; `nil` for another
    /// command, and where it cannot be told.
    private func activated(by words: [String]) -> FilePath? {
        guard words.count > 1, [".", "source"].contains(words[0]) else { return nil }
        let bin = directory.pushing(FilePath(words[1])).removingLastComponent()
        guard words[1].hasSuffix("/activate"), bin.lastComponent?.string == "bin" else { return nil }
        let place = bin.removingLastComponent()
        return python(in: place) == nil ? nil : place
    }

    /// Whether a command of a shell's is Python's, and a variable that is not known here says of which one.
    private static func isUnknownPython(_ words: [String]) -> Bool {
        let command = EnvironmentPrefix(of: words).command
        guard let program = command.first, program.contains("$") else { return false }
        return isPython(at: program) || command.contains { $0.hasSuffix(".py") }
    }

    /// Whether a word says where an interpreter is, so that it means the same in every environment.
    private static func isPython(at word: String) -> Bool {
        word.contains("/") && isPython(FilePath(word).lastComponent?.string ?? "")
    }

    /// Whether a command of a shell's lets the commands behind it find other programs than those before.
    private static func changesEnvironment(_ words: [String]) -> Bool {
        guard words.count > 1 else { return false }
        switch words[0] {
        // A substitution outside of quotes ends the word.
        case ".", "source": return words[1] == "$" || FilePath(words[1]).lastComponent?.stem == "activate"
        case "conda", "mamba", "micromamba", "pyenv": return ["activate", "shell"].contains(words[1])
        case "ml": return true
        default: return moduleCommands.contains(words[0]) && words[1] == "load"
        }
    }

    /// Whether an interpreter is where programs are looked for by their names.
    private func isInPath(_ interpreter: FilePath) -> Bool {
        (environment["PATH"] ?? "").split(separator: ":").contains {
            directory.pushing(FilePath(String($0))) == interpreter.removingLastComponent()
        }
    }

    /// Returns the usual interpreter for a program that lies where the script goes first, and is Python's by its name.
    private func guess(_ words: [String]) -> FilePath? { words[0].hasSuffix(".py") ? usual : nil }

    /// Returns the first bytes of a file; `nil` where it cannot be read.
    func beginning(of path: FilePath, _ limit: Int) -> [UInt8]? {
        guard let status = try? FileStatus.of(path, followingLinks: true), status.kind == .regular,
            let file = try? OpenFile(reading: path, followingLinks: true)
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { (try? file.read(into: $0, at: 0)) ?? 0 }
        return Array(bytes[..<count])
    }
}
