import Deployment
import Kubernetes
import ModelCore
import TestSupport
import Testing

/// What a cluster is told of a release.
@Suite struct ManifestTests {
    private static let golden: [(String, [String: String])] = [
        ("image-volume.yaml", [:]), ("init-container.yaml", Sample.everything),
    ]

    @Test(arguments: golden)
    func `The same release and keys give the same bytes`(name: String, keys: [String: String]) throws {
        let text = Manifests.text(of: try Sample.workload(keys).objects)
        #expect(text == String(decoding: try GoldenFile.bytes(name), as: UTF8.self))
    }

    @Test func `No image is named by a tag`() throws {
        for keys in [[:], Sample.everything] {
            let text = Manifests.text(of: try Sample.workload(keys).objects)
            let images = text.split(separator: "\n").filter { $0.contains("image: ") || $0.contains("reference: ") }
            #expect(images.count == 2)
            for line in images { #expect(line.contains("@sha256:") && !line.contains(":2@"), "\(line)") }
        }
    }

    @Test func `What was written tells which release it is, and other files tell nothing`() throws {
        let found = Manifests.deployment(in: Manifests.text(of: try Sample.workload().objects))
        let annotations = found?.annotations
        #expect(annotations?[Annotation.release] == "churn-v1.2.0_b1-dddddddddddd")
        #expect(annotations?[Annotation.target] == "prod")
        #expect(annotations?["git-model/version"] == "v1.2.0+b1")
        for text in ["", "a: [", "kind: Service\n", "---\n---\n", "kind: Deployment\n---\n\u{0}"] {
            #expect(Manifests.deployment(in: text) == nil, "\(text)")
        }
    }

    @Test func `Going back brings images and commands back, and leaves how many pods there are`() throws {
        let old = try Sample.seal(try Sample.target())
        let newServer = "ghcr.io/acme/server@sha256:\(Sample.digits("f"))"
        let now = try Sample.target(["image": newServer, "replicas": "7", "port": "9999", "command": "other"])
        let workload = try Workload(old, on: now.name, KubernetesSettings(now))
        let text = Manifests.text(of: workload.objects)
        #expect(text.contains("replicas: 7") && text.contains("server@sha256:\(Sample.digits("b"))"))
        #expect(text.contains("containerPort: 8080") && !text.contains("other"))
        #expect(workload.changedKeys(since: old).count == 3)
        #expect(try Sample.workload().changedKeys(since: old) == [])
    }

    @Test(arguments: [
        "evil.example.org/models/churn", "registry.example.org/models/churn2", "registry.example.org/models",
        "registry.example.org:443/models/churn",
    ])
    func `An image of the model that is not in the target's repository is not run`(place: String) throws {
        let target = try Sample.target()
        var seal = try Sample.seal(target)
        seal.details[Workload.Detail.model] = "registry.example.org/models/churn@sha256:\(Sample.digits("9"))"
        _ = try Workload(seal, on: target.name, KubernetesSettings(target))
        seal.details[Workload.Detail.model] = "\(place)@sha256:\(Sample.digits("9"))"
        let problem = #expect(throws: Workload.Problem.self) {
            try Workload(seal, on: target.name, KubernetesSettings(target))
        }
        #expect(problem?.description.hasSuffix("which is not in deploy.prod.to") == true)
        let other = "\(place)@sha256:\(Sample.digits("8"))"
        #expect(throws: Workload.Problem.self) {
            try Workload(seal, on: target.name, KubernetesSettings(target), replaced: other)
        }
        let replaced = try #require(seal.details[Workload.Detail.model])
        for form in [[:], ["form": "init-container", "base": Sample.everything["base"] ?? ""]] {
            // What is written of it is what the next deployment finds.
            let old = try Workload(
                seal,
                on: target.name,
                try KubernetesSettings(Sample.target(form)),
                replaced: replaced
            )
            #expect(Manifests.deployment(in: Manifests.text(of: old.objects))?.modelImage == replaced)
            #expect(LiveDeployment(old.deployment)?.modelImage == replaced)
        }
    }

    @Test func `Without a path for its health, a server is asked whether it accepts connections`() throws {
        let text = Manifests.text(of: try Sample.workload([:], Sample.plan(health: nil)).objects)
        #expect(text.contains("tcpSocket:") && !text.contains("httpGet:"))
        let bare = Manifests.text(of: try Sample.workload([:], Sample.plan(health: "ready")).objects)
        #expect(bare.contains("path: \"/ready\""))
    }

    @Test func `Without words that serve it, the image starts as it is`() throws {
        #expect(!Manifests.text(of: try Sample.workload([:], Sample.plan(serve: [])).objects).contains("command:"))
    }

    @Test func `Prometheus hears of the pods by annotations`() throws {
        let text = Manifests.text(of: try Sample.workload(["monitoring": "annotations"]).objects)
        #expect(text.contains("prometheus.io/port: \"8080\"") && text.contains("prometheus.io/scrape: \"true\""))
    }

    @Test func `A command that listens at a Unix socket is refused, and so is a seal that does not say enough`() throws
    {
        let target = try Sample.target()
        #expect(throws: Workload.Problem.self) { try Sample.seal(target, Sample.plan(serve: ["x", "--at={socket}"])) }
        var seal = try Sample.seal(target)
        for key in [Workload.Detail.model, Workload.Detail.server, Workload.Detail.port] {
            var damaged = seal
            damaged.details[key] = nil
            #expect(throws: Workload.Problem.self) {
                try Workload(damaged, on: target.name, KubernetesSettings(target))
            }
        }
        seal.details[Workload.Detail.model] = "registry.example.org/models/churn:v1"
        #expect(throws: Workload.Problem.self) { try Workload(seal, on: target.name, KubernetesSettings(target)) }
    }
}
