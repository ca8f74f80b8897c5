import Git
package import ModelCore
import Registry
import Runs
import Store
import SystemIO
import SystemPackage

/// `git model tag`: an annotated tag that makes the current commit a version of a model.
package struct TagVersion: Sendable {
    /// What was tagged, and pushed after it.
    package struct Report: Operations.Report {
        /// The tag's name.
        package let tag: String
        /// The commit.
        package let commit: String
        /// Whether the tag was made just now; one that was there is only pushed.
        package let isNew: Bool
        /// The number of artifacts.
        package let artifacts: Int
        /// Their size in bytes.
        package let size: Int64
        /// The kept run that made one of them; `nil` where none is known.
        package let run: String?
        /// Why this number of the version grew, a clause each, where that was to be found out.
        package let reasons: [String]
        /// What went to the remote first, where that was asked for.
        package var push: TransferReport?
        /// The references that went to the Git remote, and its name.
        package var references: [String] = []
        /// The Git remote that they went to.
        package var gitRemote: String?
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// Which version to make.
    package enum Target: Sendable {
        /// The one that the user wrote, perhaps with its model.
        case named(String)
        /// The one after the highest.
        case bumped(SemanticVersion.Bump, model: String?)
        /// The one after the highest, by what changed since.
        case automatic(model: String?)
    }

    /// The most metrics that a tag's message names.
    private static let metricLimit = 64

    private let target: Target
    private let messages: [String]
    private let isSigned: Bool
    private let isForced: Bool
    private let pushes: Bool
    private let isDryRun: Bool

    /// Creates the operation; each message is a paragraph of the tag's.
    ///
    /// Dry, it only says which version it would be.
    package init(
        _ target: Target,
        messages: [String] = [],
        isSigned: Bool = false,
        isForced: Bool = false,
        pushes: Bool = false,
        isDryRun: Bool = false
    ) {
        self.target = target
        self.messages = messages
        self.isSigned = isSigned
        self.isForced = isForced
        self.pushes = pushes
        self.isDryRun = isDryRun
    }

    /// Tags, or refuses: a version that exists, one that repeats its predecessor, one whose bytes are nowhere.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let joined = try workspace.openStore()
        let (versions, stages) = try await workspace.versionsAndStages()
        let (model, version, proposal) = try await choose(in: workspace, versions, joined.store)
        let style: TagName.Style = workspace.configuration.usesPlainTags ? .plain : .qualified
        let name = TagName(model: model.name, version: version, style: style)
        guard let head = try await workspace.repository.objects.head().commit else {
            throw Failure(.failed, "cannot tag \(name): there is no commit yet", hints: ["make one: `git commit`"])
        }
        let artifacts = try await artifacts(of: model, at: head, in: workspace)
        let own = versions.filter { $0.model == model.name }
        let isThere = try await isThere(name, at: head, among: own)
        var warnings = proposal.warnings
        if !isThere {
            if !isForced { try await refuse(name, at: head, among: own, in: workspace, joined.store) }
            try await requireArtifacts(artifacts, of: model.name, as: name, at: head, in: workspace)
            warnings += try await requirePresent(artifacts, of: name, in: joined.store, workspace)
        }
        let push =
            pushes && !isDryRun
            ? try await VersionPush(of: name, isTagged: isThere, isForced: isForced, in: workspace) : nil
        let evidence = try await workspace.evidence(at: head, of: artifacts, for: model.name)
        if !isThere { warnings += evidence.metricProblems }
        var report = Report(
            tag: name.text,
            commit: head.hex,
            isNew: !isThere,
            artifacts: artifacts.count,
            size: artifacts.reduce(0) { $0.addingSaturating($1.pointer.size) },
            run: evidence.run?.id.text,
            reasons: proposal.reasons,
            warnings: warnings,
            hints: proposal.hints
        )
        if isDryRun { return report }
        report.warnings += try await differences(from: artifacts, in: workspace, joined.store)
        report.warnings += try await TagVersion.descriptionWarnings(of: model.name, artifacts, at: head, in: workspace)
        if let moved = own.first(where: { $0.tag == name && $0.commit != head }) {
            report.warnings.append("\(name) was at \(moved.commit.abbreviated) before: whoever has it keeps that")
        }
        let replaced = isForced ? try await workspace.repository.objects.reference(name.reference)?.objectID : nil
        if !isThere { try await tag(name, model, artifacts, evidence, at: head, stages, in: workspace, joined.store) }
        if let push {
            try await push.run(artifacts, from: joined.store, into: &report)
        } else {
            report.hints += try await shareHints(name, replacing: replaced, in: workspace)
        }
        return report
    }

    /// Whether the same command made the tag before, and only the push is left to do.
    private func isThere(_ name: TagName, at head: GitObjectID, among versions: [ModelVersion]) async throws -> Bool {
        guard pushes, !isForced, let existing = versions.first(where: { $0.tag == name }), existing.commit == head
        else {
            return false
        }
        guard !isSigned || existing.isSigned else { return false }
        guard let annotation = existing.annotation else { return false }
        return messages.isEmpty
            || VersionTag.subject(of: annotation.message) == subjectAndBody(existing.model, name.version).subject
    }

    private func requireArtifacts(
        _ artifacts: [PointerIndex.Entry],
        of model: ModelName,
        as name: TagName,
        at head: GitObjectID,
        in workspace: Workspace
    ) async throws {
        guard !isForced, artifacts.isEmpty else { return }
        let hasOthers = try await workspace.pointers(at: head).entries.contains { !$0.path.isOfRun }
        throw Failure(
            .failed,
            "cannot tag \(name): the commit has no artifact\(hasOthers ? " of model \(model)" : "")",
            hints: ["add one: `git model add PATH\(hasOthers ? " --model \(model)" : "")`, then `git commit`"]
        )
    }

    private func shareHints(
        _ name: TagName,
        replacing old: GitObjectID?,
        in workspace: Workspace
    ) async throws -> [String] {
        let names = workspace.configuration.remoteNames
        let store = names.isEmpty ? "`git model remote add store URL`, `git model push`" : "`git model push`"
        guard let remote = try await workspace.gitRemote() else {
            return ["share it: \(store), `git remote add origin URL`, then `git push origin \(name)`"]
        }
        let place = ShellWord.quoted(remote)
        let share = "share it: \(store), then `git push \(place) \(name)`"
        guard let old else { return [share] }
        let lease = "--force-with-lease=\(name.reference):\(old.hex)"
        return [share, "or, where \(remote) has the one from before: `git push \(lease) \(place) \(name.reference)`"]
    }

    private func choose(
        in workspace: Workspace,
        _ versions: [ModelVersion],
        _ store: LocalStore
    ) async throws -> (ModelDescription, SemanticVersion, BumpProposal) {
        switch target {
        case .named(let text):
            let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            let model: ModelDescription
            do { model = try workspace.modelDescription(named: parts.count == 2 ? String(parts[0]) : nil) } catch {
                guard error is RegistryNameError else { throw error }
                throw Failure(.usage, "'\(text)' names no version", cause: error)
            }
            do { return (model, try SemanticVersion(parts[parts.count - 1]), .chosen) } catch {
                throw Failure(.usage, "'\(text)' is no version", hints: TagVersion.suggestion(parts[parts.count - 1]))
            }
        case .bumped(let part, let named):
            let model = try workspace.modelDescription(named: named)
            try await workspace.requireAllVersions(of: model.name)
            return (model, try next(part, of: model, versions), .chosen)
        case .automatic(let named):
            let model = try workspace.modelDescription(named: named)
            try await workspace.requireAllVersions(of: model.name)
            guard let last = versions.last(where: { $0.model == model.name && !$0.version.isPrerelease }),
                let head = try await workspace.repository.objects.head().commit
            else { return (model, try next(.minor, of: model, versions), .first) }
            let proposal = try await BumpProposal(of: model, at: head, after: last, in: workspace, store)
            return (model, try next(proposal.bump, of: model, versions), proposal)
        }
    }

    private func next(
        _ part: SemanticVersion.Bump,
        of model: ModelDescription,
        _ versions: [ModelVersion]
    ) throws -> SemanticVersion {
        let own = versions.filter { $0.model == model.name }
        guard let next = NextVersion.bumped(part, after: own) else {
            throw Failure(.failed, "the \(part.rawValue) number of \(model.name) cannot grow any more")
        }
        return next
    }

    /// Returns what `1.1`, `v1` or `v01.0.0` probably meant.
    private static func suggestion(_ text: Substring) -> [String] {
        let digits = text.drop { $0 == "v" || $0 == "V" }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        var numbers = parts.compactMap { UInt64($0) }
        guard (1...3).contains(numbers.count), numbers.count == parts.count else {
            return ["versions look like v1.2.3"]
        }
        while numbers.count < 3 { numbers.append(0) }
        return ["versions look like v\(numbers.map(String.init).joined(separator: "."))"]
    }

    /// Throws where the model has that version, or one that nothing but the number would tell from it.
    private func refuse(
        _ name: TagName,
        at head: GitObjectID,
        among versions: [ModelVersion],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        let repository = workspace.repository
        switch try await NextVersion.refusal(of: name.version, at: head, among: versions, in: repository) {
        case .exists(let existing):
            throw Failure(
                .failed,
                "cannot tag \(name): the version exists, at \(existing.commit.abbreviated)",
                hints: ["choose the next one: `git model tag --bump minor`"]
            )
        case .unchanged(let other):
            // By force, the version would have what was committed before.
            let uncommitted = try await TagVersion.commitHints(after: head, in: workspace, store)
            throw Failure(
                .failed,
                "cannot tag \(name): nothing changed since \(other.version)",
                hints: uncommitted.isEmpty ? repetitionHints(other, at: head) : uncommitted
            )
        case nil: return
        }
    }

    /// Returns how to push the version that is there, or to tag it once more.
    private func repetitionHints(_ other: ModelVersion, at head: GitObjectID) -> [String] {
        let again: String
        switch target {
        case .named(let text): again = text
        case .bumped(let part, let model):
            again = "--bump \(part.rawValue)" + (model.map { " --model \($0)" } ?? "")
        case .automatic(let model): again = "--bump auto" + (model.map { " --model \($0)" } ?? "")
        }
        let push = "push that: `git model tag \(other.tag) --push`"
        return (pushes && other.commit == head ? [push] : [])
            + ["tag it all the same: `git model tag \(again) --force`"]
    }

    /// Returns the model's artifacts at a commit, as described there.
    private func artifacts(
        of model: ModelDescription,
        at commit: GitObjectID,
        in workspace: Workspace
    ) async throws -> [PointerIndex.Entry] {
        let index = try await PointerIndex.at(commit, in: workspace.repository)
        if let damage = index.damaged.first {
            throw Failure(.failed, "\(damage.path) of this commit is no pointer: \(damage.problem)")
        }
        // The work tree's description may be of the next version; a model that was never committed has no other.
        var described = try await ModelIndex.at(commit, in: workspace.repository).models
        if !described.contains(where: { $0.name == model.name }) { described.append(model) }
        return ModelPlaces(of: model.name, among: described).own(among: index.entries)
    }

    /// Throws where bytes are neither here nor in a remote, for the version could never be rebuilt; returns what to
    /// warn of.
    ///
    /// The default remote is asked only for what is not here, and what nobody here has seen there before.
    private func requirePresent(
        _ artifacts: [PointerIndex.Entry],
        of name: TagName,
        in store: LocalStore,
        _ workspace: Workspace
    ) async throws -> [String] {
        let shared = try workspace.acknowledgedAnywhere()
        let missing = artifacts.filter {
            !shared.contains($0.pointer.oid) && !Closure(of: [$0.pointer], in: store).isComplete
        }
        guard let first = missing.first else { return [] }
        if isDryRun { return ["the bytes of \(first.path) are not here, and no remote was asked for them"] }
        var held: Set<Digest> = []
        if workspace.configuration.defaultRemote != nil {
            do { held = try await acknowledged(missing, in: store, workspace) } catch {
                try workspace.context.cancellation.check()
                throw Failure(
                    nil,
                    "cannot tag \(name): the bytes of \(first.path) are not here, and whether a remote has them is not known",
                    hints: ["fetch them: `git model fetch`"],
                    cause: error
                )
            }
        }
        guard let absent = missing.first(where: { !held.contains($0.pointer.oid) }) else { return [] }
        throw Failure(
            .failed,
            "cannot tag \(name): the bytes of \(absent.path) are in no store that is known here",
            hints: ["add them: `git model add \(absent.path.shellWord)`", "or fetch them: `git model fetch`"]
        )
    }

    /// Asks the default remote which objects it has whole, and remembers that.
    private func acknowledged(
        _ artifacts: [PointerIndex.Entry],
        in store: LocalStore,
        _ workspace: Workspace
    ) async throws -> Set<Digest> {
        let remote = try workspace.remote(named: nil)
        try workspace.requireReachable(remote)
        let held = try await remote.holds(artifacts.map(\.pointer), local: store)
        try remote.acknowledge(Array(held))
        return held
    }

    private func tag(
        _ name: TagName,
        _ model: ModelDescription,
        _ artifacts: [PointerIndex.Entry],
        _ evidence: VersionEvidence,
        at head: GitObjectID,
        _ stages: StageHistory,
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws {
        // What a file that cannot be read may tell otherwise is not for ever in a tag.
        let metrics = evidence.certainMetrics.sorted { $0.key < $1.key }.prefix(TagVersion.metricLimit)
        let trailers = VersionTrailers(
            model: model.name,
            version: name.version,
            artifacts: artifacts.map { artifact in
                VersionTrailers.Artifact(
                    path: artifact.path,
                    pointer: artifact.pointer,
                    manifest: store.entries(of: artifact.pointer.oid, kind: .manifest).first?.frame
                )
            },
            run: evidence.run?.id.text,
            metrics: Dictionary(uniqueKeysWithValues: metrics.map { ($0.key, $0.value) })
        )
        let (subject, body) = subjectAndBody(model.name, name.version)
        // What took the version or its model back may have been said by a clock that is ahead of this one.
        let now = workspace.context.taggerTime
        let next = stages.versionTime(of: name.version, model.name, now: now)
        do {
            try await workspace.repository.createTag(
                name.text,
                on: head,
                message: VersionTag.message(subject: subject, body: body, trailers: trailers.text),
                signing: isSigned ? .always : .asConfigured,
                existing: isForced ? .replace : .refuse,
                at: next > now ? next : nil
            )
        } catch { throw Failure(nil, "cannot tag \(name)", cause: error) }
    }

    private func subjectAndBody(_ model: ModelName, _ version: SemanticVersion) -> (subject: String, body: String) {
        let lines = messages.joined(separator: "\n\n")
            .split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let subject = lines.first.flatMap { $0.isEmpty ? nil : String($0) }
        return (subject ?? "\(model) \(version)", lines.count == 2 ? String(lines[1]) : "")
    }

    /// Returns a warning for each artifact that is another in the work tree than in the commit that is tagged.
    private func differences(
        from artifacts: [PointerIndex.Entry],
        in workspace: Workspace,
        _ store: LocalStore
    ) async throws -> [String] {
        let here = try await PointerIndex.workTree(of: workspace.repository).entries
        let tagged = Dictionary(artifacts.map { ($0.path, $0.pointer) }, uniquingKeysWith: { first, _ in first })
        let same = here.filter { tagged[$0.path] == $0.pointer }
        // What cannot be looked at here is no reason against a version of what was committed.
        let modified = (try? await workspace.modified(same, store: store)) ?? []
        return here.filter { tagged[$0.path] != $0.pointer && tagged[$0.path] != nil }.map {
            "\($0.path) has another pointer in the work tree than in the commit that was tagged"
        } + modified.map { "\($0.path) was changed since: the version has what was committed" }
    }
}
