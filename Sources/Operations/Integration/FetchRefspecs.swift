import Git

/// What makes `git fetch` bring the references of git-model that others pushed, for each of the user's Git remotes.
///
/// They arrive apart from this clone's own, so that `fetch --prune` neither deletes nor overwrites these.
enum FetchRefspecs {
    /// Returns the Git remotes that lack theirs.
    ///
    /// One that fetches nothing by itself, or everything to the same name, is left alone.
    static func missing(from configuration: GitConfiguration) -> [String] {
        configuration.subsections(of: "remote").filter { remote in
            let refspecs = configuration.values(variable(remote))
            guard !refspecs.isEmpty, GitReferenceName.isValid(destination(remote) + "x") else { return false }
            let isMirror = refspecs.contains { $0.drop { $0 == "+" }.hasPrefix("refs/*:") }
            return !isMirror && !refspecs.contains(refspec(remote))
        }
    }

    /// Adds what is missing; returns the Git remotes that got theirs.
    static func install(in repository: GitRepository) async throws -> [String] {
        let remotes = missing(from: try await repository.program.configuration())
        for remote in remotes {
            let key = try GitConfigurationKey(variable(remote))
            try await repository.program.addConfiguration(key, refspec(remote), in: .local)
        }
        return remotes
    }

    /// Takes them away; returns the Git remotes that had one.
    static func uninstall(from repository: GitRepository) async throws -> [String] {
        let configuration = try await repository.program.configuration()
        var remotes: [String] = []
        for remote in configuration.subsections(of: "remote")
        where configuration.values(variable(remote)).contains(refspec(remote)) {
            let key = try GitConfigurationKey(variable(remote))
            let wasThere = try await repository.program.unsetConfiguration(key, refspec(remote), in: .local)
            if wasThere { remotes.append(remote) }
        }
        return remotes
    }

    private static func variable(_ remote: String) -> String { "remote.\(remote).fetch" }

    private static func destination(_ remote: String) -> String { "\(RunPins.remotePrefix)\(remote)/" }

    private static func refspec(_ remote: String) -> String { "+refs/git-model/*:\(destination(remote))*" }
}
