import Codec
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// A remote that the configuration names, and what this machine remembers of it.
struct ConfiguredRemote: Sendable {
    /// The name in the configuration.
    let name: String
    /// The URL as it was configured.
    let url: String
    /// The URL in its one spelling, absolute: what the user agrees to.
    let location: String
    /// The store behind it.
    let store: RemoteStore
    /// What Git knows of its LFS server, where it has one.
    let authority: GitLFSAuthority?
    /// Whether only this machine sees it.
    let isThisMachineOnly: Bool
    /// The directory of this machine for what is remembered and put together.
    let directory: FilePath

    /// Warnings of a dry run of what deletes there: it writes nothing, and so does not see whose times files have.
    var dryRunWarnings: [String] {
        guard store.remote.mayTakeWritersTimes else { return [] }
        return ["remote \(name): whether anything can be deleted there is only seen without `--dry-run`"]
    }

    private var acknowledgedPath: FilePath { directory.appending("acknowledged") }

    /// Returns the objects that the remote is known to have whole, because a push or fetch saw it.
    func acknowledged() throws -> Set<Digest> {
        guard try FileStatus.of(acknowledgedPath) != nil else { return [] }
        let bytes = try DurableFile.read(acknowledgedPath, limit: 1 << 30)
        return Set(
            bytes.split(separator: UInt8(ascii: "\n")).compactMap { Digest(hex: String(decoding: $0, as: UTF8.self)) }
        )
    }

    /// Remembers that the remote has objects whole.
    func acknowledge(_ oids: [Digest]) throws {
        guard try !acknowledged().isSuperset(of: oids) else { return }
        try Directories.create(directory, durable: false)
        // Another worktree's command may remember something at the same moment.
        let lock = try FileLock(directory.appending("lock"), mode: .exclusive, wait: .seconds(60))
        defer { extendLifetime(lock) }
        // What a power cut takes of it, the next push finds out again.
        try write(try acknowledged().union(oids), durable: false)
    }

    /// Forgets that the remote has objects.
    func forget(_ oids: some Sequence<Digest>) throws {
        let all = try acknowledged()
        let left = all.subtracting(oids)
        guard left != all else { return }
        let lock = try FileLock(directory.appending("lock"), mode: .exclusive, wait: .seconds(60))
        defer { extendLifetime(lock) }
        try write(try acknowledged().subtracting(oids))
    }

    private func write(_ oids: Set<Digest>, durable: Bool = true) throws {
        let lines = oids.sorted().map { $0.hex + "\n" }.joined()
        try DurableFile.write(Array(lines.utf8), to: acknowledgedPath, durable: durable)
    }

    /// Returns those of some artifacts whose objects were purged, as far as this machine or the remote knows.
    func purged(_ artifacts: [PointerIndex.Entry], local: LocalStore) async throws -> [PointerIndex.Entry] {
        var purged: [PointerIndex.Entry] = []
        for artifact in artifacts {
            let oid = artifact.pointer.oid
            var isPurged = try local.isPurged(oid)
            if !isPurged { isPurged = try await store.isPurged(oid) }
            if isPurged { purged.append(artifact) }
        }
        return purged
    }

    /// Returns those of some artifacts whose objects were purged from the remote and are not there again.
    func keptOut(
        _ artifacts: [PointerIndex.Entry],
        local: LocalStore,
        after visit: RemoteVisit
    ) async throws -> [PointerIndex.Entry] {
        let purged = try await visit.purged()
        let known = artifacts.filter { purged.contains($0.pointer.oid) }
        guard !known.isEmpty else { return [] }
        let held = try await holds(known.map(\.pointer), local: local)
        return known.filter { !held.contains($0.pointer.oid) }
    }

    /// Returns those of some artifacts that were not purged, as far as this machine or the remote knows: what nobody
    /// needs to have.
    func withoutPurged(_ artifacts: [PointerIndex.Entry], local: LocalStore) async throws -> [PointerIndex.Entry] {
        let purged = Set(try await purged(artifacts, local: local).map(\.pointer))
        return artifacts.filter { !purged.contains($0.pointer) }
    }

