import Deployment
import ModelCore

extension Workload {
    /// Where a container that copies the model's files has the server's directory.
    private static let copyDirectory = "/mnt/models"

    /// What each pod is made from.
    var podTemplate: JSONValue {
        var spec: [String: JSONValue] = [
            // Nothing in the pod has to talk to the cluster.
            "automountServiceAccountToken": .bool(false),
            "enableServiceLinks": .bool(false),
            "containers": .array([.object(server)]),
            "volumes": .array([.object(modelVolume), .object(["name": "tmp", "emptyDir": .object([:])])]),
            "securityContext": .object([
                "runAsNonRoot": .bool(true), "runAsUser": JSONValue(Int64(settings.user)),
                "runAsGroup": JSONValue(Int64(settings.user)), "fsGroup": JSONValue(Int64(settings.user)),
                "seccompProfile": .object(["type": "RuntimeDefault"]),
            ]),
        ]
        if settings.form == .initContainer { spec["initContainers"] = .array([.object(copy)]) }
        var annotations = annotations
        if settings.monitoring == .annotations {
            annotations["prometheus.io/scrape"] = "true"
            annotations["prometheus.io/port"] = .string("\(port)")
            annotations["prometheus.io/path"] = "/metrics"
        }
        let metadata: [String: JSONValue] = ["labels": .object(labels), "annotations": .object(annotations)]
        return .object(["metadata": .object(metadata), "spec": .object(spec)])
    }

    private var server: [String: JSONValue] {
        var container: [String: JSONValue] = [
            "name": "server",
            "image": .string("\(serverImage)"),
            "imagePullPolicy": "IfNotPresent",
            "workingDir": .string(Workload.directory),
            "env": .array(variables),
            "ports": .array([
                .object(["name": "http", "containerPort": JSONValue(Int64(port)), "protocol": "TCP"])
            ]),
            "volumeMounts": .array([.object(modelMount), .object(["name": "tmp", "mountPath": "/tmp"])]),
            "securityContext": Workload.confinement,
            "startupProbe": probe(every: 2, failures: (settings.timeout + 1) / 2),
            "readinessProbe": probe(every: 5, failures: 2),
            "livenessProbe": probe(every: 10, failures: 6),
        ]
        if !command.isEmpty { container["command"] = .array(command.map { .string(Workload.literal($0)) }) }
        let resources = resources
        if !resources.isEmpty { container["resources"] = .object(resources) }
        return container
    }

    private var modelMount: [String: JSONValue] {
        var mount: [String: JSONValue] = [
            "name": "model", "mountPath": .string(Workload.directory), "readOnly": .bool(true),
        ]
        // The image has the files in a directory of its own.
        if settings.form == .imageVolume { mount["subPath"] = .string(String(Workload.directory.dropFirst())) }
        return mount
    }

    private var modelVolume: [String: JSONValue] {
        switch settings.form {
        case .imageVolume:
            [
                "name": "model",
                "image": .object(["reference": .string("\(modelImage)"), "pullPolicy": "IfNotPresent"]),
            ]
        case .initContainer: ["name": "model", "emptyDir": .object([:])]
        }
    }

    private var copy: [String: JSONValue] {
        [
            "name": "model",
            "image": .string("\(modelImage)"),
            "imagePullPolicy": "IfNotPresent",
            "command": .array([
                "cp", "-RP", .string(Workload.directory + "/."), .string(Workload.copyDirectory + "/"),
            ]),
            "securityContext": Workload.confinement,
            "volumeMounts": .array([
                .object(["name": "model", "mountPath": .string(Workload.copyDirectory)])
            ]),
        ]
    }

    private var variables: [JSONValue] {
        [
            ("GIT_MODEL_COMMIT", seal.commit), ("GIT_MODEL_DIGEST", seal.digest), ("GIT_MODEL_DIR", Workload.directory),
            // Others than this pod ask the server.
            ("GIT_MODEL_HOST", "0.0.0.0"), ("GIT_MODEL_MODEL", seal.model), ("GIT_MODEL_PORT", "\(port)"),
            ("GIT_MODEL_RELEASE", seal.release.text), ("GIT_MODEL_TARGET", target.text),
            ("GIT_MODEL_VERSION", seal.version), ("HOME", "/tmp"),
        ].map { name, value in .object(["name": .string(name), "value": .string(Workload.literal(value))]) }
    }

    private var resources: [String: JSONValue] {
        var (requests, limits): ([String: JSONValue], [String: JSONValue]) = ([:], [:])
        if let cpu = settings.resources.cpu { requests["cpu"] = .string(cpu) }
        if let memory = settings.resources.memory {
            requests["memory"] = .string(memory)
            limits["memory"] = .string(memory)
        }
        if let gpu = settings.resources.gpu { limits["nvidia.com/gpu"] = .string("\(gpu)") }
        var resources: [String: JSONValue] = [:]
        if !requests.isEmpty { resources["requests"] = .object(requests) }
        if !limits.isEmpty { resources["limits"] = .object(limits) }
        return resources
    }

    private func probe(every seconds: Int64, failures: Int) -> JSONValue {
        let check: (String, JSONValue) =
            if let health { ("httpGet", .object(["path": .string(health), "port": "http"])) } else {
                ("tcpSocket", .object(["port": "http"]))
            }
        return .object([
            check.0: check.1, "periodSeconds": JSONValue(seconds), "timeoutSeconds": JSONValue(5),
            "failureThreshold": JSONValue(Int64(failures)),
        ])
    }

    /// What a container may do: nothing that takes more than its files and its port.
    private static let confinement = JSONValue.object([
        "allowPrivilegeEscalation": .bool(false),
        "readOnlyRootFilesystem": .bool(true),
        "capabilities": .object(["drop": .array(["ALL"])]),
    ])

    /// Returns a text that Kubernetes takes as it stands, where it would else put variables in.
    private static func literal(_ text: String) -> String { text.replacing("$(", with: "$$(") }
}
