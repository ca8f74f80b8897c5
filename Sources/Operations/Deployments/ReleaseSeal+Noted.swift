import Deployment

/// What the seal of a release notes of the event that put it there, so that its target alone tells the order, and what
/// nobody could tell Git.
extension ReleaseSeal {
    private enum Detail {
        static let event = "event", sequence = "sequence", time = "at", record = "record"
        static let all = [event, sequence, time, record]
    }

    /// The longest event that a seal holds whole, in bytes.
    private static let recordLimit = 64 << 10

    /// Whether it notes an event.
    var notesEvent: Bool { details[Detail.event] != nil }

    /// The seal without such a note.
    var notingNothing: ReleaseSeal {
        var seal = self
        for name in Detail.all { seal.details[name] = nil }
        return seal
    }

    /// Returns a seal that notes an event, and no other: not one either that the event has from the seal that it was
    /// made of.
    func noting(_ event: DeploymentEvent) -> ReleaseSeal {
        var (seal, event) = (notingNothing, event)
        for name in Detail.all { event.details[name] = nil }
        seal.details[Detail.event] = event.id
        seal.details[Detail.sequence] = "\(event.sequence)"
        seal.details[Detail.time] = event.at
        if let bytes = try? event.encoded(), bytes.count <= ReleaseSeal.recordLimit {
            seal.details[Detail.record] = String(decoding: bytes, as: UTF8.self)
        }
        return seal
    }

    /// The event that it notes, as it was recorded, or would have been; `nil` where it holds no whole one of its own
    /// release.
    func wholeEvent(of target: TargetName) -> DeploymentEvent? {
        guard let record = details[Detail.record],
            let event = DeploymentEvent(parsing: Array(record.utf8), of: target), event.release == release,
            event.id == details[Detail.event], event.state == .succeeded
        else { return nil }
        return event
    }

    /// The event that it notes, as far as it is known.
    func notedEvent(of target: TargetName) -> DeploymentEvent? {
        if let event = wholeEvent(of: target) { return event }
        guard let id = details[Detail.event], let at = details[Detail.time],
            let sequence = details[Detail.sequence].flatMap({ Int($0) }),
            DeploymentEvent.sequences.contains(sequence)
        else { return nil }
        return DeploymentEvent(
            id: id,
            sequence: sequence,
            target: target,
            action: .deploy,
            state: .succeeded,
            of: notingNothing,
            previous: nil,
            host: "",
            at: at
        )
    }
}
