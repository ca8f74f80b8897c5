import Deployment
import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// What happened to a target, as Git has it: `refs/git-model/deployments/<target>`, a commit an event, a file an event
/// in its tree.
///
/// What others did arrives in `refs/git-model-remotes/<remote>/deployments/<target>`, of which that of
/// `Workspace.registryRemote()` counts; both are put together, each event once.
struct DeploymentRecords: Sendable {
    /// What is known of a target.
    struct Known {
        var history: DeploymentHistory
        var warnings: [String] = []
    }

    /// The most events that are read.
    private static let countLimit = 100_000
    /// By how much the place of an event may be beyond the number of those that are there: some get lost with a clone,
    /// and some are under way, but one whose place nothing could come after is somebody's nonsense.
    private static let gapLimit = 10_000

    let workspace: Workspace
    let target: TargetName

    private var objects: GitObjects { workspace.repository.objects }

    /// Returns what Git knows here, from this clone and from the remote that has the registry; malformed files are
    /// warned of, and so is that it is not clear which remote that is.
    func known() async throws -> Known {
        var events: [DeploymentEvent] = []
        var warnings: [String] = []
        var remote: String?
        do { remote = try workspace.registryRemote() } catch {
            warnings = ["what others recorded of \(target) is left out: \(error)"]
        }
        var seen: Set<GitObjectID> = []
        for reference in try await references(remote) where seen.insert(reference.peeledID).inserted {
            let read = try await self.events(in: reference.peeledID)
            events += read.events
            warnings += read.warnings.filter { !warnings.contains($0) }
        }
        return Known(history: DeploymentHistory(target, events), warnings: warnings)
    }

    /// This clone's own reference, then that of a remote; what somebody's fork says happened to nobody.
    private func references(_ remote: String?) async throws -> [GitReference] {
        let names = [target.reference] + (remote.map { [DeploymentRecords.reference(of: target, at: $0)] } ?? [])
        var found: [GitReference] = []
        for name in names {
            if let reference = try await objects.reference(name) { found.append(reference) }
        }
        return found
    }

    /// Returns the events of a commit of records; files that are none, of others perhaps, are only warned of.
    func events(in commit: GitObjectID) async throws -> (events: [DeploymentEvent], warnings: [String]) {
        let entries = try await objects.entries(in: commit, matching: .top)
            .filter { $0.mode.isFile && $0.path.hasSuffix(".json") }.prefix(DeploymentRecords.countLimit)
        let blobs = try await objects.smallBlobs(Set(entries.map(\.id)), limit: Int64(DeploymentEvent.byteLimit))
        var events: [DeploymentEvent] = []
        var warnings: [String] = []
        for entry in entries {
            let name = entry.path.description
            if let bytes = blobs[entry.id], let event = DeploymentEvent(parsing: bytes, of: target),
                event.fileName == name, event.sequence <= entries.count + DeploymentRecords.gapLimit
            {
                events.append(event)
            } else {
                warnings.append("\(QuotedPath.encode(name)) in the records of \(target) is no event, and is left out")
            }
        }
        return (events, warnings)
    }

    /// Fetches what a Git remote has of the target; that it has nothing is no error.
    func fetch(from remote: String, mayAsk: Bool = true) async throws {
        let place = DeploymentRecords.reference(of: target, at: remote)
        guard GitReferenceName.isValid(place) else { return }
        let refspec = try GitRefspec(target.reference, to: place, existing: .replace)
        do throws(GitError) {
            try await workspace.repository.fetchReferences([refspec], from: remote, mayAsk: mayAsk)
        } catch {
            guard error.message.contains("couldn't find remote ref") else { throw error }
        }
    }

    /// Where it is kept what a Git remote has.
    static func reference(of target: TargetName, at remote: String) -> String {
        prefix(at: remote) + target.text
    }

    /// Where it is kept what a Git remote has of all targets.
    fileprivate static func prefix(at remote: String) -> String { "\(RunPins.remotePrefix)\(remote)/deployments/" }

    /// Brings events into this clone's reference, together with what the remote has; returns the commit, `nil` where
    /// there is nothing.
    ///
    /// Neither the index nor the work tree is touched.
    func write(_ events: [DeploymentEvent]) async throws -> GitObjectID? {
        var failure: any Error = Failure(.failed, "\(target.reference) cannot be written")
        for _ in 0..<5 {
            do { return try await writeOnce(events) } catch {
                // Another command may have moved it meanwhile.
                try workspace.context.cancellation.check()
                failure = error
            }
        }
        throw failure
    }

    private func writeOnce(_ events: [DeploymentEvent]) async throws -> GitObjectID? {
        let own = try await objects.reference(target.reference)?.peeledID
        var parents = own.map { [$0] } ?? []
        for reference in try await references(try workspace.registryRemote())
        where !parents.contains(reference.peeledID) {
            let theirs = reference.peeledID
            if let tip = parents.first, try await objects.isAncestor(theirs, of: tip) { continue }
            if let tip = parents.first, try await objects.isAncestor(tip, of: theirs) {
                parents[0] = theirs
            } else {
                parents.append(theirs)
            }
        }
        var names: Set<GitPath> = []
        for parent in parents { names.formUnion(try await objects.entries(in: parent, matching: .top).map(\.path)) }
        var tips = parents
        for event in events where !names.contains(GitPath(event.fileName)) {
            let commit = try await workspace.repository.makeCommit(
                adding: [(event.fileName, try event.encoded())],
                to: tips,
                message: event.message,
                at: workspace.context.taggerTime
            )
            tips = [commit]
        }
        if tips.count > 1 {
            let message = "Put together what was done to \(target)"
            tips = [
                try await workspace.repository.makeCommit(
                    adding: [],
                    to: tips,
                    message: message,
                    at: workspace.context.taggerTime
                )
            ]
        }
        guard let tip = tips.first else { return nil }
        if tip != own {
            try await workspace.repository.updateReference(
                target.reference,
                to: tip,
                expecting: own,
                reason: "git model: record a deployment"
            )
        }
        return tip
    }
}

extension Workspace {
    /// The targets that something is recorded of, here or by others, sorted.
    func recordedTargets() async throws -> [TargetName] {
        var prefixes = ["refs/git-model/deployments/"]
        if let remote = try? registryRemote() { prefixes.append(DeploymentRecords.prefix(at: remote)) }
        var names: Set<TargetName> = []
        for prefix in prefixes {
            for reference in try await repository.objects.references(prefix: prefix) {
                if let name = try? TargetName(reference.name.dropFirst(prefix.count)) { names.insert(name) }
            }
        }
        return names.sorted()
    }

    /// Fetches what the Git remote has of all targets, where there is one; throws where it cannot be asked.
    func fetchDeployments() async throws {
        guard let remote = try registryRemote() else { return }
        let refspec = try GitRefspec(
            "refs/git-model/deployments/*",
            to: DeploymentRecords.prefix(at: remote) + "*",
            existing: .replace
        )
        try await repository.fetchReferences([refspec], from: remote)
    }

    /// Returns what happened to a target as far as Git and this clone's own journal know.
    func deployments(of target: TargetName) async throws -> DeploymentRecords.Known {
        var known = try await DeploymentRecords(workspace: self, target: target).known()
        let journal = try journal(of: target).contents()
        known.history = DeploymentHistory(target, known.history.events + journal.events)
        known.warnings += journal.warnings
        return known
    }

    /// The journal of a target that cannot keep one itself.
    func journal(of target: TargetName) -> DeploymentJournal {
        DeploymentJournal(
            target: target,
            directory: modelDirectory.appending("deployments").appending(target.text)
        )
    }
}
