import Git
import ModelCore
import Registry
import Store
import SystemIO
import SystemPackage

/// The artifacts of one `add`: their bytes go to the store one after the other, then everything in Git changes at once.
struct AddBatch {
    private struct Added {
        let path: RepositoryPath
        let result: ArtifactIngest.Result
        let isExecutable: Bool
        let hasFollowedLinks: Bool
        let previous: PointerIndex.Entry?

        /// Whether Git knows of the artifact; one of a command that was killed before it staged anything is still new.
        var isNew: Bool { previous?.isTracked != true }
    }

    /// From this size on, an artifact is made a base of others that the same command adds.
    private static let readableByteCount: Int64 = 4 << 20

    private let workspace: Workspace
    private let store: LocalStore
    /// What the bytes go through, of artifacts and of whatever else is to be in the store when this is committed.
    let session: IngestSession
    private var models: ModelAssignment
    private let tally: ProgressTally
    private let tracked: [RepositoryPath: PointerIndex.Entry]
    /// The artifacts whose pointers cannot be read, which `add` writes anew.
    private let unreadable: [RepositoryPath: PointerIndex.Damage]
    private var cache: StatCache
    private var added: [Added] = []
    /// Objects without a pointer that are to be in the store, too.
    private var others: [Pointer] = []
    /// What the store grew by, once it knows of the objects.
    private var storedByteCount: Int64?

