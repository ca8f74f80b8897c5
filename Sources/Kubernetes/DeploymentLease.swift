package import ModelCore

/// What keeps others from deploying to a target in a cluster: a Lease with its holder, and for how long it counts.
package struct DeploymentLease: Sendable, Hashable {
    /// How long it counts without being renewed, in seconds.
    package static let duration: Int64 = 120

    /// Its name in the cluster.
    package let name: String
    /// The namespace.
    package let namespace: String
    /// Who holds it; empty where nobody does.
    package var holder: String
    /// Since when, in seconds since 1970.
    package var acquired: Int64
    /// When it was renewed last, in seconds since 1970.
    package var renewed: Int64
    /// The version of the object in the cluster; `nil` of one that is not there yet.
    package var resourceVersion: String?
    private var seconds = DeploymentLease.duration

    /// Creates the lease of a target's objects, from now on.
    package init(of settings: KubernetesSettings, holder: String, now: Int64) {
        name = "git-model-\(settings.name)"
        namespace = settings.namespace
        self.holder = holder
        (acquired, renewed) = (now, now)
    }

    /// Reads a Lease of the cluster; `nil` for what is none.
    ///
    /// One that says no time counts as long over.
    package init?(_ value: JSONValue) {
        guard let root = value.object, root["kind"]?.string == "Lease", let metadata = root["metadata"]?.object,
            let name = metadata["name"]?.string, let namespace = metadata["namespace"]?.string,
            let version = metadata["resourceVersion"]?.string
        else { return nil }
        self.name = name
        self.namespace = namespace
        resourceVersion = version
        let spec = root["spec"]?.object ?? [:]
        holder = spec["holderIdentity"]?.string ?? ""
        func time(_ key: String) -> Int64? { spec[key]?.string.flatMap { CivilDate.secondsSince1970(parsing: $0) } }
        acquired = time("acquireTime") ?? 0
        renewed = time("renewTime") ?? acquired
        // A length that somebody else wrote keeps nobody out for ever.
        seconds = min(max(spec["leaseDurationSeconds"]?.integer ?? 0, 0), 24 * 3600)
    }

    /// Whether nobody holds it any more.
    package func isFree(at now: Int64) -> Bool { holder.isEmpty || now - renewed > seconds }

    /// Says, as a clause, how this lease was lost to what the cluster has now under its name; `nil` where it still
    /// counts.
    package func loss(of found: DeploymentLease?, at now: Int64) -> String? {
        guard let found else { return "somebody deleted the lease \(name)" }
        guard found.holder == holder else {
            return found.holder.isEmpty
                ? "somebody took the lease \(name), and gave it back"
                : "\(found.holder) has the lease \(name) since \(CivilDate.time(secondsSince1970: found.acquired))"
        }
        return found.isFree(at: now) ? "the lease \(name) could not be renewed in time" : nil
    }

    /// The object to tell the cluster.
    package var object: JSONValue {
        var metadata: [String: JSONValue] = ["name": .string(name), "namespace": .string(namespace)]
        metadata["labels"] = .object(["app.kubernetes.io/managed-by": "git-model"])
        if let resourceVersion { metadata["resourceVersion"] = .string(resourceVersion) }
        return .object([
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": .object(metadata),
            "spec": .object([
                "holderIdentity": .string(holder), "leaseDurationSeconds": JSONValue(DeploymentLease.duration),
                "acquireTime": DeploymentLease.time(acquired), "renewTime": DeploymentLease.time(renewed),
            ]),
        ])
    }

    /// A moment as Leases have it: to the microsecond, and none of these may be left out.
    private static func time(_ seconds: Int64) -> JSONValue {
        .string(CivilDate.time(secondsSince1970: seconds).dropLast() + ".000000Z")
    }
}
