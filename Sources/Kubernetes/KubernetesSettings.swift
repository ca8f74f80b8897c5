package import Deployment
package import ModelCore
package import OCI

/// The keys of a target of the kind `kubernetes`.
package struct KubernetesSettings: Sendable, Hashable {
    /// How the model's files come into a pod.
    package enum Form: String, Sendable, Hashable, CaseIterable {
        /// The image is a volume: Kubernetes 1.35, or 1.33 with the feature ImageVolume.
        case imageVolume = "image-volume"
        /// A container of the image copies them before the server starts.
        case initContainer = "init-container"
    }

    /// By what name other pods, or the world, reach the server.
    package enum Service: String, Sendable, Hashable, CaseIterable {
        case none
        case clusterIP = "ClusterIP"
        case nodePort = "NodePort"
        case loadBalancer = "LoadBalancer"
    }

    /// How Prometheus hears of the server's `/metrics`.
    package enum Monitoring: String, Sendable, Hashable, CaseIterable {
        case none
        /// By annotations of the pods.
        case annotations
        /// By an object of the Prometheus Operator.
        case serviceMonitor = "ServiceMonitor"
    }

    /// Who tells the cluster.
    package enum Delivery: Sendable, Hashable {
        /// The user's `kubectl`.
        case kubectl
        /// Whoever follows a file of a branch, such as Argo CD or Flux.
        case gitOps(file: RepositoryPath, branch: String)
    }

    /// The keys beside those that every kind has.
    package static let keys: Set<String> = [
        "to", "base", "insecure", "paths", "image", "command", "port", "name", "namespace", "context", "replicas",
        "user",
        "form",
        "cpu", "memory", "gpu", "service", "monitoring", "apply", "manifests", "branch",
    ]

    /// The repository of the model's images, without tag or digest.
    package let repository: ImageReference
    /// The server's image, by its digest.
    package let serverImage: ImageReference
    /// The words that start the server; `nil` for those that serve the version.
    package let command: [String]?
    /// The port that the server listens at.
    package let port: Int
    /// The name of the objects.
    package let name: String
    /// The namespace that they are in.
    package let namespace: String
    /// The context of the user's kubeconfig; `nil` for the current one.
    package let context: String?
    /// How many pods there are; `nil` where somebody else decides, such as an autoscaler.
    package let replicas: Int?
    /// The number of the user that the containers run as.
    package let user: Int
    /// How the files come into a pod.
    package let form: Form
    /// What a pod gets of processors, memory and GPUs, as Kubernetes writes quantities.
    package let resources: Resources
    /// How the server is reached.
    package let service: Service
    /// How it is watched.
    package let monitoring: Monitoring
    /// Who tells the cluster.
    package let delivery: Delivery
    /// How many seconds a pod has until it is ready.
    package let timeout: Int
    /// How many replica sets of before the cluster keeps.
    package let keep: Int

    /// What a pod gets.
    package struct Resources: Sendable, Hashable {
        package var cpu: String?
        package var memory: String?
        package var gpu: Int?
    }

    /// Reads the keys of a target; throws `TargetError` that names the key.
    package init(_ target: DeploymentTarget) throws(TargetError) {
        let settings = target.settings
        try settings.requireKnown(DeploymentTarget.commonKeys.union(KubernetesSettings.keys))
        repository = try KubernetesSettings.repository(settings)
        serverImage = try KubernetesSettings.serverImage(settings)
        command = try KubernetesSettings.command(settings)
        port = try settings.integer("port", in: 1...65535, or: 8080)
        name = try KubernetesSettings.name(settings)
        namespace = settings.text("namespace") ?? "default"
        guard ObjectName.isValid(namespace) else {
            throw settings.problem("namespace", "is \(QuotedPath.encode(namespace)), which is no DNS label")
        }
        context = settings.text("context")
        replicas = settings.text("replicas") == nil ? nil : try settings.integer("replicas", in: 1...1000, or: 1)
        // Nobody in particular, as images without a shell have it.
        user = try settings.integer("user", in: 1...Int(Int32.max), or: 65532)
        form = try settings.choice("form", or: .imageVolume)
        resources = Resources(
            cpu: try settings.quantity("cpu"),
            memory: try settings.quantity("memory"),
            gpu: settings.text("gpu") == nil ? nil : try settings.integer("gpu", in: 1...64, or: 1)
        )
        service = try settings.choice("service", or: .clusterIP)
        monitoring = try settings.choice("monitoring", or: .none)
        delivery = try KubernetesSettings.delivery(settings)
        (timeout, keep) = (target.timeout, target.keep)
        if form == .initContainer, settings.text("base") == nil {
            throw settings.problem(
                "base",
                "is not set, and copying the files takes an image with `cp`, named by its digest"
            )
        }
        if monitoring == .serviceMonitor, service == .none {
            throw settings.problem("monitoring", "is ServiceMonitor, which watches a service, and there is none")
        }
    }

    private static func repository(_ settings: TargetSettings) throws(TargetError) -> ImageReference {
        let text = try settings.required("to", for: "the cluster has to get the model's image from a registry")
        let reference = try image(text, "to", settings)
        guard case .registry = reference.place else {
            throw settings.problem("to", "is a directory, and a cluster gets images from a registry")
        }
        guard reference.tag == nil, reference.digest == nil else {
            throw settings.problem("to", "has a tag or digest; it is the digest of each version that gets there")
        }
        return reference
    }

    private static func serverImage(_ settings: TargetSettings) throws(TargetError) -> ImageReference {
        let text = try settings.required("image", for: "the model needs a server: HOST/REPOSITORY@sha256:…")
        var reference = try image(text, "image", settings)
        guard case .registry = reference.place, reference.digest != nil else {
            throw settings.problem(
                "image",
                "is \(QuotedPath.encode(text)), which is not named by its digest, so that it could be another tomorrow"
            )
        }
        // The digest says it all.
        reference.tag = nil
        return reference
    }

    private static func image(
        _ text: String,
        _ key: String,
        _ settings: TargetSettings
    ) throws(TargetError) -> ImageReference {
        do throws(ImageReferenceError) { return try ImageReference(text) } catch {
            throw settings.problem(key, "is wrong: \(error)")
        }
    }

    private static func command(_ settings: TargetSettings) throws(TargetError) -> [String]? {
        guard let text = settings.text("command") else { return nil }
        guard let words = ShellWord.words(of: text), !words.isEmpty else {
            throw settings.problem(
                "command",
                "is \(QuotedPath.encode(text)), which only a shell understands: `sh -c '…'` runs one"
            )
        }
        return words
    }

    private static func name(_ settings: TargetSettings) throws(TargetError) -> String {
        if let text = settings.text("name") {
            guard ObjectName.isValid(text) else {
                throw settings.problem(
                    "name",
                    "is \(QuotedPath.encode(text)): use up to 52 lowercase letters, digits and \"-\", a letter first"
                )
            }
            return text
        }
        guard let name = ObjectName.label(of: settings.name.text) else {
            throw settings.problem("name", "is not set, and \(settings.name) cannot be a name in a cluster")
        }
        return name
    }

    private static func delivery(_ settings: TargetSettings) throws(TargetError) -> Delivery {
        switch settings.text("apply") ?? "kubectl" {
        case "kubectl": return .kubectl
        case "gitops":
            let text = try settings.required("manifests", for: "the file of the branch has to have a path")
            let branch = try settings.required("branch", for: "somebody has to follow a branch")
            do throws(RepositoryPathError) { return .gitOps(file: try RepositoryPath(text), branch: branch) } catch {
                throw settings.problem("manifests", "is wrong: \(error)")
            }
        case let text:
            throw settings.problem("apply", "is \(QuotedPath.encode(text)), which is none of kubectl, gitops")
        }
    }
}

extension TargetSettings {
    /// Returns the case that a key's value names.
    fileprivate func choice<Choice: CaseIterable & RawRepresentable>(
        _ key: String,
        or fallback: Choice
    ) throws(TargetError) -> Choice where Choice.RawValue == String {
        guard let text = text(key) else { return fallback }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw problem(key, "is \(QuotedPath.encode(text)), which is none of \(names)")
    }

    /// Returns a quantity as Kubernetes writes it: digits, a fraction, and a unit.
    fileprivate func quantity(_ key: String) throws(TargetError) -> String? {
        guard let text = text(key) else { return nil }
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let units: Set<Substring> = ["", "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi"]
        guard units.contains(text.dropFirst(number.count)), let value = Double(number), value > 0, text.count <= 20
        else {
            throw problem(key, "is \(QuotedPath.encode(text)), which is no quantity such as 500m or 2Gi")
        }
        return text
    }
}
