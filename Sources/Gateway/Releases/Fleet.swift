import Deployment
import Monitoring
import NIOCore
import Synchronization
import SystemIO
import SystemPackage

/// The releases that a gateway has started, and what is done with them.
actor Fleet {
    private static let pause = Duration.milliseconds(10)

    private struct Member {
        let release: ServedRelease
        let supervision: Supervision
        /// The first trial, while it lasts.
        var trial: Task<SmokeOutcome, Never>?
    }

    private let service: GatewayState
    private let directory: ReleaseDirectory
    private let paths: PayloadPaths
    private let environment: [String: String]
    /// What the releases' processes say.
    private let log: BoundedLog
    private var members: [Member] = []
    private var isStopping = false

    init(_ service: GatewayState, in layout: TargetLayout, paths: PayloadPaths, environment: [String: String]) {
        self.service = service
        directory = ReleaseDirectory(layout: layout)
        self.paths = paths
        self.environment = environment
        log = BoundedLog(layout.gatewayLog)
    }

    /// Starts the first release and gives it the traffic; throws `trial` where it does not work.
    ///
    /// Returns who has the traffic then: another one where somebody gave it to that meanwhile, whatever came of the
    /// first.
    func begin(_ release: ReleaseID) async throws -> ReleaseID {
        let outcome: SmokeOutcome
        do { outcome = try await prepare(release) } catch {
            guard let main = service.traffic.routes?.main else { throw error }
            return main.seal.release
        }
        if let main = service.traffic.routes?.main {
            leave { $0.release.seal.release == release && self.percent(of: $0) == 0 }
            return main.seal.release
        }
        guard outcome.result != .failed else { throw GatewayError.trial("\(release)", found: outcome.found) }
        try change(GatewayControl.Order(release: release))
        return release
    }

    /// Starts a release beside those that run and tries it; one that runs already is tried again.
    ///
    /// Earlier ones that were prepared and never got traffic are stopped: nobody will ask for them any more. With
    /// `skipsSample` it only has to take requests; where that is `nil`, its seal says whether it is to be tried.
    func prepare(_ id: ReleaseID, skipsSample: Bool? = nil) async throws -> SmokeOutcome {
        try await tried(id, skipsSample: skipsSample).outcome
    }

    private func tried(
        _ id: ReleaseID,
        skipsSample: Bool? = nil
    ) async throws -> (release: ServedRelease, outcome: SmokeOutcome) {
        guard !isStopping else { throw GatewayError.refused("the gateway is about to end") }
        if let member = member(id) {
            if let trial = member.trial { return (member.release, await trial.value) }
            // A process that runs on what was there before a repair is no trial of what is there now.
            if !isOutdated(member) {
                let triesSample = !(skipsSample ?? member.release.seal.isUntried)
                return (member.release, await member.supervision.check(triesSample: triesSample))
            }
        }
        leave { member in self.percent(of: member) == 0 && member.trial == nil }
        let seal = try directory.seal(of: id)
        let release = ServedRelease(
            seal,
            directory: directory.layout.files(of: id),
            window: TrafficWindow(
                profile: try directory.profile(of: seal),
                paths: paths,
                since: Int64(NIODeadline.now().uptimeNanoseconds)
            ),
            metrics: service.metrics.counts(model: seal.model, version: seal.version)
        )
        let launch = LocalServeLaunch(
            model: seal.model,
            version: seal.version,
            digest: seal.digest,
            log: log
        )
        let timeout = service.configuration.startTimeout
        let supervision = Supervision(
            release,
            by: launch,
            timeout: timeout,
            environment: environment,
            triesSample: !(skipsSample ?? seal.isUntried)
        )
        let trial = Task { await supervision.start() }
        members.append(Member(release: release, supervision: supervision, trial: trial))
        publish()
        let outcome = await trial.value
        if let position = members.firstIndex(where: { $0.release === release }) { members[position].trial = nil }
        if outcome.result == .failed { leave { $0.release === release } }
        return (release, outcome)
    }

    /// Gives a release all traffic, or a share of it; throws `refused` where it is not ready for that.
    func change(_ order: GatewayControl.Order) throws {
        guard let member = member(order.release), member.release.phase == .ready, !isOutdated(member) else {
            throw GatewayError.refused("\(order.release) is not prepared")
        }
        let percent = order.percent ?? 100
        guard (1...100).contains(percent) else {
            throw GatewayError.refused("\(percent) is no percentage from 1 to 100")
        }
        let main = service.traffic.routes?.main
        if percent == 100 {
            service.traffic.change(to: Traffic.Routes(main: member.release))
        } else {
            guard let main else { throw GatewayError.refused("no release has the rest of the traffic") }
            guard main !== member.release else {
                throw GatewayError.refused("\(order.release) has the traffic that others do not get")
            }
            let field = order.stickyField ?? service.configuration.stickyField
            guard Canary.isField(field) else {
                throw GatewayError.refused("the sticky field is no name of a header field")
            }
            let split = TrafficSplit(percent: percent)
            let routes = Traffic.Routes(main: main, other: member.release, split: split, stickyField: field)
            service.traffic.change(to: routes)
        }
        leave { self.percent(of: $0) == 0 && $0.trial == nil }
    }

    /// Lets a canary that there was before the gateway have its share again, beside the release that has the rest;
    /// returns what to say.
    ///
    /// Whatever somebody decided meanwhile stays, and what was started in vain ends.
    func resume(_ canary: Canary, beside stable: ReleaseID) async -> String {
        var release: ServedRelease?
        do {
            let (started, outcome) = try await tried(canary.release)
            release = started
            guard outcome.result != .failed else { throw GatewayError.trial("\(canary.release)", found: outcome.found) }
            let routes = service.traffic.routes
            guard routes?.main.seal.release == stable, routes?.other == nil else {
                throw GatewayError.refused("the traffic was divided anew meanwhile")
            }
            guard directory.canary(beside: stable) == canary else {
                throw GatewayError.refused("it was decided otherwise meanwhile")
            }
            let (percent, field) = (canary.percent, canary.stickyField)
            try change(GatewayControl.Order(release: canary.release, percent: percent, stickyField: field))
            return "Serving \(canary.release) too, by \(canary.percent) % of the traffic"
        } catch {
            if let release { leave { $0.release === release && self.percent(of: $0) == 0 } }
            return "error: \(canary.release) does not get its share: \(error)"
        }
    }

    /// Takes a release's share away and stops it; throws `refused` for the one that has the rest of the traffic.
    func abort(_ id: ReleaseID) throws {
        guard let member = member(id) else { return }
        if let routes = service.traffic.routes {
            guard routes.main !== member.release else { throw GatewayError.refused("\(id) has the traffic") }
            if routes.other === member.release { service.traffic.change(to: Traffic.Routes(main: routes.main)) }
        }
        leave { $0.release === member.release }
    }

    /// Ends what is being tried, and tries nothing more: nobody waits for it.
    func cancelTrials() {
        isStopping = true
        for member in members { member.trial?.cancel() }
    }

    /// Stops everything.
    func stop() async {
        isStopping = true
        await withTaskGroup(of: Void.self) { group in
            for member in members {
                member.release.becomeDraining()
                member.trial?.cancel()
                group.addTask {
                    await self.drain(member.release, within: self.service.configuration.drainTimeout)
                    await member.supervision.stop()
                }
            }
        }
        members = []
    }

    /// What the releases are at.
    var children: [GatewayStatus.Child] {
        let routes = service.traffic.routes
        return members.map { member in
            var child = member.release.status(percent: routes?.percent(of: member.release) ?? 0)
            child.isOutdated = isOutdated(member)
            return child
        }
    }

    /// What a release was asked lately; of the one that has most of the traffic where none is named.
    func window(of id: ReleaseID?) -> TrafficWindow? {
        guard let id else { return service.traffic.routes?.main.window }
        return members.last { $0.release.seal.release == id }?.release.window
    }
}

