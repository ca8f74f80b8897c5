import Deployment
import Kubernetes
import ModelCore

/// A cluster that follows a file of a branch, by Argo CD, Flux or whatever else: what the branch says is what it runs.
struct FollowedCluster: ClusterWriting {
    /// What keeps others out: the remote takes a commit only on top of what was seen.
    private struct Lock: TargetLock {
        let branch: ManifestBranch
        let local: any TargetLock

        func release() async {
            branch.end()
            await local.release()
        }
    }

    private let file: RepositoryPath
    private let branch: String
    private let target: String
    private let workspace: Workspace
    private let opened = OpenedBranch()

    init(_ file: RepositoryPath, on branch: String, of target: String, in workspace: Workspace) {
        self.file = file
        self.branch = branch
        self.target = target
        self.workspace = workspace
    }

    func lock(beside local: any TargetLock) async throws -> any TargetLock {
        do {
            let manifests = try await manifests()
            try await manifests.begin()
            return Lock(branch: manifests, local: local)
        } catch {
            await local.release()
            throw error
        }
    }

    func deployment() async throws -> LiveDeployment? {
        let manifests = try await manifests()
        guard let text = try await manifests.text() else { return nil }
        guard let deployment = Manifests.deployment(in: text), deployment.annotations[Annotation.target] == target
        else {
            throw Failure(
                .failed,
                "\(manifests.place) is not what git-model wrote for \(target), and stays as it is",
                hints: ["name another file: `git config -f .mver/config deploy.\(target).manifests PATH`"]
            )
        }
        return deployment
    }

    func write(_ workload: Workload) async throws {
        // Whoever is there is checked: a file that somebody else wrote is not replaced.
        _ = try await deployment()
        try await manifests().put(Manifests.text(of: workload.objects), message: workload.message)
    }

    func check(_ workload: Workload) async throws {
        let found = try await differences(from: workload)
        guard found.isEmpty else {
            throw Failure(.verification, "\(target) is not to run \(workload.release): \(found[0])")
        }
    }

    func differences(from workload: Workload) async throws -> [String] {
        let manifests = try await manifests()
        guard let text = try await manifests.text() else { return ["there is no \(manifests.place)"] }
        guard text != Manifests.text(of: workload.objects) else { return [] }
        guard let deployment = Manifests.deployment(in: text) else { return ["\(manifests.place) cannot be read"] }
        let found = deployment.release ?? "nothing of git-model's"
        guard found == workload.release.text else {
            return ["\(manifests.place) has \(found), not \(workload.release)"]
        }
        return ["\(manifests.place) is not as the keys of \(target) have it"]
    }

    private func manifests() async throws -> ManifestBranch {
        if let branch = opened.branch { return branch }
        guard let remote = try workspace.registryRemote() else {
            throw Failure(
                .failed,
                "no Git remote is set up whose branch \(branch) a cluster could follow",
                hints: ["add one: `git remote add origin URL`"]
            )
        }
        return opened.keep(try ManifestBranch(file, on: branch, of: remote, for: target, in: workspace))
    }
}
