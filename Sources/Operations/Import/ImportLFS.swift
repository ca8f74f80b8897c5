import Git
import Migration
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// `git model import lfs`: what Git LFS keeps of the current commit becomes artifacts, in a commit of its own.
package struct ImportLFS: Sendable {
    /// A file that Git LFS keeps.
    private struct Item {
        let path: RepositoryPath
        let pointer: LFSPointer
        let isExecutable: Bool
    }

    private let paths: [String]
    private let model: String?
    private let isDryRun: Bool

    /// Creates the operation on what lies at some paths, or everything.
    package init(_ paths: [String] = [], model: String? = nil, isDryRun: Bool = false) {
        self.paths = paths
        self.model = model
        self.isDryRun = isDryRun
    }

    /// Imports; what cannot be taken is a problem, and the rest goes on.
    package func run(in context: Context) async throws -> ImportReport {
        let started = context.now()
        let workspace = try await Workspace.open(in: context)
        let commit = try await ImportCommit(in: workspace, isDryRun: isDryRun)
        let joined = try workspace.openStore()
        var report = ImportReport(source: "lfs", isDryRun: isDryRun)
        let items = try await items(of: commit.head, in: workspace, &report)
        var batch = try await AddBatch(importingInto: workspace, store: joined.store, model: model)
        do {
            if !items.isEmpty { try batch.requireModels(for: items.map(\.path)) }
            let storage = try await workspace.lfsStorage()
            for item in items {
                do { try await take(item, storage, into: &batch, workspace, &report) } catch {
                    if context.cancellation.isCancelled { throw error }
                    report.add(item.path.text, error)
                }
            }
            if isDryRun || report.taken.isEmpty {
                batch.abandon()
                if !isDryRun { try commit.end() }
            } else {
                try await finish(&batch, commit, workspace, &report)
            }
            if !isDryRun { report.add(try await replacePointers(workspace, joined.store)) }
        } catch {
            batch.abandon()
            throw error
        }
        context.progress.finish()
        report.nanoseconds = context.now() - started
        return report
    }

    // MARK: Finding

    private func items(
        of head: GitObjectID,
        in workspace: Workspace,
        _ report: inout ImportReport
    ) async throws -> [Item] {
        let repository = workspace.repository
        let files = try await repository.objects.entries(in: head, matching: .all).filter(\.mode.isFile)
        let filters = try await repository.index.attribute("filter", of: files.map(\.path))
        var chosen = files.filter { filters[$0.path] == "lfs" && !$0.path.hasSuffix(Pointer.fileSuffix) }
        if let wanted = try workspace.importPaths(paths)?.map({ GitPath($0.text) }) {
            for (argument, path) in zip(paths, wanted)
            where !chosen.contains(where: { $0.path == path || $0.path.isInside(path) }) {
                throw Failure(.failed, "\(argument) is nothing that Git LFS keeps in the current commit")
            }
            chosen = chosen.filter { file in wanted.contains { file.path == $0 || file.path.isInside($0) } }
        }
        let blobs = try await repository.objects.smallBlobs(chosen.map(\.id), limit: Int64(LFSPointer.byteLimit))
        var items: [Item] = []
        for file in chosen {
            do {
                if let item = try item(file, blobs[file.id]) { items.append(item) }
            } catch { report.add(file.path.description, error) }
        }
        return try await withoutFilteredPointers(items, workspace, &report)
    }

    private func item(_ file: GitTreeEntry, _ text: [UInt8]?) throws -> Item? {
        // Git LFS leaves an empty file as it is.
        if text?.isEmpty == true { return nil }
        let path = try RepositoryPath(bytes: file.path.bytes)
        guard let text, text.starts(with: "version ".utf8) else {
            throw Failure(
                .failed,
                "Git has it itself, though .gitattributes gives it to Git LFS",
                hints: ["make it an artifact: `git model add \(path.shellWord)`"]
            )
        }
        return Item(path: path, pointer: try LFSPointer(parsing: text), isExecutable: file.mode.isExecutable)
    }

    /// Leaves out those of which Git LFS would take our pointers or ignore lines, too.
    private func withoutFilteredPointers(
        _ items: [Item],
        _ workspace: Workspace,
        _ report: inout ImportReport
    ) async throws -> [Item] {
        func companions(_ item: Item) -> [GitPath] {
            [item.path.appendingPointerSuffix, IgnoreFile.path(in: item.path.parent)].map { GitPath($0.text) }
        }
        let filters = try await workspace.repository.index.attribute(
            "filter",
            of: Array(Set(items.flatMap(companions)))
        )
        return items.filter { item in
            guard companions(item).contains(where: { filters[$0] == "lfs" }) else { return true }
            let failure = Failure(
                .failed,
                "its pattern in .gitattributes would give its pointer to Git LFS, too",
                hints: [
                    "put these lines behind the pattern, and commit them: `*.mver -filter` and `.gitignore -filter`",
                    "then the same command again",
                ]
            )
            report.add(item.path.text, failure)
            return false
        }
    }

    // MARK: Taking

    private func take(
        _ item: Item,
        _ storage: FilePath,
        into batch: inout AddBatch,
        _ workspace: Workspace,
        _ report: inout ImportReport
    ) async throws {
        try await batch.requireAddable(item.path)
        let candidates = [
            (path: storage.appending(item.pointer.place), origin: ImportOrigin.cache),
            (path: try workspace.location(of: item.path), origin: .workTree),
        ]
        var damaged: FilePath?
        for (path, origin) in candidates {
            guard let status = try FileStatus.of(path), status.kind == .regular else { continue }
            if status.size == item.pointer.size {
                let file = ImportedFile(path: path, status: status, origin: origin)
                if isDryRun { return report.artifacts.append(ImportReport.Artifact(item.path, item.pointer, origin)) }
                batch.begin(item.path.text, byteCount: status.size)
                let pointer = try await ImportIngest(session: batch.session).add(file)
                if pointer.oid == item.pointer.oid {
                    let result = ArtifactIngest.Result(pointer: pointer, fileCount: 1)
                    batch.take(item.path, result, isExecutable: item.isExecutable)
                    return report.artifacts.append(ImportReport.Artifact(item.path, item.pointer, origin))
                }
            }
            if origin == .cache { damaged = path }
        }
        if let damaged {
            throw Failure(
                .verification,
                "its bytes: \(damaged) does not have the SHA-256 that its name says",
                hints: ["take it away, and get it anew: `git lfs fsck`, then `git lfs pull`"]
            )
        }
        throw Failure(
            .failed,
            "its bytes are not here",
            hints: ["get what is not here: `git lfs pull`, then the same command again"]
        )
    }

    // MARK: Committing

    private func finish(
        _ batch: inout AddBatch,
        _ commit: ImportCommit,
        _ workspace: Workspace,
        _ report: inout ImportReport
    ) async throws {
        let taken = try report.taken.map { try RepositoryPath($0.path) }
        let repository = workspace.repository
        // The store first: where it is full, nothing is staged.
        try batch.seal()
        try await commit.begin(
            changing: taken.map { IgnoreFile.path(in: $0.parent) },
            staging: taken + taken.map(\.appendingPointerSuffix)
        )
        // Here and not by the batch, which would say of each that the history keeps it.
        try await repository.index.untrack(taken.map { GitPath($0.text) })
        var added = Add.Report()
        try await batch.commit(stages: true, into: &added)
        (report.bytesRead, report.bytesStored) = (added.bytesRead, added.bytesStored)
        report.warnings += added.warnings
        report.commit = try await commit.make(report.subject(of: "Git LFS"))?.hex
        report.hints.append("commits before this one still need Git LFS: keep it for them")
        report.hints += try await workspace.unusedLFSPatterns().map {
            "nothing uses this line of .gitattributes any more: `git lfs untrack \(ShellWord.quoted($0))`"
        }
    }

    /// Writes artifacts where the work tree has LFS's pointers to them in their place, as in a clone without their
    /// bytes; also what an import before took that was stopped right after its commit.
    private func replacePointers(
        _ workspace: Workspace,
        _ store: LocalStore
    ) async throws -> Workspace.RestoreResult {
        var replaced: [PointerIndex.Entry] = []
        for artifact in try await workspace.pointers().entries where artifact.pointer.kind == .file {
            guard let place = try? workspace.location(of: artifact.path), let status = try FileStatus.of(place),
                status.kind == .regular, status.size < LFSPointer.byteLimit,
                let text = try? LFSPointer(parsing: DurableFile.read(place, limit: LFSPointer.byteLimit)),
                text.oid == artifact.pointer.oid
            else { continue }
            replaced.append(artifact)
        }
        guard !replaced.isEmpty else { return Workspace.RestoreResult() }
        try store.refresh()
        return try await workspace.restore(replaced, from: store, isForced: true)
    }
}

