import Deployment
import Kubernetes
import ModelCore
import OCI
import SystemPackage

/// A target whose releases a cluster runs: the model's image goes to a registry, as with `OCITarget`, and the cluster
/// is told by `kubectl`, or by a file of a branch that it follows.
///
/// Everything is named by its digest. A cluster keeps no seals: the history of the target has what they would say.
struct KubernetesTarget: TargetDriver {
    /// The keys that images need, too.
    private static let imageKeys = DeploymentTarget.commonKeys.union(["to", "base", "insecure", "paths"])
    /// The detail of an image's seal that has its digest.
    private static let imageDetail = "image"
    /// The detail of a seal that has the base image, as the target's key has it.
    private static let baseDetail = "kubernetes.base"

    private let target: DeploymentTarget
    private let settings: KubernetesSettings
    private let images: OCITarget
    private let cluster: any ClusterWriting
    private let replaced: ReplacedImage

    init(
        _ target: DeploymentTarget,
        history: DeploymentHistory,
        in workspace: Workspace,
        replacing replaced: ReplacedImage = ReplacedImage(),
        following followed: FollowedCluster? = nil
    ) throws {
        self.target = target
        self.replaced = replaced
        settings = try KubernetesSettings(target)
        images = try OCITarget(KubernetesTarget.imageTarget(target), history: history, in: workspace)
        let name = target.name.text
        cluster =
            switch settings.delivery {
            case .kubectl: LiveCluster(settings, of: name, in: workspace)
            case .gitOps(let file, let branch):
                followed ?? FollowedCluster(file, on: branch, of: name, in: workspace)
            }
    }

    /// Returns who puts back what ran before, for a user who has interrupted.
    ///
    /// A branch is the same one: Git goes on all the same, and only that one knows what it may replace.
    func uninterrupted(_ history: DeploymentHistory, in workspace: Workspace) throws -> KubernetesTarget {
        try KubernetesTarget(
            target,
            history: history,
            in: workspace,
            replacing: replaced,
            following: cluster as? FollowedCluster
        )
    }

    /// Neither a cluster nor a registry is a journal.
    var journal: FilePath? { nil }

    func lock() async throws -> any TargetLock {
        let lock = try await cluster.lock(beside: try await images.lock())
        replaced.forget()
        return lock
    }

    /// Whoever switches asks before what is current, and so finds out what ran.
    func current() async throws -> ReleaseID? {
        let deployment = try await cluster.deployment()
        replaced.note(deployment?.modelImage)
        return deployment?.release.flatMap { ReleaseID($0) }
    }

    func seals() async throws -> [ReleaseSeal] {
        try await images.seals().filter { $0.details[Workload.Detail.model] != nil }
    }

    func receive(_ release: Release, from source: any ReleaseSource) async throws -> [String: String] {
        // What the cluster could not run is known before anything is sent.
        _ = try details(of: release.plan, release.tag, image: release.digest)
        let sent = try await images.receive(release, from: source)
        guard let image = sent[KubernetesTarget.imageDetail].flatMap({ Digest(reference: $0) }) else {
            throw Failure(.bug, "no image was made of \(release.tag)")
        }
        var details = try details(of: release.plan, release.tag, image: image).merging(sent) { own, _ in own }
        details[KubernetesTarget.baseDetail] = base
        return details
    }

    private var base: String? { target.settings.text("base") }

    func tryOut(_ release: Release) async throws -> SmokeOutcome { try await images.tryOut(release) }

    /// Registries forget what no tag names: one gets there, which the cluster is never told of.
    func seal(_ seal: ReleaseSeal, _ files: TreeListing) async throws {
        try await images.seal(seal, files)
        try await images.activate(seal)
    }

    /// The registry is not asked: the nodes may have the image, and a registry that is down keeps nobody from going
    /// back.
    func requireUsable(_ seal: ReleaseSeal) async throws { _ = try workload(of: seal) }

    /// What ran before is let run again also where the target's repository is another one by now.
    func activate(_ seal: ReleaseSeal) async throws {
        try await cluster.write(try workload(of: seal, replaced: replaced.image))
    }

    func checkHealth(of seal: ReleaseSeal) async throws {
        try await cluster.check(try workload(of: seal, replaced: replaced.image))
    }

    func hasSameKeys(as seal: ReleaseSeal) -> Bool { seal.details[KubernetesTarget.baseDetail] == base }

    /// A branch has all objects or none.
    func restore(_ current: ReleaseSeal) async throws {
        if settings.delivery == .kubectl { try await activate(current) }
    }

    func isServed(_ release: Release, as seal: ReleaseSeal) async throws -> Bool {
        guard let image = seal.details[KubernetesTarget.imageDetail].flatMap({ Digest(reference: $0) }),
            hasSameKeys(as: seal)
        else { return false }
        let today = try details(of: release.plan, release.tag, image: image)
        guard today.allSatisfy({ seal.details[$0.key] == $0.value }) else { return false }
        return try await cluster.differences(from: try workload(of: seal)).isEmpty
    }

    func differences(of seal: ReleaseSeal) async throws -> [String] {
        let workload: Workload
        // What cannot be run as it was sealed may be made anew.
        do throws(Workload.Problem) { workload = try Workload(seal, on: target.name, settings) } catch {
            return ["\(error)"]
        }
        let found =
            try await current() == seal.release
            ? try await cluster.differences(from: workload) : workload.changedKeys(since: seal)
        return try await found + images.contentDifferences(of: seal)
    }

    func discard(_ release: ReleaseID) async throws { try await images.discard(release) }

    /// Returns what the cluster would be told of a release, as a file of YAML; where none of the seals is its own, its
    /// image was not made yet, and zeros stand for the digest.
    func manifests(of release: Release, among seals: [ReleaseSeal]) throws -> String {
        let made = seals.first { $0.release == release.id }?.details[KubernetesTarget.imageDetail]
        guard let image = Digest(reference: made ?? "sha256:\(String(repeating: "0", count: 64))") else { return "" }
        let details = try details(of: release.plan, release.tag, image: image)
        let workload = try workload(of: ReleaseSeal(release, smoke: SmokeOutcome(.unchecked), details: details))
        return Manifests.text(of: workload.objects)
    }

    private func workload(of seal: ReleaseSeal, replaced: String? = nil) throws -> Workload {
        do throws(Workload.Problem) {
            return try Workload(seal, on: target.name, settings, replaced: replaced)
        } catch {
            throw Failure(
                .failed,
                "cannot run \(seal.tag) on \(target.name): \(error)",
                hints: ["deploy it again: `git model deploy \(seal.tag) \(target.name)`"]
            )
        }
    }

    private func details(of plan: ReleasePlan, _ tag: String, image: Digest) throws -> [String: String] {
        do throws(Workload.Problem) { return try Workload.details(of: plan, image: image, settings) } catch {
            throw Failure(
                .failed,
                "cannot run \(tag) on \(target.name): \(error)",
                hints: ["say what starts the server in the container: `deploy.\(target.name).command`"]
            )
        }
    }

    /// Returns the target as `OCITarget` reads it; its tag says what was put there last.
    private static func imageTarget(_ target: DeploymentTarget) throws(TargetError) -> DeploymentTarget {
        var values: [String: [String]] = [:]
        for key in imageKeys { values[key] = target.settings.texts(key) }
        values["kind"] = [DeploymentTarget.Kind.oci.rawValue]
        values["tag"] = ["deployed"]
        return try DeploymentTarget(TargetSettings(target.name, values.filter { !$0.value.isEmpty }))
    }
}