    /// Asks the remote itself which of these objects it has whole.
    func holds(_ pointers: some Sequence<Pointer>, local: LocalStore) async throws -> Set<Digest> {
        try await RemoteHoldings(of: store, local: local).held(pointers)
    }
}

extension Workspace {
    /// Returns the objects that any remote is known to have whole.
    func acknowledgedAnywhere() throws -> Set<Digest> {
        try configuration.remoteNames.reduce(into: []) { known, name in
            // One whose URL this version cannot use was never seen by it.
            guard let remote = try? remote(named: name) else { return }
            known.formUnion(try remote.acknowledged())
        }
    }

    /// Returns the remote of that name, or the default one; that there is none is an error with the way out.
    func remote(named name: String?) throws -> ConfiguredRemote {
        guard let name = name ?? configuration.defaultRemote else {
            let names = configuration.remoteNames
            throw Failure(
                .failed,
                names.isEmpty
                    ? "no remote is set up" : "it is not clear which remote is meant: \(names.joined(separator: ", "))",
                hints: [
                    names.isEmpty
                        ? "add one: `git model remote add store URL`, with a directory for URL"
                        : "choose one for good: `git model remote default \(names[0])`"
                ]
            )
        }
        guard let text = configuration.url(ofRemote: name) else {
            throw Failure(
                .failed,
                "there is no remote '\(name)'",
                hints: ["see which there are: `git model remote list`"]
            )
        }
        return try remote(name, url: text)
    }

    /// Returns the remote of that name, or, where there is none, the one at that URL.
    func remote(namedOrAt text: String) throws -> ConfiguredRemote {
        guard configuration.url(ofRemote: text) == nil, text.contains("/") else { return try remote(named: text) }
        return try remote(text, url: urlFromTop(text))
    }

    /// Returns the remote of a URL; a relative path is taken from the top of the repository.
    ///
    /// `isAgreed` says that the user is about to agree to the URL.
    func remote(_ name: String, url text: String, isAgreed: Bool = false) throws -> ConfiguredRemote {
        let url = try RemoteURL(parsing: context.expandingHome(resolvingGitRemote(text)), relativeTo: root)
        let key = SHA256.digest(of: Array(url.text.utf8)).hex.prefix(16)
        let directory = modelDirectory.appending("remotes").appending(String(key))
        let isAgreed = try isAgreed || agrees(to: text)
        let git = try lfsGit(for: url, configuredAs: text, isAgreed: isAgreed, key: String(key))
        let remote = try context.opening(in: root, with: configuration).remote(
            at: url,
            sendsCredentials: isAgreed,
            git: git?.git
        )
        return ConfiguredRemote(
            name: name,
            url: text,
            location: url.text,
            store: RemoteStore(remote, cache: directory),
            authority: git?.authority,
            isThisMachineOnly: remote.isThisMachineOnly,
            directory: directory
        )
    }

    /// Whether a remote is the local store itself, so that it has nothing beside it.
    func isLocalStore(_ remote: ConfiguredRemote) throws -> Bool { try isDirectory(storePath, of: remote) }

    /// Whether a remote's store is this directory.
    func isDirectory(_ directory: FilePath, of remote: ConfiguredRemote) throws -> Bool {
        guard case .directory(let path) = try RemoteURL(parsing: remote.store.remote.name, relativeTo: root) else {
            return false
        }
        return try FileStatus.isSame(path, directory)
    }

    /// Refuses to write to a remote that only a tracked file names, until the user of this machine agreed to its URL,
    /// and to one that is the local store of a repository.
    func requireAgreement(to remote: ConfiguredRemote) throws {
        if remote.store.remote.isReadOnly { throw RemoteError.readOnly(remote.store.remote.name, file: "anything") }
        if try agrees(to: remote.url) { return try requireNobodysStore(remote) }
        throw Failure(
            .failed,
            "cannot write to remote \(remote.name): nobody on this machine agreed to \(remote.location)",
            hints: [
                "agree to it: `\(Trust.line(remote.location))`",
                "or this once: `--trust \(ShellWord.quoted(remote.location))`",
            ]
        )
    }
}
