import Deployment
import Git
import ModelCore
import Registry
import Remotes
import Runs
import Store
import SystemIO

/// Compares a version with the gates of a stage.
struct GateCheck {
    /// What is to be compared.
    enum Candidate {
        case version(ModelVersion)
        /// A commit that no version was made of yet, as a model of that name would be.
        case commit(GitObjectID, ModelName)

        var commit: GitObjectID {
            switch self {
            case .version(let version): version.commit
            case .commit(let id, _): id
            }
        }

        var model: ModelName {
            switch self {
            case .version(let version): version.model
            case .commit(_, let model): model
            }
        }
    }

    /// The repository, with the configuration whose gates count.
    let workspace: Workspace
    let stage: StageName
    /// What gave the stage what it has now.
    let incumbent: StageEvent?
    /// The commit whose signers count; HEAD, where none is given.
    var signersCommit: GitObjectID?
    /// The version whose tag may bear the signature, where a commit is judged.
    var signed: ModelVersion?

    /// Returns what each gate says, metrics first; nothing where the stage has none.
    func results(for candidate: Candidate) async throws -> [GateResult] {
        try await findings(for: candidate).results
    }

    /// Returns what each gate says, metrics first, and which files of metrics cannot be read, where gates ask for any;
    /// nothing where the stage has none.
    func findings(for candidate: Candidate) async throws -> (results: [GateResult], problems: [String]) {
        let policy = try GatePolicy(of: stage, in: workspace.configuration)
        guard !policy.isEmpty else { return ([], []) }
        let pointers = try await pointers(of: candidate)
        let evidence = try await workspace.evidence(at: candidate.commit, of: pointers, for: candidate.model)
        var baseline: VersionEvidence?
        if let incumbent, !policy.metrics.isEmpty {
            let now = incumbent.version.map { Candidate.version($0) } ?? .commit(incumbent.commit, incumbent.model)
            let own = try await self.pointers(of: now)
            baseline = try await workspace.evidence(at: incumbent.commit, of: own, for: incumbent.model)
        }
        var results = policy.metrics.map { result(of: $0, evidence, baseline) }
        for requirement in policy.requirements {
            results.append(try await result(of: requirement, for: candidate, pointers, evidence))
        }
        return (results, policy.metrics.isEmpty ? [] : evidence.metricProblems)
    }

    private func pointers(of candidate: Candidate) async throws -> [PointerIndex.Entry] {
        switch candidate {
        case .version(let version): return try await workspace.pointers(of: ResolvedVersion(version)).entries
        case .commit(let id, let model):
            let all = try await workspace.pointers(at: id).entries
            let described = try await ModelIndex.at(id, in: workspace.repository).models
            return ModelPlaces(of: model, among: described).own(among: all)
        }
    }

    private func result(of gate: MetricGate, _ evidence: VersionEvidence, _ baseline: VersionEvidence?) -> GateResult {
        // Another file's number of the same name proves nothing.
        if let doubt = evidence.doubt(aboutMetric: gate.name) {
            return GateResult(gate: gate.description, isPassed: false, found: "nobody can say what it is: \(doubt)")
        }
        if gate.isRelative, let doubt = baseline?.doubt(aboutMetric: gate.name) {
            let found = "nobody can say what it is in \(stage) now: \(doubt)"
            return GateResult(gate: gate.description, isPassed: false, found: found)
        }
        let value = evidence.metrics.value(ofNested: gate.name)
        let now = baseline?.metrics.value(ofNested: gate.name)
        let objection = gate.objection(to: value, against: now)
        var found = objection ?? value.map { "it is \($0.shortText)" } ?? ""
        // Whoever reads that it is not worse has to know where that means nothing.
        if objection == nil, gate.isRelative, now?.isFinite != true {
            found += "; \(stage) has nothing to compare it with"
        }
        return GateResult(gate: gate.description, isPassed: objection == nil, found: found)
    }

