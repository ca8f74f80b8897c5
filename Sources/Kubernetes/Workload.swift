import Codec
package import Deployment
package import ModelCore
import OCI

/// A release as a cluster runs it: what of it was tried and stays the same, and what the target's keys say today of
/// where and how much.
///
/// Going back to a release thus brings back its images and commands, and leaves how many pods there are as it is.
package struct Workload: Sendable, Hashable {
    /// What the seal of a release has to say for a cluster.
    package enum Detail {
        /// The model's image, by its digest.
        package static let model = "kubernetes.model"
        /// The server's image, by its digest.
        package static let server = "kubernetes.server"
        /// The words that start the server, as a JSON array.
        package static let command = "kubernetes.command"
        /// The port that it listens at.
        package static let port = "kubernetes.port"
        /// Where it is asked whether it is ready; missing where it is ready as soon as it accepts connections.
        package static let health = "kubernetes.health"
    }

    /// Why a release cannot be run in a cluster.
    package struct Problem: Error, Hashable, CustomStringConvertible {
        /// One clause.
        package let description: String
    }

    /// The directory of the model's files in the server's container.
    package static let directory = PlainImage.directory

    /// The target's keys.
    package let settings: KubernetesSettings
    /// The target.
    package let target: TargetName
    let seal: ReleaseSeal
    let modelImage: ImageReference
    let serverImage: ImageReference
    let command: [String]
    let port: Int
    let health: String?

    /// Reads what a seal says; throws where it does not say enough, or has the model's image from elsewhere than the
    /// target's repository.
    ///
    /// `replaced` is an image that may be from anywhere: the one that ran before, which the way back needs.
    package init(
        _ seal: ReleaseSeal,
        on target: TargetName,
        _ settings: KubernetesSettings,
        replaced: String? = nil
    ) throws(Problem) {
        self.seal = seal
        self.target = target
        self.settings = settings
        modelImage = try Workload.image(Detail.model, of: seal)
        guard modelImage.place == settings.repository.place || "\(modelImage)" == replaced else {
            throw Problem(description: "its image is \(modelImage), which is not in deploy.\(target).to")
        }
        serverImage = try Workload.image(Detail.server, of: seal)
        guard let port = seal.details[Detail.port].flatMap({ Int($0) }), (1...65535).contains(port),
            let words = try? JSONValue(parsing: Array((seal.details[Detail.command] ?? "[]").utf8)).array
        else { throw Problem(description: "what is kept of \(seal.release) does not say how it is served") }
        self.port = port
        command = words.compactMap(\.string)
        health = seal.details[Detail.health]
    }

    /// Returns what the seal of a release has to say, with the digest of its image.
    ///
    /// Throws for a command that listens where no other container can reach it.
    package static func details(
        of plan: ReleasePlan,
        image: Digest,
        _ settings: KubernetesSettings
    ) throws(Problem) -> [String: String] {
        var model = settings.repository
        model.digest = image
        let words = settings.command ?? plan.serve
        guard !words.contains(where: { $0.contains("{socket}") }) else {
            throw Problem(
                description: "its serve command listens at a Unix socket, which no probe of a cluster can reach"
            )
        }
        let filled = words.map { word in
            JSONValue.string(
                word.replacing("{port}", with: "\(settings.port)").replacing("{dir}", with: directory)
            )
        }
        var details = [
            Detail.model: "\(model)", Detail.server: "\(settings.serverImage)", Detail.port: "\(settings.port)",
            Detail.command: String(decoding: JSONValue.array(filled).line.dropLast(), as: UTF8.self),
        ]
        if let health = plan.health { details[Detail.health] = health.hasPrefix("/") ? health : "/" + health }
        return details
    }

    private static func image(_ key: String, of seal: ReleaseSeal) throws(Problem) -> ImageReference {
        guard let text = seal.details[key], let reference = try? ImageReference(text), reference.digest != nil,
            reference.tag == nil
        else { throw Problem(description: "what is kept of \(seal.release) does not say its images by their digests") }
        return reference
    }

    /// The objects in the order in which the cluster is told of them: what is current is decided by the last.
    package var objects: [JSONValue] { surroundings + [deployment] }

    /// The objects beside the Deployment; they are the same for every release, up to what they say of it.
    package var surroundings: [JSONValue] { [service, serviceMonitor].compactMap(\.self) }

    /// The Deployment; what it says of all objects changes with every key of the target that any of them has.
    package var deployment: JSONValue {
        let bare = Manifests.text(of: surroundings + [deployment(saying: [:])])
        let digest = SHA256.digest(of: Array(bare.utf8))
        return deployment(saying: [Annotation.objects: .string("\(digest)")])
    }

    private func deployment(saying more: [String: JSONValue]) -> JSONValue {
        var spec: [String: JSONValue] = [
            "progressDeadlineSeconds": JSONValue(Int64(settings.timeout)),
            "revisionHistoryLimit": JSONValue(Int64(settings.keep)),
            "selector": .object(["matchLabels": .object(selector)]),
            // Nobody leaves before another is ready.
            "strategy": .object([
                "type": "RollingUpdate",
                "rollingUpdate": .object(["maxSurge": JSONValue(1), "maxUnavailable": JSONValue(0)]),
            ]),
            "template": podTemplate,
        ]
        if let replicas = settings.replicas { spec["replicas"] = JSONValue(Int64(replicas)) }
        return object("apps/v1", "Deployment", spec, saying: more)
    }

    private var service: JSONValue? {
        guard settings.service != .none else { return nil }
        let port: [String: JSONValue] = [
            "name": "http", "port": JSONValue(Int64(port)), "protocol": "TCP", "targetPort": "http",
        ]
        return object(
            "v1",
            "Service",
            [
                "type": .string(settings.service.rawValue), "selector": .object(selector),
                "ports": .array([.object(port)]),
            ]
        )
    }

    private var serviceMonitor: JSONValue? {
        guard settings.monitoring == .serviceMonitor else { return nil }
        return object(
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            [
                "endpoints": .array([.object(["port": "http", "path": "/metrics"])]),
                "selector": .object(["matchLabels": .object(selector)]),
            ]
        )
    }

    private func object(
        _ version: String,
        _ kind: String,
        _ spec: [String: JSONValue],
        saying more: [String: JSONValue] = [:]
    ) -> JSONValue {
        .object([
            "apiVersion": .string(version), "kind": .string(kind), "spec": .object(spec),
            "metadata": .object([
                "name": .string(settings.name), "namespace": .string(settings.namespace), "labels": .object(labels),
                "annotations": .object(annotations.merging(more) { own, _ in own }),
            ]),
        ])
    }

    /// What stays the same for as long as the objects exist: a cluster lets nobody change it.
    private var selector: [String: JSONValue] {
        ["app.kubernetes.io/instance": .string(settings.name), "app.kubernetes.io/managed-by": "git-model"]
    }

    var labels: [String: JSONValue] {
        let own: [String: JSONValue] = [
            "app.kubernetes.io/name": .string(ObjectName.labelValue(of: seal.model)),
            "app.kubernetes.io/version": .string(ObjectName.labelValue(of: seal.version)),
            "app.kubernetes.io/component": "model-server",
        ]
        return own.merging(selector) { own, _ in own }
    }

    /// What tells which release it is.
    var annotations: [String: JSONValue] { Annotation.values(of: seal, on: target).mapValues { .string($0) } }
}

extension Workload {
    /// The release.
    package var release: ReleaseID { seal.release }

    /// What a commit that has the objects says.
    package var message: String {
        "Run \(seal.model) \(seal.version) on \(target)\n\nRelease: \(seal.release)\nDigest: \(seal.digest)\nCommit: \(seal.commit)\n"
    }

    /// Returns which keys of the target are not what they were when the release was tried, a line each.
    package func changedKeys(since seal: ReleaseSeal) -> [String] {
        guard let image = modelImage.digest,
            let now = try? Workload.details(of: seal.plan, image: image, settings)
        else { return [] }
        var keys = [(Detail.server, "image"), (Detail.port, "port")]
        // An event does not have the words that serve a version.
        if settings.command != nil { keys.append((Detail.command, "command")) }
        return keys.compactMap { detail, key in
            now[detail] == seal.details[detail] ? nil : "deploy.\(target).\(key) was another one when it was tried"
        }
    }
}
