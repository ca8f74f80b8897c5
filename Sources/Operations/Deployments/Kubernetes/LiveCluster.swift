import Deployment
import Kubernetes
import ModelCore

/// A cluster that is told by `kubectl`.
struct LiveCluster: ClusterWriting {
    /// How much longer than a pod may take the cluster may take to say that it did, in seconds.
    private static let allowance = 15

    private let settings: KubernetesSettings
    private let target: String
    private let context: Context
    private let kubectl: Kubectl

    init(_ settings: KubernetesSettings, of target: String, in workspace: Workspace) {
        self.settings = settings
        self.target = target
        context = workspace.context
        kubectl = Kubectl(settings, for: target, in: workspace)
    }

    func lock(beside local: any TargetLock) async throws -> any TargetLock {
        try await LeaseLock.take(settings, by: kubectl, beside: local, in: context)
    }

    /// Fields that somebody else changed by hand become what Git says.
    ///
    /// Who lost the lease meanwhile tells the cluster nothing more. `kubectl` goes on where one object of several
    /// cannot be made: the Deployment is left alone until all others are there.
    func write(_ workload: Workload) async throws {
        for object in workload.surroundings { try await requireOwn(object) }
        for objects in [workload.surroundings, [workload.deployment]] where !objects.isEmpty {
            try await LeaseLock.requireHeld(settings, by: kubectl, in: context)
            try await kubectl.run(
                ["apply", "--server-side", "--force-conflicts", "--field-manager=git-model", "--filename=-"],
                text: Manifests.text(of: objects),
                to: "tell the cluster of \(target) to run \(workload.release)"
            )
        }
    }

    func check(_ workload: Workload) async throws {
        let seconds = settings.timeout + LiveCluster.allowance
        let words = ["rollout", "status", "deployment/\(settings.name)", "--timeout=\(seconds)s"]
        let answer = try await kubectl.answer(to: words, within: seconds)
        guard answer.exitCode == 0 else { throw try await failure(answer, workload) }
        let found = try await differences(from: workload)
        guard found.isEmpty else {
            throw Failure(.verification, "the cluster of \(target) does not run \(workload.release): \(found[0])")
        }
        guard let live = try await deployment(), live.isObserved, live.readyReplicas >= live.replicas else {
            throw Failure(.verification, "not all pods of \(target) are ready with \(workload.release)")
        }
    }

    func differences(from workload: Workload) async throws -> [String] {
        guard let live = try await deployment() else { return ["there is no Deployment \(settings.name)"] }
        guard let wanted = LiveDeployment(workload.deployment) else { return [] }
        return live.differences(from: wanted, expectsReplicas: settings.replicas != nil)
    }

    /// Says why pods do not get ready, where the cluster does; whatever else kubectl says may be about the way there.
    private func failure(_ answer: Kubectl.Answer, _ workload: Workload) async throws -> Failure {
        let failure = kubectl.failure(answer, to: "see \(workload.release) get ready on \(target)")
        guard failure.kind == .failed, let live = try? await deployment() else { return failure }
        let reasons = [answer.complaint] + live.complaints
        return Failure(
            .verification,
            "the pods of \(target) do not get ready with \(workload.release): \(reasons.joined(separator: "; "))",
            hints: [
                "see why: `kubectl --namespace=\(settings.namespace) describe pods -l app.kubernetes.io/instance=\(settings.name)`"
            ]
        )
    }

    /// Reads the Deployment; throws for one that is somebody else's.
    func deployment() async throws -> LiveDeployment? {
        let purpose = "see what runs on \(target)"
        guard let object = try await kubectl.object("deployment", settings.name, to: purpose) else { return nil }
        guard let live = LiveDeployment(object) else {
            throw Failure(.failed, "cannot \(purpose): kubectl answers with something else than a Deployment")
        }
        try requireOwn("Deployment", settings.name, live.annotations)
        return live
    }

    /// Throws where an object of this kind and name is there, and somebody else's.
    private func requireOwn(_ wanted: JSONValue) async throws {
        let fields = wanted.object ?? [:]
        guard let kind = fields["kind"]?.string, let name = fields["metadata"]?.object?["name"]?.string else { return }
        // Kinds that not every cluster has are of a group.
        let group = fields["apiVersion"]?.string?.split(separator: "/").dropLast().first.map { ".\($0)" } ?? ""
        let purpose = "see whose \(kind) \(name) is"
        let words = ["get", kind.lowercased() + group, name, "--output=json", "--ignore-not-found"]
        let answer = try await kubectl.answer(to: words)
        // A kind that the cluster does not know has no objects; to apply one says it better.
        if answer.exitCode != 0, answer.complaint.contains("have a resource type") { return }
        guard answer.exitCode == 0 else { throw kubectl.failure(answer, to: purpose) }
        guard answer.output.contains(where: { $0 > 0x20 }) else { return }
        guard let found = try? JSONValue(parsing: answer.output) else {
            throw Failure(.failed, "cannot \(purpose): kubectl does not answer with JSON")
        }
        let annotations = found.object?["metadata"]?.object?["annotations"]?.object ?? [:]
        try requireOwn(kind, name, annotations.compactMapValues(\.string))
    }

    private func requireOwn(_ kind: String, _ name: String, _ annotations: [String: String]) throws {
        guard annotations[Annotation.target] != target else { return }
        let owner = annotations[Annotation.target].map { "is of target \($0)" } ?? "was not made by git-model"
        throw Failure(
            .failed,
            "\(kind) \(name) in namespace \(settings.namespace) \(owner), and stays as it is",
            hints: [
                "give the objects of this target another name: `git config -f .mver/config deploy.\(target).name NAME`"
            ]
        )
    }
}
