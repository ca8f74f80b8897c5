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

    /// Moves and stages, or refuses before anything changed.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        _ = joined.store
        let tracked = try await workspace.pointers()
        let from = try await artifact(among: tracked, in: workspace)
        let to = try await target(of: from, among: tracked.entries, in: workspace)
        let old = try workspace.location(of: from)
        let new = try workspace.location(of: to)
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        let hasBytes = try FileStatus.of(old) != nil
        try await workspace.repository.index.requireUnlocked()
        try Directories.create(new.removingLastComponent(), durable: false)
        // Ignored before it is there, so that Git never sees the bytes.
        var (changed, warnings) = try await workspace.takeFromGit([to], stages: true)
        if hasBytes { try DurableFile.rename(old, to: new) }
        try DurableFile.rename(
            workspace.location(of: from.appendingPointerSuffix),
            to: workspace.location(of: to.appendingPointerSuffix)
        )
        if let ignoreFile = try workspace.unignore(from), !changed.contains(ignoreFile) { changed.append(ignoreFile) }
        for var model in try workspace.models() where model.remove(from) {
            model.add(to)
            changed += try workspace.write(model)
        }
        try await workspace.repository.index.untrack([GitPath(from.appendingPointerSuffix.text)])
        try await workspace.repository.index.stage([GitPath(to.appendingPointerSuffix.text)])
        try await workspace.stageOrForget(changed)
        try workspace.removeEmptyDirectories(above: from)
        return Report(source: from.text, destination: to.text, hasBytes: hasBytes, warnings: warnings)
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