extension ImportReport.Artifact {
    /// Creates an artifact that comes from Git LFS.
    fileprivate init(_ path: RepositoryPath, _ pointer: LFSPointer, _ origin: ImportOrigin) {
        self.init(
            path: path.text,
            change: "new",
            kind: ArtifactKind.file.rawValue,
            size: pointer.size,
            oid: pointer.oid.description,
            origin: origin.text
        )
    }
}

extension Workspace {
    /// Where Git LFS keeps the bytes of this repository: `lfs.storage`, which counts from the Git directory.
    fileprivate func lfsStorage() async throws -> FilePath {
        let storage = try await repository.program.configuration().value("lfs.storage") ?? "lfs"
        return repository.layout.commonDirectory.pushing(FilePath(storage)).appending("objects")
    }

    /// Returns the patterns that give files to Git LFS, where no tracked file is given to it any more.
    fileprivate func unusedLFSPatterns() async throws -> [String] {
        let all = try await repository.index.entries()
        guard try await !repository.index.attribute("filter", of: all.map(\.path)).values.contains("lfs") else {
            return []
        }
        var patterns: [String] = []
        let files = all.filter { $0.path.lastComponent.elementsEqual(".gitattributes".utf8) && $0.mode.isFile }
        let blobs = try await repository.objects.smallBlobs(files.map(\.id), limit: 1 << 20)
        for file in files {
            for line in String(decoding: blobs[file.id] ?? [], as: UTF8.self).split(whereSeparator: \.isNewline) {
                let words = line.split(whereSeparator: \.isWhitespace)
                if words.dropFirst().contains("filter=lfs"), let pattern = words.first {
                    patterns.append(String(pattern))
                }
            }
        }
        return patterns
    }
}
