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

extension PathArgumentError: Diagnosable {
    var diagnosis: Diagnosis { Diagnosis(.failed, description) }
}