extension Fleet {
    private func member(_ id: ReleaseID) -> Member? {
        members.last { $0.release.seal.release == id && $0.release.phase != .draining }
    }

    /// Whether a repair put other files in the place of those that its process was started from.
    private func isOutdated(_ member: Member) -> Bool {
        let (started, files) = (member.supervision.started, try? FileStatus.of(member.release.directory))
        return started?.inode != files?.inode || started?.device != files?.device
    }

    private func percent(of member: Member) -> Int { service.traffic.routes?.percent(of: member.release) ?? 0 }

    /// Lets members end what they are at, and stops them.
    private func leave(_ isLeft: (Member) -> Bool) {
        for member in members where member.release.phase != .draining && isLeft(member) {
            member.release.becomeDraining()
            member.trial?.cancel()
            let limits = service.configuration
            Task {
                // Nobody waits for it: what it was asked may take as long as any request.
                await drain(member.release, within: max(limits.drainTimeout, limits.requestTimeout))
                await member.supervision.stop()
                members.removeAll { $0.release === member.release }
                publish()
            }
        }
        publish()
    }

    /// Waits until a release works on nothing, as long as that may take.
    private nonisolated func drain(_ release: ServedRelease, within seconds: Int) async {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while release.inFlight > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: Fleet.pause) }
    }

    private func publish() {
        let releases = members.map(\.release).filter { $0.phase != .draining }
        service.releases.withLock { $0 = releases }
        service.observesPayloads.store(releases.contains { $0.window.wantsPayloads }, ordering: .relaxed)
    }
}
