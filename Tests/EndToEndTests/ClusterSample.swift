import SystemPackage
import TestSupport
import Testing

/// A repository with two versions, a registry and a cluster; `~/cluster` says what the cluster was asked.
struct ClusterSample {
    /// The digest of the server's image.
    static let digest = String(repeating: "b", count: 64)

    let scratch: ScratchRepository
    let registry: RegistryServer
    let cluster: LoopbackServer

    init() async throws {
        scratch = try await ScratchRepository(named: "bert")
        registry = try await RegistryServer(in: scratch.home.appending("registry"))
        let state = scratch.home.appending("cluster")
        try await scratch.run("mkdir ~/cluster").expectSuccess()
        let program = PackageFiles.root.appending("Tests/EndToEndTests/References/cluster.py")
        cluster = try await LoopbackServer(log: scratch.home.appending("cluster.log")) {
            ["python3", program.string, "\($0)", state.string]
        }
        try scratch.write(
            """
            apiVersion: v1
            kind: Config
            clusters: [{name: test, cluster: {server: "\(cluster.origin)"}}]
            users: [{name: ada, user: {}}]
            contexts: [{name: test, context: {cluster: test, user: ada}}]
            current-context: test

            """,
            to: "../.kube/config"
        )
    }

    func run(_ script: String) async throws -> ShellResult {
        try await scratch.run(DeploymentSample.setUp + target + script)
    }

    /// Keys of this clone's own: nobody has to agree to them.
    private var target: String {
        """
        git config git-model.deploy.prod.kind kubernetes && git config git-model.deploy.prod.namespace ml
        git config git-model.deploy.prod.to \(registry.authority)/models/bert
        git config git-model.deploy.prod.image ghcr.io/acme/server@sha256:\(ClusterSample.digest)
        live() { kubectl --namespace=ml get deployment prod -o json; }
        version_of() { grep -o '"git-model/version": "[^"]*"' | sort -u; }

        """
    }
}
