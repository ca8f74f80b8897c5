import Git
import SystemIO
import SystemPackage

extension Doctor {
    /// Git opens a manual page itself (`git help model`), so that one has to be where `man` finds it.
    func manual(_ git: GitProgram, _ context: Context) async throws -> Check {
        let byHand = "git model documentation man > git-model.1"
        let before = try await look(git)
        if case .found(let page) = before { return .ok("manual page: \(page)") }
        guard let home = context.environment["HOME"], !home.isEmpty else { return .missing("manual page", byHand) }
        let directory = FilePath(home).appending(".local/share/man")
        let page = directory.appending("man1").appending("git-model.1")
        do {
            try Directories.create(page.removingLastComponent())
            try DurableFile.write(manualPage, to: page)
        } catch { return .wrong("manual page: \(error)", byHand) }
        switch try await look(git) {
        case .found(let page): return .ok("manual page: \(page), written just now")
        case .noProgram: return .ok("manual page: \(page), for when `man` is installed")
        case .notFound:
            return .note(
                "manual page: \(page) is there, but `man` does not look there",
                "export MANPATH=\"\(directory):$MANPATH\""
            )
        }
    }

    private enum Search {
        case found(String)
        case notFound
        case noProgram
    }

    /// Looks where `man` finds the page, as `git help model` will.
    private func look(_ git: GitProgram) async throws -> Search {
        // Through Git, which runs what an alias says with a shell, and with the paths that it gives to `man` itself.
        let script = "command -v man >/dev/null || exit 9; man -w git-model"
        let output = try await git.run(
            ["-c", "alias.git-model-page=!\(script); :", "git-model-page"],
            accepting: Set(0...255)
        )
        if output.exitCode == 9 { return .noProgram }
        return output.line.hasPrefix("/") ? .found(output.line) : .notFound
    }
}
