import Git
import Registry
import Remotes
import SystemPackage

extension Workspace {
    /// Adds a remote to `.mver/config`, with this user's agreement to its URL; with `isForced`, in place of one of that
    /// name.
    ///
    /// A relative path counts from the top of the repository. Whoever adds a remote agrees to it. One that is there
    /// with that URL already stays.
    func addRemote(_ name: String, url: String, isForced: Bool) async throws {
        // Only a URL that this version can use may enter a file that everybody shares.
        let added = try remote(name, url: url, isAgreed: true)
        try requireNobodysStore(added)
        try await requireServer(of: added)
        if configuration.tracked("remote", name, "url") != url {
            let settings = RemoteSettings(repository)
            // What was meant while it was the only one is meant from now on, too.
            let only = configuration.remoteNames.count == 1 ? configuration.remoteNames.first : nil
            try await settings.add(name, url: url, existing: isForced ? .replace : .refuse)
            if let only, only != name { try await settings.setDefault(only) }
        }
        if let trust = TrustStore(environment: context.environment) { try trust.add(agreedURL(url)) }
    }

    /// Returns a warning, and the way out, where something else than `.mver/config` says which URL a remote has here,
    /// and not the one of that file.
    func warning(ofOtherURLOf name: String) -> (warning: String, hint: String)? {
        guard let url = configuration.url(ofRemote: name), url != configuration.tracked("remote", name, "url"),
            let way = configuration.wayToTakeBack("remote", name, "url")
        else { return nil }
        let place = GitURL.withoutLogin(url)
        return (
            "here remote \(name) is \(place), for what this user configured counts before \(Configuration.path)",
            "go by that file: \(way)"
        )
    }

    /// Returns a URL as the tracked configuration is to have it: a relative path typed in a directory below the top
    /// means the same from the top.
    func urlFromTop(_ typed: String) -> String {
        guard context.workingDirectory != root, !typed.isEmpty, !typed.hasPrefix("/"), !typed.hasPrefix("~"),
            case .directory(let path)? = try? RemoteURL(parsing: typed, relativeTo: context.workingDirectory),
            !typed.contains("://")
        else { return typed }
        return FilePath.relative(path, to: root)
    }

    /// Returns what the user agrees to who agrees to a URL of this repository's configuration.
    func agreedURL(_ configured: String) -> String {
        context.agreedURL(resolvingGitRemote(configured), from: root)
    }

    /// Returns the URL of a remote, or says that there is none of that name.
    func url(ofRemote name: String) throws -> String {
        guard let url = configuration.url(ofRemote: name) else {
            throw Failure(
                .failed,
                "there is no remote '\(name)'",
                hints: ["see which there are: `git model remote list`"]
            )
        }
        return url
    }

    /// Returns a warning where the current commit does not name a remote as it is set up here: whoever clones it does
    /// not know where its bytes are.
    func warning(ofUncommittedRemote name: String) async throws -> String? {
        guard let head = try await repository.objects.head().commit else { return nil }
        let committed = try await Configuration.load(repository, at: head, environment: context.environment)
        guard committed.url(ofRemote: name) != configuration.url(ofRemote: name) else { return nil }
        return "\(Configuration.path) of \(head.abbreviated) does not have remote \(name) as it is here, "
            + "so that a clone would not find the bytes: commit \(Configuration.path)"
    }

    /// Whether the user of this machine agreed to a URL of this repository's configuration, for good or for this
    /// invocation.
    func agrees(to configured: String) throws -> Bool {
        try context.agrees(to: configured, from: root, meaning: resolvingGitRemote)
    }
}

extension FilePath {
    /// Returns a path, absolute and normal as the directory is, as seen from the directory.
    fileprivate static func relative(_ path: FilePath, to directory: FilePath) -> String {
        let (target, start) = (Array(path.components), Array(directory.components))
        let common = zip(target, start).prefix { $0 == $1 }.count
        let parts = start.dropFirst(common).map { _ in ".." } + target.dropFirst(common).map(\.string)
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }
}