    init(_ workspace: Workspace, store: LocalStore, models: ModelAssignment, tracked index: PointerIndex) throws {
        self.workspace = workspace
        self.store = store
        self.models = models
        cache = workspace.openStatCache()
        let tally = ProgressTally(phase: "adding", sink: workspace.context.progress)
        self.tally = tally
        tracked = Dictionary(index.entries.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        unreadable = Dictionary(
            index.damaged.compactMap { damage in damage.artifact.map { ($0, damage) } },
            uniquingKeysWith: { first, _ in first }
        )
        session = try IngestSession(
            store,
            pool: workspace.pool,
            known: workspace.knownFiles,
            cancellation: workspace.context.cancellation,
            progress: tally.add
        )
    }

    /// Gives up what was added.
    func abandon() { session.abandon() }

    /// Whether nothing was added.
    var isEmpty: Bool { added.isEmpty }

    /// Throws where it is left open which model an artifact belongs to.
    func requireModels(for paths: [RepositoryPath]) throws {
        try models.requireModels(for: paths, known: Set(tracked.keys).union(unreadable.keys))
    }

    /// Puts one artifact into the store; with `followsLinks`, what links that lead out of it lead to.
    mutating func add(_ path: RepositoryPath, followsLinks: Bool) async throws {
        try await requireAddable(path)
        let included = try await workspace.includedFiles(of: path)
        let place = try workspace.location(of: path)
        guard let files = try ArtifactFiles(at: place, followsLinks: followsLinks, isIncluded: included) else {
            throw Failure(.failed, "no such file or directory")
        }
        tally.begin(path.text, byteCount: files.byteCount)
        let previous = tracked[path]
        if let previous, try await isUnchanged(files, previous.pointer) {
            added.append(
                Added(
                    path: path,
                    result: ArtifactIngest.Result(pointer: previous.pointer, fileCount: files.files.count),
                    isExecutable: files.isExecutable,
                    hasFollowedLinks: files.hasFollowedLinks,
                    previous: previous
                )
            )
            return
        }
        let bases = try await bases(for: path, previous: previous?.pointer, committed: committed(path))
        let result = try await ArtifactIngest(session: session).add(files, bases: bases, cache: &cache)
        for note in result.notes {
            let place = note.name.isEmpty ? path.text : "\(path)/\(note.name)"
            workspace.context.progress.detail("\(place): \(note.text)")
        }
        added.append(
            Added(
                path: path,
                result: result,
                isExecutable: files.isExecutable,
                hasFollowedLinks: files.hasFollowedLinks,
                previous: previous
            )
        )
    }

    /// Throws where no artifact may be at a path.
    func requireAddable(_ path: RepositoryPath) async throws {
        if let reason = ArtifactName.refusal(of: path) { throw Failure(.failed, reason) }
        try await workspace.requireOwn(path)
        try requireNoOverlap(path)
        if let damage = unreadable[path], damage.kind == .newerVersion {
            // What this version cannot read, it must not replace.
            throw Failure(.failed, "\(damage.path): \(damage.problem)", hints: ["install a newer git-model"])
        }
        if let damage = unreadable[path], damage.kind == .foreign {
            throw Failure(.failed, "\(damage.path) is in the way, and is no pointer", hints: [damage.renaming])
        }
    }

    /// Makes an artifact of bytes that the session has already, wherever they came from.
    mutating func take(_ path: RepositoryPath, _ result: ArtifactIngest.Result, isExecutable: Bool) {
        let previous = tracked[path]
        added.append(
            Added(path: path, result: result, isExecutable: isExecutable, hasFollowedLinks: false, previous: previous)
        )
    }

    /// How many artifacts were added or taken so far.
    var count: Int { added.count }

    /// Leaves out what was added or taken after as many artifacts; its bytes are in the store, for collection.
    mutating func leaveOut(after count: Int) { added.removeLast(added.count - count) }

    /// Leaves out artifacts whose bytes are not those of their pointers, but those that their pointers have in other
    /// commits, or anywhere in an index; returns them.
    ///
    /// Bytes that the store has and no commit names are work all the same: those of an `add` that was killed, for one.
    mutating func leaveOutEarlierVersions(except named: [RepositoryPath]) async throws -> [RepositoryPath] {
        var stale = added.filter { item in
            guard let previous = item.previous, !named.contains(item.path) else { return false }
            return previous.pointer != item.result.pointer
        }
        guard !stale.isEmpty else { return [] }
        // All of history is read only where its bytes can be.
        let known = try workspace.acknowledgedAnywhere()
        stale.removeAll { item in
            let pointer = item.result.pointer
            return !known.contains(pointer.oid) && !Closure(of: [pointer], in: store).isComplete
        }
        guard !stale.isEmpty else { return [] }
        let versions = Dictionary(grouping: try await workspace.historicalArtifacts(), by: \.path)
        stale.removeAll { item in
            !(versions[item.path]?.contains { $0.pointer == item.result.pointer } ?? false)
        }
        let paths = stale.map(\.path)
        added.removeAll { paths.contains($0.path) }
        return paths
    }

    /// Keeps an object without a pointer that the session has.
    mutating func keep(_ pointer: Pointer) { others.append(pointer) }

    /// Says that the bytes of something are read next.
    func begin(_ name: String, byteCount: Int64) { tally.begin(name, byteCount: byteCount) }

    /// A pointer inside another's artifact would be restored over, or tracked twice.
    private func requireNoOverlap(_ path: RepositoryPath) throws {
        for other in Array(tracked.keys) + Array(unreadable.keys) + added.map(\.path) where other != path {
            if path.isInside(other) {
                throw Failure(
                    .failed,
                    "it is inside the artifact \(other)",
                    hints: ["add that: `git model add \(other.shellWord)`"]
                )
            }
            if other.isInside(path) {
                throw Failure(
                    .failed,
                    "it holds the artifact \(other)",
                    hints: ["stop tracking that first: `git model rm --cached \(other.shellWord)`"]
                )
            }
        }
    }

    /// Returns the tensors that new ones may be stored as differences to: those of the artifact's previous version,
    /// else of what the model was made from, and of related artifacts.
    private func bases(for path: RepositoryPath, previous: Pointer?, committed: Pointer?) async throws -> BaseCatalog {
        if let previous { return BaseCatalog(of: [previous], comparedWith: committed ?? previous, in: store) }
        let fresh = Dictionary(added.map { ($0.path, $0.result.pointer) }, uniquingKeysWith: { first, _ in first })
        let known = tracked.mapValues(\.pointer).merging(fresh) { $1 }
        let related = RelatedArtifacts(known).nearest(to: path)
        // What this command added can be read only once it is written; for little, that costs more than it saves.
        if related.contains(where: { fresh[$0].map { $0.size >= AddBatch.readableByteCount } ?? false }) {
            try session.makeReadable()
        }
        return BaseCatalog(of: await declaredBase(of: path) + related.compactMap { known[$0] }, in: store)
    }

    /// Returns the artifacts of the version that a model's description names as what it was made from.
    private func declaredBase(of path: RepositoryPath) async -> [Pointer] {
        guard let name = models.base(of: path), let version = try? await workspace.resolve(name),
            let pointers = try? await workspace.pointers(of: version)
        else { return [] }
        return pointers.entries.map(\.pointer)
    }

    /// Returns what the last commit's pointer of an artifact names; `nil` where it has none that can be read.
    private func committed(_ path: RepositoryPath) async -> Pointer? {
        let objects = workspace.repository.objects
        let file = GitPath(path.appendingPointerSuffix.text)
        guard let head = try? await objects.head().commit,
            let bytes = try? await objects.file(at: file, in: head, limit: Int64(Pointer.byteLimit))
        else { return nil }
        return try? Pointer(parsing: bytes)
    }

    /// Looks only at the stat cache: what is not known there is read by the session, once.
    private func isUnchanged(_ files: ArtifactFiles, _ previous: Pointer) async throws -> Bool {
        guard files.files.allSatisfy({ $0.status.kind == .regular && cache.oid(of: $0.status) != nil }) else {
            return false
        }
        var copy = cache
        let hash = ArtifactHash(pool: workspace.pool, cancellation: workspace.context.cancellation)
        let pointer = try await hash.pointer(of: files, cache: &copy)
        return pointer == previous && Closure(of: [pointer], in: store).isComplete
    }

    /// Makes the store know of the objects; nothing can be added after that.
    mutating func seal() throws {
        guard storedByteCount == nil else { return }
        storedByteCount = try session.finish(pointers: added.map(\.result.pointer) + others).stored
        cache.save()
    }

    /// Makes the store know of the objects, then writes pointers, ignore lines and the model's description, and stages
    /// them.
    mutating func commit(stages: Bool, into report: inout Add.Report) async throws {
        try seal()
        workspace.context.progress.finish()
        report.bytesRead = tally.byteCount
        report.bytesStored = storedByteCount ?? 0
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        if stages, !added.isEmpty { try await workspace.repository.index.requireUnlocked() }
        // Read again: another command may have described something since.
        models = try models.renewed(among: workspace.models())
        let descriptions = try workspace.writable(models.descriptions(listing: added.map(\.path)))
        // Before anything is written: without its description, an artifact is no model's.
        for model in descriptions { try workspace.requireReadable(model) }
        for item in added { try write(item) }
        for model in descriptions where try !workspace.write(model).isEmpty && models.isNew(model) {
            report.warnings.append("model \(model.name) is new: \(model.path) describes it")
        }
        let taken = try await workspace.takeFromGit(added.map(\.path), stages: stages)
        report.warnings += taken.warnings
        report.warnings += try await hidingRules()
        // Not what changed just now, but what Git's index lacks: an earlier command may have been stopped before it
        // staged.
        let unstaged = try await unstagedFiles(with: descriptions)
        report.artifacts = added.map { row($0, isStaged: !unstaged.contains($0.path.appendingPointerSuffix)) }
            .sorted { $0.path < $1.path }
        if stages { try await workspace.repository.index.stage(unstaged.map { GitPath($0.text) }) }
        try await replaceLinks(into: &report)
        report.hints += hints(changed: unstaged, stages: stages)
    }

    /// Returns the files that this batch is responsible for and that are not staged as they are.
    private func unstagedFiles(with descriptions: [ModelDescription]) async throws -> [RepositoryPath] {
        guard !added.isEmpty else { return [] }
        var paths = added.map(\.path.appendingPointerSuffix)
        paths += Set(added.map { IgnoreFile.path(in: $0.path.parent) })
        paths += try descriptions.map { try RepositoryPath($0.path) }
        let unstaged = try await workspace.repository.index.unstaged(paths.map { GitPath($0.text) })
        return paths.filter { unstaged.contains(GitPath($0.text)) }
    }

    /// Puts what followed links lead to in their place, as a checkout would: else the artifact would differ from its
    /// pointer.
    private func replaceLinks(into report: inout Add.Report) async throws {
        let followed = Set(added.filter(\.hasFollowedLinks).map(\.path))
        guard !followed.isEmpty else { return }
        try store.refresh()
        let artifacts = try await PointerIndex.workTree(of: workspace.repository).entries
            .filter { followed.contains($0.path) }
        report.problems += try await workspace.restore(artifacts, from: store, isForced: true).problems
    }

    /// Returns a warning for each rule that hides a pointer from Git: it is staged all the same, but the next may be
    /// forgotten.
    private func hidingRules() async throws -> [String] {
        let pointers = added.map { GitPath($0.path.appendingPointerSuffix.text) }
        let rules = try await workspace.repository.index.ignoringRules(for: pointers)
        var seen: Set<GitIgnoreRule> = []
        return pointers.compactMap { pointer in
            guard let rule = rules[pointer], seen.insert(rule).inserted else { return nil }
            return "line \(rule.line) of \(rule.source) (\(rule.pattern)) hides pointers such as \(pointer) from Git: "
                + "take it out, git-model keeps artifacts out of Git itself"
        }
    }

    /// Writes a pointer where there is none, or another.
    private func write(_ item: Added) throws {
        let location = try workspace.location(of: item.path.appendingPointerSuffix)
        let bytes = item.result.pointer.encoded
        if let status = try FileStatus.of(location), status.kind == .regular, status.size <= Pointer.byteLimit,
            status.isExecutable == item.isExecutable, try DurableFile.read(location, limit: Pointer.byteLimit) == bytes
        {
            return
        }
        // What comes from elsewhere need not be in the work tree, nor its directory.
        try Directories.create(location.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: location, permissions: item.isExecutable ? 0o777 : 0o666)
    }

    private func row(_ item: Added, isStaged: Bool) -> Add.Report.Artifact {
        let pointer = item.result.pointer
        let isUnchanged = item.previous?.pointer == pointer && isStaged
        return Add.Report.Artifact(
            path: item.path.text,
            change: item.isNew && unreadable[item.path] == nil ? "new" : isUnchanged ? "unchanged" : "modified",
            kind: pointer.kind.rawValue,
            files: item.result.fileCount,
            size: pointer.size,
            oid: pointer.oid.description
        )
    }

    private func hints(changed: [RepositoryPath], stages: Bool) -> [String] {
        let pointers = changed.filter { $0.removingPointerSuffix != nil }
        guard !pointers.isEmpty else { return [] }
        let what = pointers.count == 1 ? "the pointer" : "the pointers"
        return stages ? ["record \(what): `git commit`"] : ["stage \(what): `git add \(pointers[0].shellWord)`"]
    }
}

extension ArtifactFiles {
    /// Whether the artifact is one executable file.
    var isExecutable: Bool { kind == .file && files[0].status.isExecutable }
}
