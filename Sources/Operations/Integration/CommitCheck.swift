import Git
import Migration
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// What `pre-commit` looks at: what the commit changes, and whether artifacts changed without their pointers.
struct CommitCheck {
    private static let weightByteCount: Int64 = 1 << 20

    private let workspace: Workspace

    init(in workspace: Workspace) { self.workspace = workspace }

    /// Checks the staged changes; each problem blocks the commit.
    func run() async throws -> Hook.Report {
        let repository = workspace.repository
        let changes = try await repository.index.changes(since: repository.objects.head().commit)
        let files = changes.filter { $0.status != .deleted && $0.status != .unmerged && $0.newMode.isFile }
        var report = Hook.Report()
        let joined = try workspace.openStore()
        try await checkPointers(files.filter { $0.path.hasSuffix(Pointer.fileSuffix) }, joined.store, &report)
        try await checkDescriptions(files, &report)
        try await checkMaps(files, &report)
        try await checkSizes(
            files.filter { !$0.path.hasSuffix(Pointer.fileSuffix) },
            before: Set(changes.map(\.oldID)),
            &report
        )
        try await checkArtifacts(joined.store, &report)
        return report
    }

    private func checkPointers(_ files: [GitIndexChange], _ store: LocalStore, _ report: inout Hook.Report) async throws
    {
        guard !files.isEmpty else { return }
        let index = try await PointerIndex.read(
            files.map { (path: $0.path, mode: $0.newMode, id: $0.newID) },
            in: workspace.repository
        )
        for damage in index.damaged {
            report.problems.append(Problem(damage.path, message: "it is no pointer: \(damage.problem)"))
        }
        var acknowledged: Set<Digest>?
        for artifact in index.entries where !Closure(of: [artifact.pointer], in: store).isComplete {
            let known = try acknowledged ?? workspace.acknowledgedAnywhere()
            acknowledged = known
            if known.contains(artifact.pointer.oid) { continue }
            let pointer = artifact.path.appendingPointerSuffix.text
            guard let id = files.first(where: { $0.path.text == pointer })?.newID else { continue }
            if try await isCommitted(id, ":(top,glob)**/*\(Pointer.fileSuffix)") { continue }
            report.problems.append(
                Problem(pointer, message: "the bytes that it names are neither here nor in a remote that is known")
            )
            let isHere = try FileStatus.of(workspace.location(of: artifact.path)) != nil
            report.hints = [
                isHere
                    ? "add the artifact itself: `git model add \(artifact.path.shellWord)`"
                    : "get the artifact from where its bytes are: `git model pull`"
            ]
        }
    }

    /// A description that is none keeps everybody from tagging, and is one with the marks of a conflict, as a rule.
    private func checkDescriptions(_ files: [GitIndexChange], _ report: inout Hook.Report) async throws {
        for file in files {
            let path = file.path.description
            guard let model = ModelDescription.model(at: path) else { continue }
            let limit = Int64(ModelDescription.byteLimit)
            let bytes = try await workspace.repository.objects.blob(file.newID, limit: limit)
            if ConflictedText(bytes) != nil {
                report.problems.append(Problem(path, message: "it has a merge conflict"))
                report.hints.append(Failure.unmergedDescriptionHint(path))
                continue
            }
            do { _ = try ModelDescription(model, parsing: bytes) } catch {
                report.problems.append(Problem(path, message: "it describes no model: \(error.problem)"))
            }
        }
    }

    /// A map of imports with the marks of a conflict brings back nothing.
    private func checkMaps(_ files: [GitIndexChange], _ report: inout Hook.Report) async throws {
        let directory = GitPath(ImportMap.directory)
        for file in files where file.path.isInside(directory) && file.path.hasSuffix(ImportMap.fileSuffix) {
            let path = file.path.description
            let bytes = try await workspace.repository.objects.blob(file.newID, limit: ImportMap.byteLimit)
            guard ConflictedText(bytes) != nil else { continue }
            report.problems.append(Problem(path, message: "it has a merge conflict"))
            report.hints.append(Failure.unmergedImportsHint(path))
        }
    }

