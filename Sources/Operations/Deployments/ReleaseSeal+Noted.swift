import Deployment

/// What the seal of a release notes of the event that put it there, and of the rollback that left it, so that its
/// target alone tells the order, and what nobody could tell Git or another clone.
extension ReleaseSeal {
    private enum Detail {
        static let event = "event", sequence = "sequence", time = "at", record = "record"
        static let arrival = [event, sequence, time, record]
        /// The rollback that left the release.
        static let abandoned = "abandoned"
        static let all = arrival + [abandoned]
    }

    /// The longest event that a seal holds whole, in bytes.
    private static let recordLimit = 64 << 10

    /// Whether it notes an event that put it there.
    var notesEvent: Bool { details[Detail.event] != nil }

    /// The seal without any such note.
    var notingNothing: ReleaseSeal { without(Detail.all) }

    /// The seal without what it notes of the event that put it there; that a rollback left it before stays true.
    var notingNoArrival: ReleaseSeal { without(Detail.arrival) }

    private func without(_ names: [String]) -> ReleaseSeal {
        var seal = self
        for name in names { seal.details[name] = nil }
        return seal
    }

    /// Returns a seal that notes an event that put it there, and no other.
    func noting(_ event: DeploymentEvent) -> ReleaseSeal {
        var seal = notingNoArrival
        seal.details[Detail.event] = event.id
        seal.details[Detail.sequence] = "\(event.sequence)"
        seal.details[Detail.time] = event.at
        seal.details[Detail.record] = ReleaseSeal.record(of: event)
        return seal
    }

    /// Returns a seal that notes the rollback that left the release, and not what put it there.
    func notingLeaving(by event: DeploymentEvent) -> ReleaseSeal {
        var seal = notingNoArrival
        seal.details[Detail.abandoned] = ReleaseSeal.record(of: event)
        return seal
    }

    /// An event as it is recorded, without what it has from the seal that it was made of; `nil` where it is too long.
    private static func record(of event: DeploymentEvent) -> String? {
        var event = event
        for name in Detail.all { event.details[name] = nil }
        guard let bytes = try? event.encoded(), bytes.count <= recordLimit else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The rollback that left the release, as it was recorded; `nil` where it holds none of its own.
    func leavingEvent(of target: TargetName) -> DeploymentEvent? {
        guard let record = details[Detail.abandoned],
            let event = DeploymentEvent(parsing: Array(record.utf8), of: target), event.abandoned == release,
            event.action == .rollback, event.state == .succeeded
        else { return nil }
        return event
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
