import Git
import ModelCore
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
        for (number, place) in try await gitRemotesAndURLs().enumerated() {
            let namespace = "\(Workspace.mirrorNamespace)/\(number)"
            do { try await repository.mirrorReferences(of: place.remote, under: namespace) } catch {
                let name = GitURL.withoutLogin(place.remote)
                throw Failure(
                    nil,
                    "cannot tell what leads to a commit: Git remote \(name) cannot be fetched",
                    hints: [place.removalHint],
                    cause: error
                )
            }
        }
    }

    /// A place that may have branches of this repository.
    struct GitPlace {
        /// The name of a Git remote, or a URL.
        let remote: String
        /// The name below `refs/remotes` under which its branches can be fetched beside those of all other places.
        let branches: String
        /// Whether nothing else is fetched under that name, which is of no Git remote.
        let isURL: Bool
        /// The command that takes it out of Git's configuration.
        private let removal: String

        /// What to do where there is no such place any more.
        var removalHint: String { "where it is no more, take it out of Git's configuration: `\(removal)`" }

        init(named name: String) {
            remote = name
            branches = name
            isURL = false
            removal = "git remote remove \(ShellWord.quoted(name))"
        }

        /// Creates the place of a URL, with its number among all places; where a variable has others as well, which
        /// stay, only its user can take it out.
        init(_ url: String, number: Int, of entry: GitConfiguration.Entry, in git: GitConfiguration) {
            remote = url
            let taken = Set(git.subsections(of: "remote"))
            var name = "\(entry.key.subsection ?? "git")-\(number)"
            while taken.contains(name) { name += "-url" }
            branches = name
            isURL = true
            let scope =
                switch entry.scope {
                case .system, .global, .worktree: " --" + entry.scope.rawValue
                case .local, .command: ""
                }
            let isAlone = git.entries.count { $0.key == entry.key } == 1
            let key = ShellWord.quoted(entry.key.text)
            removal = isAlone ? "git config\(scope) --unset-all \(key)" : "git config\(scope) --edit"
        }
    }

    /// Returns every place that may have branches of this repository: the Git remotes, and what else is fetched from or
    /// pushed to, by URL; or only those of the Git remotes that are `chosen`, and what branches belong to or are pushed
    /// to in general.
    func gitRemotesAndURLs(of chosen: [String]? = nil) async throws -> [GitPlace] {
        let git = try await repository.program.configuration()
        let named = Set(git.entries.lazy.filter { Workspace.isOfBranches($0.key) }.compactMap(\.value))
        let names = git.subsections(of: "remote").filter {
            git.value("remote.\($0).url") != nil && (chosen?.contains($0) != false || named.contains($0))
        }
        // Git fetches from the first URL, and pushes to all, or to others.
        var known = Set(names.compactMap { git.values("remote.\($0).url").first })
        var places = names.map(GitPlace.init(named:))
        for entry in git.entries where Workspace.isPlace(entry.key) {
            let isOfRemote = entry.key.subsection.map(names.contains) == true
            guard chosen == nil || isOfRemote || Workspace.isOfBranches(entry.key) else { continue }
            // A word alone is a name, or says that nothing is pushed there, as the null device does.
            guard let text = entry.value, !names.contains(text), text != "/dev/null",
                text.contains("/") || text.contains(":")
            else { continue }
            if known.insert(text).inserted {
                places.append(GitPlace(text, number: places.count + 1, of: entry, in: git))
            }
        }
        return places
    }

    /// Whether a variable of Git's says where is fetched from or pushed to.
    private static func isPlace(_ key: GitConfigurationKey) -> Bool {
        let isOfRemote = key.section == "remote" && key.subsection != nil
        return isOfRemote ? ["url", "pushurl"].contains(key.name) : isOfBranches(key)
    }

    /// Whether a variable of Git's says which place a branch, or any of them, is fetched from or pushed to.
    private static func isOfBranches(_ key: GitConfigurationKey) -> Bool {
        switch (key.section, key.subsection) {
        case ("remote", nil): key.name == "pushdefault"
        case ("branch", .some): ["remote", "pushremote"].contains(key.name)
        default: false
        }
    }
}
