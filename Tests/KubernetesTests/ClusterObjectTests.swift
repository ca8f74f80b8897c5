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
        let other = try #require(LiveDeployment(try Sample.workload(["replicas": "3"]).deployment))
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
}
