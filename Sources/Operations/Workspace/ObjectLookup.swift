import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// Finds the object that `VERSION:PATH` means: an artifact's bytes, or those of one file of a tree.
///
/// Behind a version, a path counts from the top of the repository, unless it begins with `./` or `../`; without one, it
/// is what the work tree's pointer names.
struct ObjectLookup {
    /// What was found.
    struct Found {
        /// The path in the repository.
        let path: RepositoryPath
        /// The artifact that the path is, or lies in.
        let artifact: PointerIndex.Entry
        /// The bytes, as a file.
        let object: Pointer
    }

    private static let longestChainOfLinks = 16

    let workspace: Workspace
    let store: LocalStore
    /// Whether what is not here may be got from remotes.
    let fetches: Bool

    /// Finds what an argument means, reading the listings of trees, fetched where they are not here.
    func find(_ argument: String) async throws -> Found {
        let (path, artifacts) = try await split(argument)
        guard let artifact = artifacts.first(where: { $0.path == path || path.isInside($0.path) }) else {
            throw Failure(.failed, "\(argument) is no artifact", hints: ["see what there is: `git model ls`"])
        }
        return Found(path: path, artifact: artifact, object: try await object(at: path, of: artifact))
    }

    /// Makes sure that an object's bytes are here, fetching it alone, for a tree may be large and one file of it small.
    ///
    /// `artifact` is the object itself, or the tree that it is a file of.
    func bring(_ object: Pointer, of artifact: Pointer, named path: RepositoryPath) async throws {
        guard !Closure(of: [object], in: store).isComplete else { return }
        let tree = artifact.kind == .tree && object != artifact ? artifact : nil
        let isHere = try await fetching(for: path, of: artifact) { fetch in
            try await fetch.run([object], filesOf: tree).missing.isEmpty ? true : nil
        }
        guard isHere == true else { throw try await absence(of: path, in: artifact) }
    }

    /// Returns what to tell whoever looks for bytes that no remote has: that they were purged, where that is known.
    func absence(
        of path: RepositoryPath,
        in artifact: Pointer,
        remark: String = ""
    ) async throws -> Failure {
        if try store.isPurged(artifact.oid) { return isPurged(path) }
        for name in try workspace.remotes(toReadFrom: nil) {
            try workspace.context.cancellation.check()
            // One that cannot be asked now may have been asked before.
            guard let remote = try? workspace.remote(named: name) else { continue }
            if (try? await remote.store.isPurged(artifact.oid)) == true { return isPurged(path) }
        }
        return Failure(.failed, "no remote has the bytes of \(path)\(remark)")
    }

    private func isPurged(_ path: RepositoryPath) -> Failure {
        Failure(
            .failed,
            "the bytes of \(path) were purged",
            hints: ["print those of another version: `git model list` shows them"]
        )
    }

    /// Asks the remotes, the default one first, until one has what is wanted.
    ///
    /// Returns `nil` where none has it; throws the first error where none could be asked, and where nothing may be
    /// fetched. `artifact` is what the path is, or lies in, where its bytes are what is wanted.
    func fetching<Value>(
        for path: RepositoryPath,
        of artifact: Pointer? = nil,
        _ body: (Fetch) async throws -> Value?
    ) async throws -> Value? {
        try requireFetching(of: path, in: artifact)
        defer { workspace.context.progress.finish() }
        var failure: RemoteError?
        var isAnswered = false
        for name in try workspace.remotes(toReadFrom: nil) {
            do {
                let remote = try workspace.remote(named: name)
                let fetch = workspace.context.fetch(from: remote.store, into: store)
                if let value = try await body(fetch) { return value }
                isAnswered = true
            } catch let error as RemoteError {
                try workspace.context.cancellation.check()
                failure = failure ?? error
            }
        }
        if let failure, !isAnswered { throw failure }
        return nil
    }

    /// Finds the path that is meant, and the artifacts of the version it is meant in.
    private func split(_ argument: String) async throws -> (RepositoryPath, [PointerIndex.Entry]) {
        let tracked = try await workspace.pointers().entries
        let own = try? workspace.path(argument)
        // A name with a colon in it is what it says where the work tree has it.
        if let own, tracked.contains(where: { $0.path == own || own.isInside($0.path) }),
            try !argument.contains(":") || FileStatus.of(workspace.location(of: own)) != nil
        {
            return (own, tracked)
        }
        guard let colon = argument.firstIndex(of: ":") else { return (try workspace.path(argument), tracked) }
        let version = String(argument[..<colon])
        let rest = String(argument[argument.index(after: colon)...])
        let isRelative = rest.hasPrefix("./") || rest.hasPrefix("../")
        let path = isRelative ? try workspace.path(rest) : try RepositoryPath(rest)
        guard !version.isEmpty else { return (path, tracked) }
        let commit = try await workspace.resolve(version).commit
        return (path, try await workspace.pointers(at: commit).entries)
    }

    /// Returns the object whose bytes are meant: the artifact's, or that of a file of the tree, links followed.
    private func object(
        at path: RepositoryPath,
        of artifact: PointerIndex.Entry
    ) async throws -> Pointer {
        guard var inner = path.relative(to: artifact.path) else {
            guard artifact.pointer.kind == .file else { throw isDirectory(path) }
            return artifact.pointer
        }
        guard artifact.pointer.kind == .tree else { throw workspace.missing(path, in: artifact) }
        let listing = try await listing(of: artifact)
        for _ in 0..<ObjectLookup.longestChainOfLinks {
            guard let file = listing.entry(at: inner) else {
                if listing.entries(inside: inner).isEmpty { throw workspace.missing(path, in: artifact) }
                throw isDirectory(path)
            }
            let pointer = Pointer(oid: file.digest, size: file.size, kind: .file)
            guard file.mode == .link else { return pointer }
            try await bring(pointer, of: artifact.pointer, named: path)
            var target: [UInt8] = []
            try ObjectStream.read(file.digest, size: file.size, from: store) { target += Array($0) }
            try LinkTarget.check(target, at: file.path)
            let directory = FilePath(inner.parent?.text ?? "")
            let joined = directory.pushing(FilePath(String(decoding: target, as: UTF8.self))).lexicallyNormalized()
            inner = try RepositoryPath(joined.string)
        }
        throw Failure(.failed, "\(path) is a link that leads in a circle")
    }

    /// Reads a tree's listing, here or in a remote, from which nothing else has to come.
    private func listing(of artifact: PointerIndex.Entry) async throws -> TreeListing {
        var reader = FrameReader(store)
        if let known = try? store.listing(artifact.pointer.oid, reader: &reader).tree { return known }
        let found = try await fetching(for: artifact.path, of: artifact.pointer) { fetch in
            try await PartialFetch(fetch).listing(of: artifact.pointer)
        }
        guard let found else { throw try await absence(of: artifact.path, in: artifact.pointer) }
        return found
    }

    private func isDirectory(_ path: RepositoryPath) -> Failure {
        Failure(.failed, "\(path) is a directory", hints: ["see what it has: `git model ls \(path.shellWord)`"])
    }

    private func requireFetching(of path: RepositoryPath, in artifact: Pointer?) throws {
        guard fetches, workspace.configuration.defaultRemote != nil else {
            if let artifact, try store.isPurged(artifact.oid) { throw isPurged(path) }
            throw Failure(
                .failed,
                "the bytes of \(path) are not here",
                hints: ["get them: `git model fetch`" + (fetches ? "" : ", or leave out `--no-fetch`")]
            )
        }
    }
}
