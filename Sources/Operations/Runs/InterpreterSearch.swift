import Runs
import SystemIO
import SystemPackage

/// Finds the Python that a command really uses: itself, its script's first line, what a shell's script runs, or the
/// environment that a runner picks.
struct InterpreterSearch {
    private static let firstLineLimit = 256
    private static let shells: Set<String> = ["sh", "bash", "dash", "zsh", "ksh", "fish"]

    /// What bounds a search: scripts may run others, and themselves.
    struct Budget {
        /// How many commands are looked at.
        var commands = 1000
        /// How deep one may be inside of others.
        var depth = 32
        /// The scripts that were read.
        var scripts: Set<FilePath> = []
        /// The interpreters of programs of the system's that are written in Python: a shell's script may call such
        /// ones for anything, so that they count only where nothing else does.
        var tools: [FilePath] = []
        /// Whether a Python is used, and cannot be told.
        private(set) var isUnknown = false

        /// The interpreter that all the programs have that are written in Python; `nil` where they have several.
        var tool: FilePath? {
            let places = Set(tools.map { $0.removingLastComponent() })
            return places.count == 1 ? tools.first : nil
        }

        /// Ends the search: whatever else is found, it may not be what is used.
        mutating func giveUp() {
            isUnknown = true
            commands = 0
        }
    }

    private let search: ExecutableSearch
    let environment: [String: String]
    let directory: FilePath

    init(environment: [String: String], directory: FilePath) {
        search = ExecutableSearch(path: environment["PATH"])
        self.environment = environment
        self.directory = directory
    }

    /// Returns where a command's program is; `nil` where there is none of that name.
    func program(_ name: String) -> FilePath? {
        guard let path = search.path(of: name) else { return nil }
        return path.isAbsolute ? path : directory.pushing(path).lexicallyNormalized()
    }

    /// Returns the interpreter of a command; `nil` for one that uses none, as far as can be seen, and for one of which
    /// it cannot be told which one it uses.
    func python(of command: [String]) -> FilePath? { finding(for: command).python }

    /// Does so, and says which of both it is where there is none.
    func finding(for command: [String]) -> (python: FilePath?, isUnknown: Bool) {
        var budget = Budget()
        let found = python(of: command, &budget)
        return budget.isUnknown ? (nil, true) : (found ?? budget.tool, false)
    }

    /// Does so as long as `budget` lasts.
    func python(of command: [String], _ budget: inout Budget) -> FilePath? {
        guard budget.commands > 0, budget.depth > 0 else { return nil }
        budget.commands -= 1
        budget.depth -= 1
        defer { budget.depth += 1 }
        let prefix = EnvironmentPrefix(of: command)
        guard prefix.command == command else {
            let inner = prefix.environment(of: environment)
            return InterpreterSearch(environment: inner, directory: directory).python(of: prefix.command, &budget)
        }
        guard let name = command.first, let program = program(name) else { return nil }
        let base = program.lastComponent?.string ?? name
        switch (base, command.dropFirst().first) {
        case _ where InterpreterSearch.isPython(base): return program
        case ("uv", "run"): return projectPython([".venv"], variable: "UV_PROJECT_ENVIRONMENT") ?? usual
        case ("pixi", "run"): return projectPython([".pixi/envs/default"], variable: nil) ?? usual
        case ("poetry", "run"), ("pdm", "run"), ("hatch", "run"), ("rye", "run"):
            return projectPython([".venv"], variable: "VIRTUAL_ENV") ?? usual
        case ("conda", "run"), ("mamba", "run"), ("micromamba", "run"): return condaPython(program, command) ?? usual
        case _ where InterpreterSearch.shells.contains(base): return python(ofShell: command, &budget)
        case _ where InterpreterSearch.wrappers.contains(base): return python(behind: command, &budget)
        case _ where InterpreterSearch.builders.contains(base): return usual
        default: return script(program, isOwn: name.contains("/"), &budget)
        }
    }

    /// The interpreter that a shell would find.
    var usual: FilePath? { program("python3") ?? program("python") }

    /// Whether a program of that name is an interpreter of Python.
    static func isPython(_ name: String) -> Bool {
        for prefix in ["python", "pypy"] where name.hasPrefix(prefix) {
            return name.dropFirst(prefix.count).allSatisfy { $0.isNumber || $0 == "." }
        }
        return false
    }

    /// Reads a script's first line; what shells run finds its interpreter as they do.
    private func script(_ program: FilePath, isOwn: Bool, _ budget: inout Budget) -> FilePath? {
        guard let bytes = beginning(of: program, InterpreterSearch.firstLineLimit) else { return nil }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        guard line.starts(with: "#!".utf8) else { return nil }
        let words = String(decoding: line.dropFirst(2), as: UTF8.self).split(separator: " ").map(String.init)
        var (base, interpreter) = (words.first.flatMap { FilePath($0).lastComponent?.string } ?? "", words.first)
        if base == "env" {
            let command = Array(words.dropFirst().drop { $0.hasPrefix("-") || $0.contains("=") })
            guard let name = command.first else { return nil }
            (base, interpreter) = (name, self.program(name)?.string)
            // As `#!/usr/bin/env -S uv run` has it.
            if command.count > 1, !InterpreterSearch.isPython(name), !InterpreterSearch.shells.contains(name) {
                return isOwn ? python(of: command, &budget) : nil
            }
        }
        if InterpreterSearch.isPython(base) {
            let found = interpreter.map { FilePath($0) }
            if isOwn { return found }
            budget.tools += [found].compactMap(\.self)
            return nil
        }
        guard InterpreterSearch.shells.contains(base) else { return nil }
        if let found = python(inScriptAt: program, &budget) { return found }
        // The system has such scripts, too, which run no Python.
        return isOwn && !budget.isUnknown && budget.tools.isEmpty ? usual : nil
    }

    /// Looks for a project's environment where the command runs and above.
    private func projectPython(_ places: [String], variable: String?) -> FilePath? {
        if let variable, let named = environment[variable], let found = python(in: directory.pushing(FilePath(named))) {
            return found
        }
        var parent = directory
        while true {
            for place in places {
                if let found = python(in: parent.appending(place)) { return found }
            }
            guard parent.components.count > 0 else { return nil }
            parent.removeLastComponent()
        }
    }

    private func condaPython(_ conda: FilePath, _ command: [String]) -> FilePath? {
        func option(_ names: Set<String>) -> String? {
            guard let place = command.firstIndex(where: names.contains), place + 1 < command.count else { return nil }
            return command[place + 1]
        }
        if let prefix = option(["-p", "--prefix"]) { return python(in: directory.pushing(FilePath(prefix))) }
        guard let name = option(["-n", "--name"]) else { return nil }
        let roots = [
            environment["MAMBA_ROOT_PREFIX"].map { FilePath($0) },
            environment["CONDA_EXE"].map { FilePath($0).removingLastComponent().removingLastComponent() },
            conda.removingLastComponent().removingLastComponent(),
        ]
        return roots.lazy.compactMap { $0.flatMap { python(in: $0.appending("envs").appending(name)) } }.first
    }

    func python(in prefix: FilePath) -> FilePath? {
        let path = prefix.appending("bin").appending("python")
        guard let status = try? FileStatus.of(path, followingLinks: true), status.isExecutable else { return nil }
        return path
    }
}
