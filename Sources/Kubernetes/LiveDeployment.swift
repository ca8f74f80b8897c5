package import ModelCore

/// A Deployment as the cluster, or a file that it follows, has it.
package struct LiveDeployment: Sendable, Hashable {
    /// Its annotations.
    package let annotations: [String: String]
    /// Who runs what: `server`, `model` and whatever else there is, by their names.
    package let images: [String: String]
    /// How many pods there should be.
    package let replicas: Int64
    /// How many of them have what it says, and answer.
    package let readyReplicas: Int64
    /// Whether the cluster has looked at what it says.
    package let isObserved: Bool
    /// Why it does not get on; empty where it does.
    package let complaints: [String]

    /// Reads what `kubectl get -o json` says; `nil` for what is no Deployment.
    package init?(_ value: JSONValue) {
        guard let root = value.object, root["kind"]?.string == "Deployment", let spec = root["spec"]?.object else {
            return nil
        }
        let metadata = root["metadata"]?.object ?? [:]
        let status = root["status"]?.object ?? [:]
        annotations = (metadata["annotations"]?.object ?? [:]).compactMapValues(\.string)
        images = LiveDeployment.images(of: spec["template"]?.object?["spec"]?.object ?? [:])
        replicas = spec["replicas"]?.integer ?? 1
        readyReplicas = min(status["updatedReplicas"]?.integer ?? 0, status["availableReplicas"]?.integer ?? 0)
        isObserved = (status["observedGeneration"]?.integer ?? 0) >= (metadata["generation"]?.integer ?? 0)
        complaints = (status["conditions"]?.array ?? []).compactMap { condition in
            guard let members = condition.object, let type = members["type"]?.string else { return nil }
            let wanted = type == "ReplicaFailure" ? "False" : "True"
            guard let state = members["status"]?.string, state != wanted else { return nil }
            return members["message"]?.string ?? members["reason"]?.string ?? "it is not \(type)"
        }
    }

    /// The release that it says it is.
    package var release: String? { annotations[Annotation.release] }

    /// The model's image.
    package var modelImage: String? { images["model"] }

    /// Returns what is not as another Deployment, one that is wanted, has it, a line each.
    package func differences(from wanted: LiveDeployment, expectsReplicas: Bool) -> [String] {
        var lines: [String] = []
        for (name, value) in wanted.annotations.sorted(by: { $0.key < $1.key })
        where annotations[name] != value && name != Annotation.objects {
            lines.append("annotation \(name) is \(annotations[name] ?? "missing"), not \(value)")
        }
        for (name, image) in wanted.images.sorted(by: { $0.key < $1.key }) where images[name] != image {
            lines.append("the image of \(name) is \(images[name] ?? "missing"), not \(image)")
        }
        if expectsReplicas, replicas != wanted.replicas {
            lines.append("there are to be \(replicas) replicas, not \(wanted.replicas)")
        }
        // What else was another key when it was applied is in no line of its own.
        if lines.isEmpty, annotations[Annotation.objects] != wanted.annotations[Annotation.objects] {
            lines.append("it was applied with other keys than the target has now")
        }
        return lines
    }

    private static func images(of pod: [String: JSONValue]) -> [String: String] {
        var images: [String: String] = [:]
        for container in (pod["containers"]?.array ?? []) + (pod["initContainers"]?.array ?? []) {
            if let name = container.object?["name"]?.string { images[name] = container.object?["image"]?.string }
        }
        for volume in pod["volumes"]?.array ?? [] {
            guard let name = volume.object?["name"]?.string, let image = volume.object?["image"]?.object else {
                continue
            }
            images[name] = image["reference"]?.string
        }
        return images
    }
}
