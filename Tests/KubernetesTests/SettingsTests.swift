import Deployment
import Kubernetes
import Testing

/// The keys of a target, as people write them.
@Suite struct SettingsTests {
    private static let mistakes: [([String: String], String)] = [
        (["to": ""], "deploy.prod.to is not set, and the cluster has to get the model's image from a registry"),
        (["to": "oci:images"], "deploy.prod.to is a directory"),
        (["to": "a.example.org/b:v1"], "deploy.prod.to has a tag or digest"),
        (["to": "churn"], "deploy.prod.to is wrong: churn is no image"),
        (["image": ""], "deploy.prod.image is not set, and the model needs a server"),
        (["image": "ghcr.io/acme/server:2"], "which is not named by its digest"),
        (["image": "oci:server@sha256:\(Sample.digits("b"))"], "which is not named by its digest"),
        (["command": "a | b"], "which only a shell understands"), (["port": "70000"], "no number from 1 to 65535"),
        (["name": "Prod"], "deploy.prod.name is Prod"), (["name": "-a"], "a letter first"),
        (["name": Sample.digits("a", 53)], "up to 52"), (["namespace": "a/b"], "which is no DNS label"),
        (["replicas": "0"], "no number from 1 to 1000"), (["user": "0"], "deploy.prod.user is 0"),
        (["form": "sidecar"], "which is none of image-volume, init-container"),
        (["form": "init-container"], "deploy.prod.base is not set, and copying the files takes an image with `cp`"),
        (["cpu": "fast"], "deploy.prod.cpu is fast, which is no quantity"), (["memory": "2GB"], "no quantity"),
        (["memory": "-1Gi"], "no quantity"), (["gpu": "-1"], "no number from 1 to 64"),
        (["service": "clusterip"], "which is none of none, ClusterIP, NodePort, LoadBalancer"),
        (["monitoring": "yes"], "which is none of none, annotations, ServiceMonitor"),
        (["monitoring": "ServiceMonitor", "service": "none"], "watches a service, and there is none"),
        (["apply": "helm"], "which is none of kubectl, gitops"),
        (["apply": "gitops"], "deploy.prod.manifests is not set"),
        (["apply": "gitops", "manifests": "prod.yaml"], "deploy.prod.branch is not set"),
        (["apply": "gitops", "manifests": "../x", "branch": "deploy"], "deploy.prod.manifests is wrong"),
        (["replica": "3"], "deploy.prod.replica is not known"),
    ]

    @Test(arguments: mistakes)
    func `A mistake is said with the key that has it`(keys: [String: String], message: String) throws {
        let target = try Sample.target(keys)
        let error = #expect(throws: TargetError.self) { try KubernetesSettings(target) }
        #expect(error.map { "\($0)".contains(message) } == true, "\(String(describing: error))")
    }

    @Test func `What is not set is what most people want`() throws {
        let settings = try KubernetesSettings(try Sample.target())
        #expect(settings.name == "prod" && settings.namespace == "default" && settings.port == 8080)
        #expect(settings.replicas == nil && settings.context == nil && settings.command == nil)
        #expect(settings.delivery == .kubectl && settings.form == .imageVolume && settings.service == .clusterIP)
        #expect("\(settings.serverImage)" == "ghcr.io/acme/server@sha256:\(Sample.digits("b"))")
    }

    private static let names: [(String, String?)] = [
        ("prod", "prod"), ("Prod_EU.west", "prod-eu-west"), ("1st", nil), ("a_", nil), (Sample.digits("a", 60), nil),
    ]

    @Test(arguments: names)
    func `A target's name becomes one of the cluster where it can`(name: String, expected: String?) throws {
        let target = try Sample.target(named: name)
        let settings = try? KubernetesSettings(target)
        #expect(settings?.name == expected)
    }

    private static let values: [(String, String)] = [
        ("v1.2.0+b1", "v1.2.0_b1"), ("team/churn", "team_churn"), ("-a-", "a"), ("", ""),
        (Sample.digits("a", 62) + "._b", Sample.digits("a", 62)),
    ]

    @Test(arguments: values)
    func `A label says what it can`(text: String, expected: String) {
        #expect(ObjectName.labelValue(of: text) == expected)
    }
}
