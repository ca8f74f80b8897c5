import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model mv`: gives an artifact another path, with its pointer and everything that names it.
package struct MoveArtifact: Sendable {
    /// What was moved.
    package struct Report: Operations.Report {
        /// The path before.
        package let source: String
        /// The path now.
        package let destination: String
        /// Whether the artifact's bytes were there to be moved, not only its pointer.
        package let hasBytes: Bool
        package var warnings: [String] = []
    }

    private let source: String
    private let destination: String

    /// Creates the operation; a destination that is a directory takes the artifact under its own name.
    package init(_ source: String, to destination: String) {
        self.source = source
        self.destination = destination
    }

    /// Moves and stages, or refuses before anything changed; what was interrupted goes on.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        _ = joined.store
        let tracked = try await workspace.pointers()
        let (from, to) = try await paths(among: tracked, in: workspace)
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        try await workspace.repository.index.requireUnlocked()
        try workspace.requireMerged(listing: from)
        let new = try workspace.location(of: to)
        try Directories.create(new.removingLastComponent(), durable: false)
        // Ignored before it is there, so that Git never sees the bytes.
        let rules = try await workspace.trackedBytes(of: IgnoreFile.path(in: to.parent))
        let (ignoring, warnings) = try await workspace.takeFromGit([to], stages: true)
        do { try workspace.moveBytes(of: from, to: to) } catch {
            try? workspace.putBack(rules, asRulesFor: to)
            throw error
        }
        // What this command wrote when it was interrupted may not be staged yet.
        var changed = Set(ignoring).union(try await workspace.stagedFiles(naming: from))
        changed.insert(IgnoreFile.path(in: to.parent))
        if let ignoreFile = try await workspace.unignore(from) { changed.insert(ignoreFile) }
        for var model in try workspace.models() where model.remove(from) {
            model.add(to)
            changed.formUnion(try workspace.write(model))
        }
        // The last on disk: as long as it is there, the artifact is still the one to be moved.
        try workspace.movePointer(of: from, to: to)
        try await workspace.repository.index.stage([GitPath(to.appendingPointerSuffix.text)])
        try await workspace.stageOrForget(changed.sorted())
        try workspace.removeEmptyDirectories(above: from)
        // The last of all: of an artifact that was never committed, nothing else says that it was there.
        try await workspace.repository.index.untrack([GitPath(from.appendingPointerSuffix.text)])
        let hasBytes = try FileStatus.of(new) != nil
        return Report(source: from.text, destination: to.text, hasBytes: hasBytes, warnings: warnings)
    }

    private func paths(
        among tracked: PointerIndex,
        in workspace: Workspace
    ) async throws -> (from: RepositoryPath, to: RepositoryPath) {
        if let begun = try await workspace.interruptedMove(of: source, to: destination, among: tracked) { return begun }
        let from = try await artifact(among: tracked, in: workspace)
        let to = try await target(of: from, among: tracked.entries, in: workspace)
        // Before anything changes: across file systems nothing can be renamed.
        if try workspace.device(of: from.parent) != workspace.device(of: to.parent) {
            throw Failure(otherFileSystemOf: from, to)
        }
        return (from, to)
    }

    private func artifact(among tracked: PointerIndex, in workspace: Workspace) async throws -> RepositoryPath {
        let found = try await workspace.select([source], among: tracked)
        let given = try workspace.path(source)
        guard found.count == 1, found[0].path == given.removingPointerSuffix ?? given else {
            let places = "\(found[0].path.shellWord) \(ShellWord.quoted(destination))"
            throw Failure(
                .failed,
                "\(source) is a directory that holds artifacts, not one itself",
                hints: ["move them one by one: `git model mv \(places)`"]
            )
        }
        return found[0].path
    }

    private func target(
        of source: RepositoryPath,
        among tracked: [PointerIndex.Entry],
        in workspace: Workspace
    ) async throws -> RepositoryPath {
        let isTop = workspace.isTop(destination)
        let name = try RepositoryPath(source.name)
        var target = isTop ? name : try workspace.path(destination)
        let isDirectory = try FileStatus.of(workspace.location(of: target))?.kind == .directory
        if !isTop, isDirectory || destination.hasSuffix("/") { target = target.appending(name) }
        func refusal(_ reason: String) -> Failure { Failure(.failed, "cannot move \(source) to \(target): \(reason)") }
        guard target != source else { throw refusal("that is where it is") }
        guard !target.isInside(source) else { throw refusal("that is in the artifact itself") }
        if let reason = ArtifactName.refusal(of: target) { throw refusal(reason) }
        if let inner = try await workspace.innerRepository(around: target) {
            throw refusal("\(inner) is a repository of its own")
        }
        if let outer = tracked.first(where: { target.isInside($0.path) || $0.path.isInside(target) }) {
            throw refusal("\(outer.path) is an artifact itself")
        }
        for path in [target, target.appendingPointerSuffix] where try FileStatus.of(workspace.location(of: path)) != nil
        {
            throw refusal("\(path) is there already")
        }
        return target
    }
}

extension Workspace {
    /// Moves what is at an artifact's place, if there is something.
    fileprivate func moveBytes(of from: RepositoryPath, to: RepositoryPath) throws {
        let old = try location(of: from)
        guard try FileStatus.of(old) != nil else { return }
        let new = try location(of: to)
        do { try DurableFile.rename(old, to: new) } catch {
            // From one mount to another of the same file system nothing can be renamed either.
            guard error.errno == .improperLink else { throw error }
            throw Failure(otherFileSystemOf: from, to)
        }
    }

    /// Moves a pointer, unless that was done before.
    fileprivate func movePointer(of from: RepositoryPath, to: RepositoryPath) throws {
        let old = try location(of: from.appendingPointerSuffix)
        guard try FileStatus.of(old) != nil else { return }
        try DurableFile.rename(old, to: location(of: to.appendingPointerSuffix))
    }

    /// Makes the ignore file beside an artifact what it was before.
    fileprivate func putBack(_ bytes: [UInt8]?, asRulesFor artifact: RepositoryPath) throws {
        let file = try location(of: IgnoreFile.path(in: artifact.parent))
        guard let bytes else { return try DurableFile.remove(file) }
        try DurableFile.write(bytes, to: file, permissions: 0o666)
    }

    /// Returns the file system of a directory, or of the nearest one above it that is there.
    fileprivate func device(of directory: RepositoryPath?) throws -> UInt64? {
        guard let directory else { return try FileStatus.of(root)?.device }
        return try FileStatus.of(location(of: directory))?.device ?? device(of: directory.parent)
    }
}

extension Failure {
    /// An artifact is to go where renaming it does not lead.
    fileprivate init(otherFileSystemOf from: RepositoryPath, _ to: RepositoryPath) {
        let (old, new) = (ShellWord.quoted(from.text), ShellWord.quoted(to.text))
        self.init(
            .failed,
            "cannot move \(from) to \(to): that is on another file system",
            hints: [
                "copy it: `cp -a \(old) \(new)`, then `git model add \(new)`",
                "then remove it where it is: `git model rm \(old)`",
            ]
        )
    }
}
