import Git
import SystemIO
import SystemPackage

extension Workspace {
    /// Where the references of the Git remotes are while they are looked at.
    private static let mirrorNamespace = "git-model/collection"

    /// Does something while every reference of every Git remote is here too; refuses where one cannot be fetched.
    ///
    /// One after the other in a repository, for whoever is done takes away what was fetched.
    func seeingGitRemotes<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard try await !repository.isShallow() else {
            throw Failure(
                .failed,
                "cannot tell what leads to a commit: this clone is shallow",
                hints: ["get the whole history: `git fetch --unshallow`"]
            )
        }
        try Directories.create(modelDirectory)
        let lock = try FileLock(modelDirectory.appending("git-remotes.lock"), mode: .exclusive, wait: .seconds(60))
        defer { extendLifetime(lock) }
        // What a run left that was killed.
        try await repository.deleteReferences(under: Workspace.mirrorNamespace)
        do {
            try await mirrorGitRemotes()
            let value = try await body()
            try await repository.deleteReferences(under: Workspace.mirrorNamespace)
            return value
        } catch {
            try? await repository.deleteReferences(under: Workspace.mirrorNamespace)
            throw error
        }
    }

    private func mirrorGitRemotes() async throws {
        for (number, remote) in try await gitRemotesAndURLs().enumerated() {
            let namespace = "\(Workspace.mirrorNamespace)/\(number)"
            do { try await repository.mirrorReferences(of: remote, under: namespace) } catch {
                let name = Workspace.withoutLogin(remote)
                throw Failure(
                    nil,
                    "cannot tell what leads to a commit: Git remote \(name) cannot be fetched",
                    hints: ["where it is no more, take it out of Git's configuration: `git remote remove \(name)`"],
                    cause: error
                )
            }
        }
    }

    /// Returns every place that may have branches of this repository: the Git remotes, and what else is fetched from or
    /// pushed to, by URL.
    private func gitRemotesAndURLs() async throws -> [String] {
        let git = try await repository.program.configuration()
        let sections = git.subsections(of: "remote")
        let names = sections.filter { git.value("remote.\($0).url") != nil }
        // Git fetches from the first URL, and pushes to all, or to others.
        var known = Set(names.compactMap { git.values("remote.\($0).url").first })
        let pushed = sections.flatMap { git.values("remote.\($0).url") + git.values("remote.\($0).pushurl") }
        let followed = git.subsections(of: "branch")
            .flatMap { git.values("branch.\($0).remote") + git.values("branch.\($0).pushremote") }
        let others = (pushed + followed + git.values("remote.pushdefault")).filter { text in
            // A word alone is a name, or says that nothing is pushed there.
            !names.contains(text) && (text.contains("/") || text.contains(":"))
        }
        return names + others.filter { known.insert($0).inserted }
    }
}
