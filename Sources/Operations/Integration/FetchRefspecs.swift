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
            return !isMirror && (!refspecs.contains(refspec(remote)) || !misplaced(remote, configuration).isEmpty)
        }
    }

    /// The refspecs by which a remote's references arrive in the place of another: `git remote rename` leaves them as
    /// they are, and two remotes with one place would prune each other's.
    private static func misplaced(_ remote: String, _ configuration: GitConfiguration) -> [String] {
        configuration.values(variable(remote)).filter {
            $0.hasPrefix("\(source):\(RunPins.remotePrefix)") && $0 != refspec(remote)
        }
    }

    /// Adds what is missing; returns the Git remotes that got theirs.
    static func install(in repository: GitRepository) async throws -> [String] {
        let configuration = try await repository.program.configuration()
        let remotes = missing(from: configuration)
        for remote in remotes {
            let key = try GitConfigurationKey(variable(remote))
            for old in misplaced(remote, configuration) {
                try await repository.program.unsetConfiguration(key, old, in: .local)
            }
            if configuration.values(variable(remote)).contains(refspec(remote)) { continue }
            try await repository.program.addConfiguration(key, refspec(remote), in: .local)
        }
        return remotes
    }

    /// Takes them away; returns the Git remotes that had one.
    static func uninstall(from repository: GitRepository) async throws -> [String] {
        let configuration = try await repository.program.configuration()
        var remotes: [String] = []
        for remote in configuration.subsections(of: "remote") {
            let key = try GitConfigurationKey(variable(remote))
            let present = configuration.values(variable(remote)).filter { $0 == refspec(remote) }
            var wasThere = false
            for own in Set(present + misplaced(remote, configuration)) {
                let isGone = try await repository.program.unsetConfiguration(key, own, in: .local)
                wasThere = wasThere || isGone
            }
            if wasThere { remotes.append(remote) }
        }
        return remotes
    }

    private static func variable(_ remote: String) -> String { "remote.\(remote).fetch" }

    private static func destination(_ remote: String) -> String { "\(RunPins.remotePrefix)\(remote)/" }

    private static let source = "+refs/git-model/*"

    private static func refspec(_ remote: String) -> String { "\(source):\(destination(remote))*" }
}
