import ModelCore

extension Kubectl {
    /// What it says, what sort of failure that is, and what helps.
    private struct Symptom {
        let words: [String]
        let kind: Failure.Kind
        let hint: String
    }

    private static let symptoms: [Symptom] =
        [
            Symptom(
                words: ["context \"", "does not exist"],
                kind: .failed,
                hint: "see which there are: `kubectl config get-contexts`"
            ),
            Symptom(
                words: ["no configuration has been provided"],
                kind: .failed,
                hint: "kubectl knows no cluster yet: see `kubectl config view`"
            ),
            Symptom(
                words: ["(Unauthorized)"],
                kind: .authentication,
                hint: "log in to the cluster, as its provider says, and try `kubectl get pods`"
            ),
            Symptom(
                words: ["must be logged in"],
                kind: .authentication,
                hint: "log in to the cluster, as its provider says, and try `kubectl get pods`"
            ),
            Symptom(
                words: ["(Forbidden)"],
                kind: .authentication,
                hint:
                    "it takes get, patch, create and update of deployments, services and leases: see `kubectl auth can-i --list`"
            ),
            Symptom(
                words: ["namespaces \"", "not found"],
                kind: .failed,
                hint: "make the namespace: `kubectl create namespace NAME`"
            ),
            Symptom(
                words: ["no matches for kind \"ServiceMonitor\""],
                kind: .failed,
                hint: "the cluster has no Prometheus Operator: set `monitoring` of the target to `annotations`"
            ),
        ]
        + [
            "Unable to connect", "was refused", "connection refused", "i/o timeout", "no such host", "(Timeout)",
            "deadline exceeded",
        ].map {
            Symptom(words: [$0], kind: .unreachable, hint: "see whether the cluster answers: `kubectl version`")
        }

    /// Returns the failure of a command, `purpose` being what it was for, as in "cannot …".
    func failure(_ answer: Answer, to purpose: String) -> Failure {
        let complaint =
            answer.complaint.isEmpty
            ? answer.exitCode.map { "kubectl ended with exit code \($0)" } ?? "kubectl was killed" : answer.complaint
        let symptom = Kubectl.symptoms.first { $0.words.allSatisfy { answer.complaint.contains($0) } }
        return Failure(
            symptom?.kind ?? .failed,
            "cannot \(purpose): \(complaint)",
            hints: symptom.map { [$0.hint] } ?? []
        )
    }
}
