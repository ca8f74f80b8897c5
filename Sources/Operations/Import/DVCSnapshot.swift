import Git
import Migration
import ModelCore

/// What DVC keeps of a commit, as the commit's `.dvc` files and `dvc.lock`s name it.
struct DVCSnapshot: Sendable {
    /// What DVC keeps, by path, none inside another.
    private(set) var outputs: [DVCOutput] = []
    /// What cannot be taken.
    private(set) var refusals: [DVCRefusal] = []
    /// The `.dvc` files and `dvc.lock`s that were read.
    private(set) var sources: [RepositoryPath] = []
    /// The keys of what people noted in `.dvc` files (`desc`, `meta` and the like).
    private(set) var notes: Set<String> = []
    /// The `.dvc` files that are stages of pipelines (DVC before 1).
    private(set) var stages: Set<RepositoryPath> = []
    /// The files that name more than is left of this snapshot.
    private(set) var partial: Set<String> = []
    /// Whether the commit has pipelines (`dvc.yaml`, or stages of their own).
    private(set) var hasPipelines = false
    /// The `.dvcignore`s that have a rule.
    private(set) var ignoreFiles: [RepositoryPath] = []

    private static let lockName = "dvc.lock"
    private static let pipelineName = "dvc.yaml"
    private static let suffix = ".dvc"

    /// Reads a commit; a file that is damaged is among the refusals.
    static func at(_ commit: GitObjectID, in repository: GitRepository) async throws -> DVCSnapshot {
        let tree = try await repository.objects.entries(in: commit, matching: .all)
        var files: [(path: RepositoryPath, entry: GitTreeEntry)] = []
        var snapshot = DVCSnapshot()
        for entry in tree where DVCSnapshot.isOfDVC(entry.path) {
            guard let path = try? RepositoryPath(bytes: entry.path.bytes) else { continue }
            if entry.mode.isFile {
                files.append((path, entry))
            } else {
                snapshot.refuse(path.text, "it is no plain file")
            }
        }
        let blobs = try await repository.objects.smallBlobs(files.map(\.entry.id), limit: DVCOutputs.byteLimit)
        let pipelines = files.filter { $0.path.name == pipelineName }
        for (path, entry) in files where path.name.hasSuffix(suffix) || path.name == lockName {
            guard let bytes = blobs[entry.id] else {
                snapshot.refuse(path.text, "it has too many bytes for a file of DVC")
                continue
            }
            let pipeline = pipelines.first { $0.path.parent == path.parent }.flatMap { blobs[$0.entry.id] }
            snapshot.read(path, bytes, pipeline: pipeline)
        }
        snapshot.hasPipelines = !pipelines.isEmpty || !snapshot.stages.isEmpty
        snapshot.ignoreFiles = files.filter { $0.path.name == ".dvcignore" && hasRules(blobs[$0.entry.id]) }.map(\.path)
        snapshot.leaveOut(trackedIn: tree)
        snapshot.disentangle()
        return snapshot
    }

    /// Returns the same with only what lies at these paths, or is named by a file there.
    func limited(to paths: [RepositoryPath]) -> DVCSnapshot {
        func isMeant(_ path: RepositoryPath) -> Bool { paths.contains { $0 == path || path.isInside($0) } }
        func concerns(_ refusal: DVCRefusal) -> Bool {
            [refusal.subject, refusal.source].contains { text in (try? RepositoryPath(text)).map(isMeant) ?? false }
        }
        func names(_ output: DVCOutput) -> Bool { isMeant(output.path) || isMeant(output.source) }
        var limited = self
        limited.outputs = outputs.filter { names($0) }
        limited.refusals = refusals.filter { concerns($0) }
        limited.partial = Set(outputs.filter { !names($0) }.map(\.source.text))
        limited.partial.formUnion(refusals.filter { !concerns($0) }.map(\.source))
        limited.sources.removeAll { source in
            !isMeant(source) && !limited.outputs.contains { $0.source == source }
        }
        return limited
    }

    private static func isOfDVC(_ path: GitPath) -> Bool {
        let name = String(decoding: path.lastComponent, as: UTF8.self)
        guard name.hasSuffix(suffix) && name != suffix || [lockName, pipelineName, ".dvcignore"].contains(name) else {
            return false
        }
        // DVC's own directory has no data of the user's.
        let directories = path.bytes.split(separator: UInt8(ascii: "/")).dropLast()
        return !directories.contains { $0.elementsEqual(suffix.utf8) }
    }

    private static func hasRules(_ bytes: [UInt8]?) -> Bool {
        bytes?.split(separator: UInt8(ascii: "\n")).contains { $0.first != UInt8(ascii: "#") } ?? true
    }

    private mutating func refuse(_ subject: String, _ reason: String, of source: String? = nil) {
        refusals.append(DVCRefusal(subject: subject, reason: reason, source: source ?? subject))
    }

    private mutating func read(_ path: RepositoryPath, _ bytes: [UInt8], pipeline: [UInt8]?) {
        do throws(FormatError) {
            let isLock = path.name == DVCSnapshot.lockName
            let found =
                try isLock
                ? DVCOutputs(lock: bytes, pipeline: pipeline, at: path) : DVCOutputs(stage: bytes, at: path)
            outputs += found.outputs
            refusals += found.refusals
            notes.formUnion(found.notes)
            sources.append(path)
            if found.hasCommand { stages.insert(path) }
        } catch {
            refuse(path.text, "\(error)")
        }
    }

    /// Leaves out what Git itself has, as it does of outputs that a pipeline does not cache.
    private mutating func leaveOut(trackedIn tree: [GitTreeEntry]) {
        func isTracked(_ output: DVCOutput) -> Bool {
            let path = GitPath(output.path.text)
            let position = tree.start { $0.path < path }
            if position < tree.count, tree[position].path == path { return true }
            let inner = GitPath(output.path.text + "/")
            let next = tree.start { $0.path < inner }
            return next < tree.count && tree[next].path.isInside(path)
        }
        let tracked = Set(outputs.filter(isTracked))
        for output in tracked.sorted(by: { $0.path < $1.path }) where output.source.name != DVCSnapshot.lockName {
            refuse(output.path.text, "Git has it itself, though \(output.source) names it", of: output.source.text)
        }
        outputs.removeAll { tracked.contains($0) }
    }

    /// Leaves out what is named twice, or lies inside something else that is named.
    private mutating func disentangle() {
        outputs.sort { ($0.path, $0.source) < ($1.path, $1.source) }
        var kept: [RepositoryPath: DVCOutput] = [:]
        for output in outputs {
            var outer: RepositoryPath? = output.path
            while let path = outer, kept[path] == nil { outer = path.parent }
            if let other = outer.flatMap({ kept[$0] }) {
                if other.path != output.path || other.hash != output.hash {
                    let reason = "\(output.source) and \(other.source) both name it, or what it is in"
                    refuse(output.path.text, reason, of: output.source.text)
                }
            } else {
                kept[output.path] = output
            }
        }
        outputs = kept.values.sorted { $0.path < $1.path }
    }
}

extension [GitTreeEntry] {
    /// Returns the position of the first entry that is not before, of entries in ascending order.
    fileprivate func start(after isBefore: (GitTreeEntry) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
