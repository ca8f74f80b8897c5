import Git
import ModelCore
import Registry
import Remotes

/// What a Git remote has that may need objects, and that this clone does not know of.
struct UnfetchedReferences {
    /// The most names that a message has.
    private static let nameLimit = 5

    private let place: Workspace.GitPlace
    /// The tags of versions that are not here, without `refs/tags/`.
    private var versions: [String] = []
    /// The tags of versions that are other ones here.
    private var others: [String] = []
    /// The full names of branches and other tags whose commits nothing has here that counts as a use.
    private var places: [String] = []

    /// Asks a Git remote; nothing is fetched.
    ///
    /// What leads here to the same commit and is no use of all that it has, as the tag of a version, vouches for
    /// nothing.
    init(at place: Workspace.GitPlace, in workspace: Workspace) async throws {
        self.place = place
        let there = try await workspace.repository.remoteReferences(
            of: place.remote,
            patterns: ["refs/heads/*", TagName.referencePrefix + "*"]
        )
        let here = try await workspace.repository.objects.references(prefix: "refs/")
        let ids = Dictionary(here.map { ($0.name, $0.objectID) }) { first, _ in first }
        let tags = Set(try await workspace.versions().map(\.tag.reference))
        let commits = Set(here.lazy.filter { ObjectUses.counts($0, except: tags) }.map(\.peeledID))
        // The branch that has a store itself leads to no model.
        for reference in there where reference.name != "refs/heads/\(LFSLocation.branch)" {
            if let version = TagName(reference: reference.name) {
                guard let known = ids[reference.name] else {
                    versions.append(version.text)
                    continue
                }
                if known != reference.objectID { others.append(version.text) }
            } else if !ObjectUses.isWithdrawal(reference), !commits.contains(reference.peeledID) {
                places.append(reference.name)
            }
        }
    }

    /// The Git remotes whose clones share this one's roots, or everybody's versions; all, where it is not clear which
    /// has these; also those that branches belong to, and wherever else Git, and so `tag --push`, pushes to.
    static func places(of workspace: Workspace) async throws -> [Workspace.GitPlace] {
        let names = workspace.configuration.gitRemoteURLs.keys.sorted()
        guard let registry = try? workspace.registryRemote() else {
            return try await workspace.gitRemotesAndURLs(of: names)
        }
        return try await workspace.gitRemotesAndURLs(of: names.filter { $0 == registry || $0 == "origin" })
    }

    /// Returns why a purge cannot go on; `nil` where it can.
    ///
    /// Forced, it takes what branches have, too, but nothing of a version.
    func refusal(of purged: String, isForced: Bool) -> Failure? {
        let missing = versions + (isForced ? [] : places)
        let names = missing + others
        guard !names.isEmpty else { return nil }
        let more =
            names.count > UnfetchedReferences.nameLimit
            ? " and \(names.count - UnfetchedReferences.nameLimit) more" : ""
        let shown = names.prefix(UnfetchedReferences.nameLimit).map(QuotedPath.encode).joined(separator: ", ")
        let remote = GitURL.withoutLogin(place.remote)
        let word = ShellWord.quoted(remote)
        let branches = ShellWord.quoted("+refs/heads/*:refs/remotes/\(place.branches)/*")
        // A URL has no remote that prunes for it, and a branch that is no more would stay in use here; a remote's name
        // may have more than its branches below it, such as pull requests, which this would take away.
        let prune = place.isURL ? "--prune " : ""
        let fetch = missing.isEmpty ? [] : ["fetch it first: `git fetch \(prune)--tags \(word) \(branches)`"]
        let take = others.prefix(UnfetchedReferences.nameLimit).map { name in
            let reference = TagName.referencePrefix + name
            return "take theirs: `git fetch --force \(word) \(ShellWord.quoted("\(reference):\(reference)"))`"
        }
        return Failure(
            .failed,
            "cannot purge \(purged): \(remote) has what is not here, and may need its bytes: \(shown)\(more)",
            hints: fetch + take
        )
    }
}
