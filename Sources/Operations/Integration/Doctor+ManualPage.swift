import Git
import SystemIO
import SystemPackage

extension Doctor {
    /// Git opens a manual page itself (`git help model`), so that one has to be where `man` finds it.
    func manual(_ git: GitProgram, _ context: Context) async throws -> Check {
        let byHand = "git model documentation man > git-model.1"
        if let page = try await foundPage(git) { return .ok("manual page: \(page)") }
        guard let home = context.environment["HOME"], !home.isEmpty else { return .missing("manual page", byHand) }
        let directory = FilePath(home).appending(".local/share/man")
        let page = directory.appending("man1").appending("git-model.1")
        do {
            try Directories.create(page.removingLastComponent())
            try DurableFile.write(manualPage, to: page)
        } catch { return .wrong("manual page: \(error)", byHand) }
        if let found = try await foundPage(git) { return .ok("manual page: \(found), written just now") }
        return .wrong(
            "manual page: \(page) was written, but `man` does not look there",
            "export MANPATH=\"\(directory):$MANPATH\""
        )
    }

    /// Returns where `man` finds the page, as `git help model` will; `nil` where it does not, or is not installed.
    private func foundPage(_ git: GitProgram) async throws -> String? {
        // Through Git, which runs what an alias says with a shell and the paths that it gives to `man` itself.
        let output = try await git.run(
            ["-c", "alias.git-model-page=!man -w git-model", "git-model-page"],
            accepting: Set(0...255)
        )
        return output.exitCode == 0 && !output.line.isEmpty ? output.line : nil
    }
}
