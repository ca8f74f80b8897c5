import Deployment
import SystemIO

extension ProcessTarget {
    /// What the target's directory says, and where that says nothing, what the gateway does.
    func canary() async throws -> Canary? {
        guard let current = try await current() else { return nil }
        return try await canary(beside: current)
    }

    /// The same, where this release is what should be current.
    func canary(beside current: ReleaseID) async throws -> Canary? {
        if let written = try written(), written.release != current { return written }
        let status: GatewayStatus?
        do { status = try await client.status() } catch {
            // Whoever has to do with the gateway hears of it soon enough.
            try context.cancellation.check()
            return nil
        }
        let divided = status?.children.first { child in
            child.release != current && Canary.percents.contains(child.percent)
        }
        return divided.map { Canary(release: $0.release, percent: $0.percent) }
    }

    /// Writes down again who has a share: a switch forgets it before it changes the link, and may have got no further.
    ///
    /// Which header field callers stay by, only what was forgotten said.
    func restore(_ current: ReleaseSeal) async throws {
        guard try written() == nil, let canary = try await canary(beside: current.release) else { return }
        try DurableFile.write(try canary.encoded(), to: layout.canary)
    }

    /// Writes down who is to have a share, then has the gateway give it; that is started first where none runs.
    func share(_ canary: Canary, beside stable: ReleaseSeal) async throws {
        // Nobody goes back by this: what cannot be kept for the next gateway is refused.
        try gateway().writeConfiguration()
        if let status = try await client.status() {
            noteKeys(unknownTo: status)
        } else {
            try requireAgreement(toStart: stable)
            try await begin(stable)
        }
        let children = try await client.status()?.children ?? []
        if !children.contains(where: { $0.release == canary.release && $0.servesWhatIsThere }) {
            try await requireAgreement(toStart: canary.release)
            let outcome = try await client.prepare(canary.release, within: patience)
            guard outcome.result != .failed else {
                throw Failure(.verification, "\(canary.release) does not work on \(target.name): \(outcome.found)")
            }
        }
        try DurableFile.write(try canary.encoded(), to: layout.canary)
        try await client.change(to: canary.release, percent: canary.percent, stickyField: canary.stickyField)
        guard try await divides(canary) else {
            throw Failure(.failed, "the gateway of \(target.name) does not give \(canary.release) its share")
        }
    }

    /// Whether the gateway gives a release its share at the moment.
    private func divides(_ canary: Canary) async throws -> Bool {
        try await client.status()?.children.contains { child in
            child.release == canary.release && child.servesWhatIsThere && child.percent == canary.percent
        } ?? false
    }

    /// Takes the share away at the gateway first: what is written down is found again by who comes after one that was
    /// killed.
    ///
    /// Where no gateway runs, a remark says so: what is current has all of the traffic only once there is one again.
    func endCanary(_ release: ReleaseID) async throws {
        let isServed = try await client.status() != nil
        if isServed { try await client.abort(release) }
        if try written()?.release == release { try DurableFile.remove(layout.canary) }
        guard !isServed else { return }
        said.add("no gateway serves \(target.name): start it by `git model serve --target \(target.name)`")
    }

    /// Who gets how much at the moment; `nil` where no gateway runs.
    func traffic() async throws -> [GatewayStatus.Child]? {
        guard let status = try await client.status() else { return nil }
        noteKeys(unknownTo: status)
        return status.children.filter { $0.percent > 0 }
    }

    /// Forgets that another release than this one had a share: a gateway that is started again is not to give it one.
    func forgetCanary(unlessOf release: ReleaseID) throws {
        if try written()?.release != release { try DurableFile.remove(layout.canary) }
    }

    /// How much of the traffic a release has to have that is current: what a canary leaves.
    func isShare(_ percent: Int, of release: ReleaseID) throws -> Bool {
        // A canary that does not run leaves all of it.
        if percent == 100 { return true }
        guard let canary = try written(), canary.release != release else { return false }
        return percent == 100 - canary.percent
    }

    private func written() throws -> Canary? {
        guard try FileStatus.of(layout.canary)?.kind == .regular else { return nil }
        return Canary(parsing: try DurableFile.read(layout.canary, limit: Canary.byteLimit))
    }
}