    /// Whether some commit has the blob already, be it one that is merged and has no branch here: then this one brings
    /// in nothing new.
    private func isCommitted(_ blob: GitObjectID, _ pathspecs: GitArgument...) async throws -> Bool {
        let named = try await workspace.repository.commitsUnderWay()
        let output = try await workspace.repository.program.run(
            ["log", "--all", "--stdin", "-m", "--max-count=1", "--format=%H", "--find-object=\(blob.hex)", "--"]
                + pathspecs,
            input: Array(named.map { $0.hex + "\n" }.joined().utf8)
        )
        return !output.bytes.isEmpty
    }

    private func checkSizes(
        _ files: [GitIndexChange],
        before: Set<GitObjectID>,
        _ report: inout Hook.Report
    ) async throws {
        // A file that only moved is in Git already.
        let entering = files.filter { !before.contains($0.newID) }
        guard !entering.isEmpty else { return }
        let sizes = try await sizes(of: entering.map(\.newID) + entering.map(\.oldID).filter { !$0.isZero })
        for file in entering {
            let size = sizes[file.newID] ?? 0
            // What was large before this commit is in Git because somebody wants it there.
            guard isLarge(file.path, size), !isLarge(file.path, sizes[file.oldID] ?? 0) else { continue }
            if try await isCommitted(file.newID) { continue }
            report.problems.append(
                Problem(file.path.description, message: "it has \(size) bytes, too many for Git's own history")
            )
            if report.problems.count == 1 {
                report.hints = [
                    "make it an artifact: `git model add \(ShellWord.quoted(file.path.description))`",
                    "or let Git have it: `git commit --no-verify`",
                ]
            }
        }
    }

    private func isLarge(_ path: GitPath, _ size: Int64) -> Bool {
        if size >= workspace.configuration.largeFileSize { return true }
        return size > CommitCheck.weightByteCount && WeightFile.isLikely(path.description)
    }

    private func sizes(of ids: [GitObjectID]) async throws -> [GitObjectID: Int64] {
        let input = Array(Set(ids).map { $0.hex + "\n" }.joined().utf8)
        let output = try await workspace.repository.program.run(
            ["cat-file", "--batch-check=%(objectname) %(objectsize)"],
            input: input
        )
        var sizes: [GitObjectID: Int64] = [:]
        for line in output.bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
            if fields.count == 2, let id = GitObjectID(fields[0]) { sizes[id] = Int64(fields[1]) }
        }
        return sizes
    }

    /// An artifact with bytes in no store is work that the commit leaves out, mostly by mistake.
    ///
    /// One that cannot be looked at, as while a training writes it, keeps nobody from committing either.
    private func checkArtifacts(_ store: LocalStore, _ report: inout Hook.Report) async throws {
        var cache = workspace.openStatCache()
        defer { cache.save() }
        let isStrict = workspace.configuration.hooksAreStrict
        var (isAnyChanged, isAnyUnknown) = (false, false)
        for artifact in try await PointerIndex.staged(in: workspace.repository).entries {
            let message: String
            do {
                guard try await isModified(artifact, store, &cache) else { continue }
                message = "it has changes that are not in this commit"
                isAnyChanged = true
            } catch {
                if workspace.context.cancellation.isCancelled { throw error }
                message = "it cannot be compared with its pointer: \(error)"
                isAnyUnknown = true
            }
            if isStrict {
                report.problems.append(Problem(artifact.path.text, message: message))
            } else {
                report.warnings.append("\(artifact.path): \(message)")
            }
        }
        if isAnyChanged { report.hints.append("record them: `git model add -u`") }
        if isStrict, isAnyUnknown { report.hints.append("commit without a look: `git commit --no-verify`") }
    }

    private func isModified(
        _ artifact: PointerIndex.Entry,
        _ store: LocalStore,
        _ cache: inout StatCache
    ) async throws -> Bool {
        let state = try await workspace.state(of: artifact, store: store, cache: &cache, lookingAtHistory: false)
        return switch state {
        case .modified, .rearranged: true
        case .current, .missing, .otherMode, .stale: false
        }
    }
}
