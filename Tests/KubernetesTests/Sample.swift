import Deployment
import Kubernetes
import ModelCore
import Testing

/// A release and a target that manifests are made of.
enum Sample {
    static func digits(_ digit: Character, _ count: Int = 64) -> String { String(repeating: digit, count: count) }

    static let serverImage = "ghcr.io/acme/server:2@sha256:\(digits("b"))"

    /// What the golden file of an init container was made with.
    static let everything: [String: String] = [
        "form": "init-container", "base": "docker.io/library/busybox@sha256:\(digits("e"))", "replicas": "3",
        "cpu": "500m", "memory": "2Gi", "gpu": "1", "service": "LoadBalancer", "monitoring": "ServiceMonitor",
        "port": "9000", "namespace": "ml", "command": "serve --model '/models/w/model.onnx'", "name": "churn-prod",
    ]

    /// Returns a target with these keys beside the few that it needs; an empty value takes one away.
    static func target(_ keys: [String: String] = [:], named name: String = "prod") throws -> DeploymentTarget {
        let own = ["kind": "kubernetes", "to": "registry.example.org/models/churn", "image": serverImage]
        let values = own.merging(keys) { $1 }.filter { !$0.value.isEmpty }.mapValues { [$0] }
        return try DeploymentTarget(TargetSettings(TargetName(name), values))
    }

    static func plan(health: String? = "/health", serve: [String]? = nil) -> ReleasePlan {
        var plan = ReleasePlan()
        plan.serve = serve ?? ["python", "serve.py", "--port", "{port}", "--dir={dir}", "$(HOME)"]
        plan.health = health
        return plan
    }

    static func seal(_ target: DeploymentTarget, _ plan: ReleasePlan = plan()) throws -> ReleaseSeal {
        let file = TreeEntry(
            mode: .regular,
            size: 5,
            digest: try #require(Digest(hex: digits("1"))),
            path: try RepositoryPath("w/model.onnx")
        )
        let release = Release(
            model: try ModelName("churn"),
            version: "v1.2.0+b1",
            tag: "churn@v1.2.0+b1",
            commit: digits("c", 40),
            committed: 1_767_322_800,
            files: try TreeListing([file]),
            digest: try #require(Digest(hex: digits("d"))),
            plan: plan
        )
        let settings = try KubernetesSettings(target)
        let details = try Workload.details(of: plan, image: try #require(Digest(hex: digits("a"))), settings)
        return ReleaseSeal(release, smoke: SmokeOutcome(.passed), details: details)
    }

    static func workload(_ keys: [String: String] = [:], _ plan: ReleasePlan = plan()) throws -> Workload {
        let target = try target(keys)
        return try Workload(seal(target, plan), on: target.name, KubernetesSettings(target))
    }
}
