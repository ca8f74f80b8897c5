import Operations

extension Failure: Diagnosable {
    var diagnosis: Diagnosis {
        guard let cause else { return Diagnosis(kind ?? .failed, message, hints: hints) }
        let below = Diagnosis(of: cause)
        return Diagnosis(
            kind ?? below.kind,
            message,
            causes: [below.message] + below.causes,
            hints: hints + below.hints.filter { !hints.contains($0) }
        )
    }
}

extension Diagnosis {
    /// Diagnoses what came up after the user stopped the work, which came up because of that: only what could not be
    /// taken back is news.
    init(interruptedBy error: any Error) {
        self = .interrupted
        guard Diagnosis.leavesHalfDone(error) else { return }
        self = Diagnosis(of: error)
        kind = .interrupted
    }

    private static func leavesHalfDone(_ error: any Error) -> Bool {
        switch error {
        case let failure as Failure: failure.leavesHalfDone || failure.cause.map(leavesHalfDone) ?? false
        case let hinted as HintedError: leavesHalfDone(hinted.error)
        default: false
        }
    }
}

extension RemotesFailure: Diagnosable {
    var diagnosis: Diagnosis {
        let found = failures.map { (remote: $0.remote, diagnosis: Diagnosis(of: $0.error)) }
        var hints: [String] = []
        for hint in found.flatMap(\.diagnosis.hints) where !hints.contains(hint) { hints.append(hint) }
        return Diagnosis(
            // The first is the default one.
            found.first?.diagnosis.kind ?? .failed,
            message,
            causes: found.flatMap { ["remote \($0.remote): \($0.diagnosis.message)"] + $0.diagnosis.causes },
            hints: hints
        )
    }
}

extension HintedError: Diagnosable {
    var diagnosis: Diagnosis {
        var diagnosis = Diagnosis(of: error)
        diagnosis.hints = hints + diagnosis.hints
        return diagnosis
    }
}

extension PathArgumentError: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.failed, description) }
}

extension MLflowError: Diagnosable {
    var diagnosis: Diagnosis {
        switch status {
        case nil: Diagnosis(.unreachable, description, hints: ["see whether it runs: `curl \(url)/health`"])
        case 401, 403:
            Diagnosis(
                .authentication,
                description,
                hints: ["log in: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"]
            )
        default: Diagnosis(.failed, description)
        }
    }
}
