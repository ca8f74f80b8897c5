import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model cat`: the bytes of an artifact, or of one file of a tree, without a checkout.
package struct PrintArtifact: Sendable {
    /// What was printed.
    package struct Report: Operations.Report {
        /// The path in the repository.
        package let path: String
        /// The size in bytes.
        package let size: Int64
        /// The object, as `sha256:` and hexadecimal digits.
        package let oid: String
    }

    private static let longestChainOfLinks = 16
    private let argument: String
    private let fetches: Bool

    /// Creates the operation on `VERSION:PATH`, or on `PATH` for what the work tree's pointer names.
    ///
    /// Behind a version, a path counts from the top of the repository, unless it begins with `./` or `../`.
    package init(_ argument: String, fetches: Bool = true) {
        self.argument = argument
        self.fetches = fetches
    }

    /// Writes the bytes to standard output; each is checked before it is written.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let joined = try workspace.openStore()
        let (path, artifacts) = try await split(in: workspace)
        guard let artifact = artifacts.first(where: { $0.path == path || path.isInside($0.path) }) else {
            throw Failure(.failed, "\(argument) is no artifact", hints: ["see what there is: `git model ls`"])
        }
        let object = try await object(at: path, of: artifact, in: workspace, joined.store)
        if !Closure(of: [object], in: joined.store).isComplete {
            try requireFetching(of: path, in: workspace)
            try await fetch(object, named: path, into: joined.store, workspace)
        }
        try ObjectStream.read(object.oid, size: object.size, from: joined.store) { bytes in
            try context.cancellation.check()
            try context.writeOutput(bytes)
        }
        return Report(path: path.text, size: object.size, oid: object.oid.description)
    }

    /// Finds the path that is meant, and the artifacts of the version it is meant in.
    private func split(in workspace: Workspace) async throws -> (RepositoryPath, [PointerIndex.Entry]) {
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
        return (path, try await PointerIndex.at(commit, in: workspace.repository).entries)
    }

    /// Returns the object whose bytes are meant: the artifact's, or that of a file of the tree, links followed.
    private func object(
        at path: RepositoryPath,
        of artifact: PointerIndex.Entry,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> Pointer {
        guard var inner = path.relative(to: artifact.path) else {
            guard artifact.pointer.kind == .file else { throw isDirectory(path) }
            return artifact.pointer
        }
        guard artifact.pointer.kind == .tree else { throw workspace.missing(path, in: artifact) }
        var reader = FrameReader(store)
        if (try? store.listing(artifact.pointer.oid, reader: &reader)) == nil {
            try requireFetching(of: artifact.path, in: workspace)
            let report = try await workspace.fetch([artifact], from: nil, into: store)
            if let problem = report.problems.first { throw Failure(.failed, "\(problem.subject): \(problem.message)") }
        }
        let listing = try workspace.listing(of: artifact, in: store)
        for _ in 0..<PrintArtifact.longestChainOfLinks {
            guard let file = listing.entry(at: inner) else {
                if listing.entries(inside: inner).isEmpty { throw workspace.missing(path, in: artifact) }
                throw isDirectory(path)
            }
            let pointer = Pointer(oid: file.digest, size: file.size, kind: .file)
            guard file.mode == .link else { return pointer }
            if !Closure(of: [pointer], in: store).isComplete {
                try requireFetching(of: path, in: workspace)
                try await fetch(pointer, named: path, into: store, workspace)
            }
            var target: [UInt8] = []
            try ObjectStream.read(file.digest, size: file.size, from: store) { target += Array($0) }
            try LinkTarget.check(target, at: file.path)
            let directory = FilePath(inner.parent?.text ?? "")
            let joined = directory.pushing(FilePath(String(decoding: target, as: UTF8.self))).lexicallyNormalized()
            inner = try RepositoryPath(joined.string)
        }
        throw Failure(.failed, "\(path) is a link that leads in a circle")
    }

    private func isDirectory(_ path: RepositoryPath) -> Failure {
        Failure(.failed, "\(path) is a directory", hints: ["see what it has: `git model ls \(path)`"])
    }

    private func requireFetching(of path: RepositoryPath, in workspace: Workspace) throws {
        guard fetches, workspace.configuration.defaultRemote != nil else {
            throw Failure(
                .failed,
                "the bytes of \(path) are not here",
                hints: ["get them: `git model fetch`" + (fetches ? "" : ", or leave out `--no-fetch`")]
            )
        }
    }

    /// Fetches one object alone, for a tree may be large and one file of it small.
    private func fetch(
        _ object: Pointer,
        named path: RepositoryPath,
        into store: LocalStore,
        _ workspace: Workspace
    ) async throws {
        let remote = try workspace.remote(named: nil)
        let tally = ProgressTally(phase: "fetching", sink: workspace.context.progress)
        let fetch = Fetch(
            from: remote.store,
            into: store,
            pool: workspace.pool,
            cancellation: workspace.context.cancellation,
            progress: { tally.set($0, of: $1) }
        )
        let result = try await fetch.run([object])
        workspace.context.progress.finish()
        guard result.missing.isEmpty else {
            throw Failure(.failed, "remote \(remote.name) does not have the bytes of \(path)")
        }
    }
}
