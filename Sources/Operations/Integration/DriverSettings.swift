import Git
import ModelCore
import SystemIO
import SystemPackage

/// The diff and merge drivers in the repository's own Git configuration (gitattributes(5)).
struct DriverSettings: Sendable {
    /// The name that `.gitattributes` uses.
    static let name = "git-model"

    /// One variable and its value.
    struct Setting: Sendable {
        /// `diff` or `merge`.
        let section: String
        /// The variable.
        let variable: String
        /// What it is to be.
        let value: String

        /// The variable's name in full.
        var key: String { "\(section).\(DriverSettings.name).\(variable)" }
    }

    /// What is to be set.
    let settings: [Setting]

    /// Creates the settings for the program as it is found from `context`.
    init(in context: Context) {
        let program = DriverSettings.program(in: context)
        // Git hands both lines to a shell. Where the program is gone, `git log -p` and `git merge` still have to work.
        let isThere = "command -v \(program) >/dev/null 2>&1"
        let textconv = "f() { if \(isThere); then \(program) textconv \"$1\"; else cat \"$1\"; fi; }; f"
        let merge =
            "if \(isThere); then \(program) merge-driver %O %A %B %P; "
            + "else git merge-file -L ours -L base -L theirs %A %O %B; fi"
        settings = [
            Setting(section: "diff", variable: "textconv", value: textconv),
            // What a listing shows depends on the store, not on the pointer alone.
            Setting(section: "diff", variable: "cachetextconv", value: "false"),
            Setting(
                section: "merge",
                variable: "name",
                value: "git-model: artifacts, trees file by file, and descriptions"
            ),
            Setting(section: "merge", variable: "driver", value: merge),
        ]
    }

    /// Returns the settings that the configuration does not have.
    func missing(from configuration: GitConfiguration) -> [Setting] {
        settings.filter { configuration.value($0.key) != $0.value }
    }

    /// Sets what is missing; `false` where nothing was.
    func install(in repository: GitRepository) async throws -> Bool {
        let missing = missing(from: try await repository.program.configuration())
        for setting in missing {
            let key = try GitConfigurationKey(setting.key)
            try await repository.program.setConfiguration(key, to: setting.value, in: .local)
        }
        return !missing.isEmpty
    }

    /// Removes both drivers; `false` where there was none.
    static func uninstall(from repository: GitRepository) async throws -> Bool {
        var changed = false
        for section in ["diff", "merge"] {
            if try await repository.program.removeConfigurationSection("\(section).\(name)", in: .local) {
                changed = true
            }
        }
        return changed
    }

    /// Returns where in `PATH` the program is.
    static func programInPath(_ context: Context) throws -> FilePath? {
        for directory in (context.environment["PATH"] ?? "").split(separator: ":") {
            let file = context.workingDirectory.pushing(FilePath(String(directory))).appending("git-model")
            // A directory that may not be looked into is passed over, as a shell does.
            guard let status = try? FileStatus.of(file, followingLinks: true) else { continue }
            if status.kind == .regular, status.isExecutable { return file }
        }
        return nil
    }

    /// Returns what a shell is to run: a driver that is registered and not found makes `git log -p` fail.
    private static func program(in context: Context) -> String {
        if (try? programInPath(context)) != nil { return "git-model" }
        guard let path = try? SymbolicLink.target(of: "/proc/self/exe") else { return "git-model" }
        return ShellWord.quoted(path)
    }
}
