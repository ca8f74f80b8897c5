import Kubernetes
import ModelCore
import Testing

/// What a cluster answers.
@Suite struct ClusterObjectTests {
    private func live(_ change: (inout [String: JSONValue]) -> Void = { _ in }) throws -> LiveDeployment {
        var object = try #require(try Sample.workload(["replicas": "2"]).deployment.object)
        change(&object)
        return try #require(LiveDeployment(.object(object)))
    }

    @Test func `A Deployment as it was applied differs in nothing, and one that somebody changed in what they did`()
        throws
    {
        let wanted = try live()
        #expect(try live().differences(from: wanted, expectsReplicas: true) == [])
        #expect(wanted.release == "churn-v1.2.0_b1-dddddddddddd" && wanted.replicas == 2)
        #expect(wanted.images.keys.sorted() == ["model", "server"])
        let other = try live { $0["spec"] = Self.replacing("replicas", of: $0["spec"], by: JSONValue(3)) }
        #expect(other.differences(from: wanted, expectsReplicas: true) == ["there are to be 3 replicas, not 2"])
        #expect(other.differences(from: wanted, expectsReplicas: false) == [])
        let changed = try live { object in
            object["metadata"] = .object(["annotations": .object([Annotation.release: "churn-v1.1.0-0"])])
            object["spec"] = .object(["replicas": JSONValue(2)])
        }
        let lines = changed.differences(from: wanted, expectsReplicas: true)
        #expect(lines.count == 8, "\(lines)")
        #expect(lines.contains("annotation git-model/release is churn-v1.1.0-0, not churn-v1.2.0_b1-dddddddddddd"))
        #expect(lines.contains("the image of server is missing, not ghcr.io/acme/server@sha256:\(Sample.digits("b"))"))
    }

    private static func replacing(_ key: String, of value: JSONValue?, by other: JSONValue) -> JSONValue? {
        guard var members = value?.object else { return nil }
        members[key] = other
        return .object(members)
    }

    private static let keys: [(String, String)] = [
        ("replicas", "3"), ("cpu", "1"), ("memory", "1Gi"), ("gpu", "1"), ("user", "1000"), ("service", "none"),
        ("service", "NodePort"), ("monitoring", "annotations"), ("monitoring", "ServiceMonitor"), ("timeout", "7"),
        ("keep", "7"),
    ]

    @Test(arguments: keys)
    func `A Deployment that was applied with another key differs`(key: String, value: String) throws {
        let wanted = try #require(LiveDeployment(try Sample.workload([key: value]).deployment))
        let applied = try #require(LiveDeployment(try Sample.workload().deployment))
        let lines = applied.differences(from: wanted, expectsReplicas: key == "replicas")
        let other = "it was applied with other keys than the target has now"
        #expect(lines == [key == "replicas" ? "there are to be 1 replicas, not 3" : other])
        #expect(wanted.differences(from: wanted, expectsReplicas: true) == [])
    }

    @Test func `Of the pods those count that are ready with the last of what was applied`() throws {
        let status = { (updated: Int64, available: Int64) in
            JSONValue.object([
                "observedGeneration": JSONValue(3), "updatedReplicas": JSONValue(updated),
                "availableReplicas": JSONValue(available),
                "conditions": .array([
                    .object(["type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"]),
                    .object(["type": "ReplicaFailure", "status": "True", "message": "quota"]),
                    .object(["type": "Available", "status": "True"]), "odd",
                ]),
            ])
        }
        let deployment = try live { $0["status"] = status(2, 1) }
        #expect(deployment.readyReplicas == 1 && deployment.isObserved)
        #expect(deployment.complaints == ["ProgressDeadlineExceeded", "quota"])
        let older = try live { object in
            object["status"] = status(2, 2)
            object["metadata"] = .object(["generation": JSONValue(4)])
        }
        #expect(!older.isObserved && older.release == nil)
        #expect(LiveDeployment(.object(["kind": "Service"])) == nil && LiveDeployment(.null) == nil)
    }

    @Test func `A lease counts for as long as it is renewed`() throws {
        let settings = try KubernetesSettings(try Sample.target(["namespace": "ml"]))
        let lease = DeploymentLease(of: settings, holder: "ada@host/1", now: 1000)
        var object = try #require(lease.object.object)
        #expect(DeploymentLease(.object(object)) == nil)
        var metadata = try #require(object["metadata"]?.object)
        metadata["resourceVersion"] = "7"
        object["metadata"] = .object(metadata)
        let read = try #require(DeploymentLease(.object(object)))
        #expect(read.holder == "ada@host/1" && read.name == "git-model-prod" && read.namespace == "ml")
        #expect(read.resourceVersion == "7" && read.renewed == 1000)
        #expect(!read.isFree(at: 1000 + DeploymentLease.duration) && read.isFree(at: 1001 + DeploymentLease.duration))
        #expect(object["spec"]?.object?["renewTime"] == "1970-01-01T00:16:40.000000Z")
        object["spec"] = .object([
            "holderIdentity": "x", "leaseDurationSeconds": .number("9999999999"), "renewTime": "1970-01-01T00:00:00Z",
        ])
        #expect(DeploymentLease(.object(object))?.isFree(at: 90_000) == true)
        object["spec"] = .object(["holderIdentity": ""])
        #expect(DeploymentLease(.object(object))?.isFree(at: 0) == true)
    }

    @Test func `A lease is lost to whoever else has it, and to time`() throws {
        let settings = try KubernetesSettings(try Sample.target())
        let own = DeploymentLease(of: settings, holder: "ada@host/1", now: 1000)
        #expect(own.loss(of: own, at: 1000 + DeploymentLease.duration) == nil)
        #expect(
            own.loss(of: own, at: 1001 + DeploymentLease.duration)?.hasSuffix("could not be renewed in time") == true
        )
        #expect(own.loss(of: nil, at: 1000) == "somebody deleted the lease git-model-prod")
        var other = own
        other.holder = "bob@laptop/1"
        #expect(own.loss(of: other, at: 1000) == "bob@laptop/1 has the lease git-model-prod since 1970-01-01T00:16:40Z")
        other.holder = ""
        #expect(own.loss(of: other, at: 1000) == "somebody took the lease git-model-prod, and gave it back")
    }
}
