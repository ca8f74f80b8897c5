import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model rm`: takes artifacts out of the next version, and out of the work tree.
package struct RemoveArtifacts: Sendable {
    /// What was removed.
    package struct Report: Operations.Report {
        /// One artifact.
        package struct Artifact: Encodable, Sendable {
            /// The path in the repository.
            package let path: String
            /// Whether its bytes are still in the work tree.
            package let isKept: Bool
        }

        /// The artifacts, in the order in which they were named.
        package var artifacts: [Artifact] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
    }

    private let paths: [String]
    private let keepsBytes: Bool
    private let isForced: Bool

    /// Creates the operation; with `keepsBytes` only git-model forgets them, with `isForced` bytes that are in no store
    /// go too.
    package init(_ paths: [String], keepsBytes: Bool = false, isForced: Bool = false) {
        self.paths = paths
        self.keepsBytes = keepsBytes
        self.isForced = isForced
    }

    /// Removes and stages, or refuses before anything changed.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        let tracked = try await workspace.pointers()
        var chosen: [PointerIndex.Entry] = []
        for path in paths {
            do {
                chosen += try await workspace.select([path], among: tracked).filter { !chosen.contains($0) }
            } catch { guard try await workspace.wasRemoved(path) else { throw error } }
        }
        if !keepsBytes, !isForced { try await workspace.requireStored(chosen, joined.store) }
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        try await workspace.repository.index.requireUnlocked()
        var report = Report()
        for artifact in chosen {
            do {
                // The pointer goes last: whatever stops this before leaves a file too many, and the same command goes
                // on.
                try await workspace.forget(artifact)
                if !keepsBytes { try await workspace.removeBytes(of: artifact.path) }
                try workspace.removePointer(of: artifact.path)
                report.artifacts.append(Report.Artifact(path: artifact.path.text, isKept: keepsBytes))
            } catch {
                if context.cancellation.isCancelled { throw error }
                report.problems.append(Problem(artifact.path.text, error))
            }
        }
        if let kept = report.artifacts.first(where: \.isKept) {
            report.hints = ["Git sees the bytes now: keep them out of it by a line for /\(kept.path) in .gitignore"]
        }
        return report
    }
}

extension Workspace {
    /// Throws for an artifact whose bytes on disk are in no store: it may be the only place that has them.
    fileprivate func requireStored(_ artifacts: [PointerIndex.Entry], _ store: LocalStore) async throws {
        var cache = openStatCache()
        defer { cache.save() }
        var acknowledged: Set<Digest>?
        for artifact in artifacts {
            switch try await state(of: artifact, store: store, cache: &cache) {
            case .missing, .stale, .rearranged: break
            case .modified: throw loss(of: artifact, "it has changes that are in no store", "the changes")
            case .current, .otherMode:
                if Closure(of: [artifact.pointer], in: store).isComplete { continue }
                let known = try acknowledged ?? acknowledgedAnywhere()
                acknowledged = known
                if known.contains(artifact.pointer.oid) { continue }
                throw loss(of: artifact, "its bytes are in no store", "them")
            }
        }
    }

    private func loss(of artifact: PointerIndex.Entry, _ reason: String, _ what: String) -> Failure {
        let path = artifact.path
        return Failure(
            .failed,
            "cannot remove \(path): \(reason)",
            hints: [
                "keep the file and only forget it: `git model rm --cached \(path.shellWord)`",
                "or lose \(what): `git model rm --force \(path.shellWord)`",
            ]
        )
    }

    /// Whether the current commit has an artifact that neither the index nor the work tree has: this command was killed
    /// behind it.
    fileprivate func wasRemoved(_ path: String) async throws -> Bool {
        guard let head = try await repository.objects.head().commit else { return false }
        let committed = try await PointerIndex.at(head, in: repository).entries
        guard let found = try? select([path], among: committed) else { return false }
        let pointers = found.map { GitPathspec.path(GitPath($0.path.appendingPointerSuffix.text)) }
        return try await repository.index.entries(pointers).isEmpty
    }

    /// Takes away an artifact's line in an ignore file and its place in descriptions, and stages that and that its
    /// pointer goes.
    fileprivate func forget(_ artifact: PointerIndex.Entry) async throws {
        let path = artifact.path
        try requireMerged(listing: path)
        var changed = Set(try await stagedFiles(naming: path))
        if let ignoreFile = try await unignore(path) { changed.insert(ignoreFile) }
        for var model in try models() where model.remove(path) { changed.formUnion(try write(model)) }
        try await stageOrForget(changed.sorted())
        try await repository.index.untrack([GitPath(path.appendingPointerSuffix.text)])
    }

    /// The ignore file and descriptions that name an artifact in the index; a command that was killed may have changed
    /// them on disk.
    func stagedFiles(naming artifact: RepositoryPath) async throws -> [RepositoryPath] {
        let ignoreFile = IgnoreFile.path(in: artifact.parent)
        let places = [ignoreFile.text, ModelDescription.directory].map { GitPathspec.path(GitPath($0)) }
        let entries = try await repository.index.entries(places).filter { $0.stage == 0 && $0.mode.isFile }
        let blobs = try await repository.objects.blobs(entries.map(\.id), limit: 16 << 20)
        return entries.compactMap { entry in
            guard let bytes = blobs[entry.id], let path = try? RepositoryPath(bytes: entry.path.bytes) else {
                return nil
            }
            var file = IgnoreFile(bytes)
            if path == ignoreFile { return file.unignore(artifact.name) ? path : nil }
            let model = try? ModelDescription(ModelName("staged"), parsing: bytes)
            return model?.artifacts.contains(artifact) == true ? path : nil
        }
    }

    fileprivate func removePointer(of path: RepositoryPath) throws {
        try DurableFile.remove(location(of: path.appendingPointerSuffix))
        try removeEmptyDirectories(above: path)
    }

    /// Removes an artifact from the work tree, and directories that are empty then; what `.mverignore` leaves out of it
    /// stays.
    fileprivate func removeBytes(of path: RepositoryPath) async throws {
        let location = try location(of: path)
        guard try FileStatus.of(location)?.kind == .directory else {
            try DurableFile.remove(location)
            return try removeEmptyDirectories(above: path)
        }
        let isIncluded = try await includedFiles(of: path)
        for entry in try DirectoryWalk.entries(under: location) where isIncluded(try RepositoryPath(entry.path)) {
            try DurableFile.remove(location.appending(entry.path))
        }
        try Directories.removeEmptyDirectories(in: location)
        if try Directories.removeIfEmpty(location) { try removeEmptyDirectories(above: path) }
    }

    /// Removes the directories above a path that have nothing in them any more.
    func removeEmptyDirectories(above path: RepositoryPath) throws {
        var directory = path.parent
        while let current = directory, try location(of: current) != context.workingDirectory,
            try Directories.removeIfEmpty(location(of: current))
        {
            directory = current.parent
        }
    }

    /// Stages files that were changed; an ignore file in which nothing is left is removed, and what a sparse checkout
    /// leaves out is as it was.
    func stageOrForget(_ changed: [RepositoryPath]) async throws {
        var present: [GitPath] = []
        var absent: [GitPath] = []
        for path in changed {
            let location = try location(of: path)
            let status = try FileStatus.of(location)
            if path.name == ".gitignore", status?.size == 0 {
                try DurableFile.remove(location)
                try await repository.index.untrack([GitPath(path.text)])
            } else if status == nil {
                absent.append(GitPath(path.text))
            } else {
                present.append(GitPath(path.text))
            }
        }
        let leftOut = Set(try await repository.leftOut(absent.map { .path($0) }).map(\.path))
        try await repository.index.stage(present + absent.filter { !leftOut.contains($0) })
    }
}
