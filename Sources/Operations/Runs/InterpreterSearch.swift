import Runs
import SystemIO
import SystemPackage

/// Finds the Python that a command really uses: itself, its script's first line, or the environment that a runner
/// picks.
struct InterpreterSearch {
    private static let firstLineLimit = 256
    private static let shells: Set<String> = ["sh", "bash", "dash", "zsh", "ksh", "fish", "env"]

    private let search: ExecutableSearch
    private let environment: [String: String]
    private let directory: FilePath

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

    /// Returns the interpreter of a command; `nil` for one that uses none, as far as can be seen.
    func python(of command: [String]) -> FilePath? {
        let prefix = EnvironmentPrefix(of: command)
        guard prefix.command == command else {
            let inner = prefix.environment(of: environment)
            return InterpreterSearch(environment: inner, directory: directory).python(of: prefix.command)
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
        default: return script(program)
        }
    }

    /// The interpreter that a shell would find.
    private var usual: FilePath? { program("python3") ?? program("python") }

    /// Whether a program of that name is an interpreter of Python.
    static func isPython(_ name: String) -> Bool {
        for prefix in ["python", "pypy"] where name.hasPrefix(prefix) {
            return name.dropFirst(prefix.count).allSatisfy { $0.isNumber || $0 == "." }
        }
        return false
    }

    /// Reads a script's first line; what shells run finds its interpreter as they do.
    private func script(_ program: FilePath) -> FilePath? {
        guard let file = try? OpenFile(reading: program, followingLinks: true) else { return nil }
        var bytes = [UInt8](repeating: 0, count: InterpreterSearch.firstLineLimit)
        let count = bytes.withUnsafeMutableBytes { (try? file.read(into: $0, at: 0)) ?? 0 }
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        guard line.starts(with: "#!".utf8) else { return nil }
        let words = String(decoding: line.dropFirst(2), as: UTF8.self).split(separator: " ").map(String.init)
        let base = words.first.flatMap { FilePath($0).lastComponent?.string } ?? ""
        if base == "env", let name = words.dropFirst().first(where: { !$0.hasPrefix("-") && !$0.contains("=") }) {
            return InterpreterSearch.isPython(name) ? self.program(name) : usual
        }
        if InterpreterSearch.isPython(base) { return FilePath(words[0]) }
        return InterpreterSearch.shells.contains(base) ? usual : nil
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

    private func python(in prefix: FilePath) -> FilePath? {
        let path = prefix.appending("bin").appending("python")
        guard let status = try? FileStatus.of(path, followingLinks: true), status.isExecutable else { return nil }
        return path
    }
}