    private func result(
        of requirement: GatePolicy.Requirement,
        for candidate: Candidate,
        _ pointers: [PointerIndex.Entry],
        _ evidence: VersionEvidence
    ) async throws -> GateResult {
        func result(_ gate: String, _ isPassed: Bool, _ found: String) -> GateResult {
            GateResult(gate: gate, isPassed: isPassed, found: found)
        }
        func nothing(_ gate: String) -> GateResult { result(gate, false, "the commit has no artifact of the model") }
        let run = evidence.run
        switch requirement {
        case .run:
            let name = run.map { "run \($0.id.abbreviated)" }
            return result("run record", run?.status == .finished, name ?? "no run is recorded in Git that made it")
        case .clean:
            let found = run.map { $0.code.isDirty ? "the code differed from its commit" : "the code was its commit's" }
            return result("clean code", run?.code.isDirty == false, found ?? "no run is recorded in Git that made it")
        case .signed:
            let check = SignatureCheck(workspace: workspace, signersCommit: signersCommit)
            let finding = try await check.finding(of: signed.map { .version($0) } ?? candidate)
            return result("signed", finding.isGood, finding.text)
        case .remote where pointers.isEmpty: return nothing("objects in the remote")
        case .remote:
            let finding = try await remoteFinding(pointers)
            return result("objects in the remote", finding.isGood, finding.text)
        case .smoke:
            let finding = try await smokeFinding(candidate)
            return result("smoke test", finding.isGood, finding.text)
        case .safePickle where pointers.isEmpty: return nothing("safe to unpickle")
        case .safePickle:
            let finding = try await PickleCheck(workspace: workspace).finding(of: pointers)
            return result("safe to unpickle", finding.isGood, finding.text)
        }
    }

    /// What deploying the model, as the commit has it, to any target once gave; other models of it prove nothing.
    private func smokeFinding(_ candidate: Candidate) async throws -> (isGood: Bool, text: String) {
        var trouble: String?
        do { try await workspace.fetchDeployments() } catch {
            try workspace.context.cancellation.check()
            // What this clone has may be enough.
            trouble = "the Git remote cannot be asked which tests passed: \(error)"
        }
        var (failed, untried): (DeploymentEvent?, DeploymentEvent?)
        for target in try await workspace.recordedTargets() {
            let events = try await workspace.deployments(of: target).history.events.filter {
                $0.commit == candidate.commit.hex && $0.model == candidate.model.text
            }
            if let passed = events.last(where: { $0.action == .deploy && $0.smoke.result == .passed }) {
                return (true, "passed on \(target) on \(passed.at.prefix(10))")
            }
            failed = events.last { $0.smoke.result == .failed } ?? failed
            untried = events.last { $0.action == .deploy && $0.smoke.result != .passed } ?? untried
        }
        guard let last = failed ?? untried else {
            return (false, trouble ?? "none is recorded: deploy it to some target first")
        }
        let what = failed == nil ? "was \(last.smoke.result.rawValue)" : "failed"
        let found = last.smoke.found.isEmpty ? "" : ": it \(last.smoke.found)"
        let failure = "it \(what) on \(last.target) on \(last.at.prefix(10))\(found)"
        return (false, [failure, trouble].compactMap { $0 }.joined(separator: "; "))
    }

    private func remoteFinding(_ pointers: [PointerIndex.Entry]) async throws -> (isGood: Bool, text: String) {
        let remote = try workspace.remote(named: nil)
        let joined = try workspace.openStore()
        try workspace.requireReachable(remote, having: pointers.map(\.pointer), or: joined.store)
        let held = try await remote.holds(pointers.map(\.pointer), local: joined.store)
        guard let first = pointers.first(where: { !held.contains($0.pointer.oid) }) else {
            return (true, "all of them are in remote \(remote.name)")
        }
        return (false, "\(first.path) is not in remote \(remote.name)")
    }
}
