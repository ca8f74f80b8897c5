import Deployment
import ModelCore
import Monitoring
import Registry
import SystemIO

/// `git model monitor`: says whether what has to hold of a target's traffic does.
package struct MonitorTarget: Sendable {
    private let target: String?
    private let acts: Bool
    private let isCanary: Bool

    /// Creates the operation on a target, or on the only one that a monitor is set up for; only with `acts` anything is
    /// done.
    ///
    /// With `isCanary` the version is judged that has a part of the traffic, by its own numbers.
    package init(_ target: String?, acts: Bool = false, isCanary: Bool = false) {
        self.target = target
        self.acts = acts
        self.isCanary = isCanary
    }

    /// Looks once.
    package func run(in context: Context) async throws -> MonitorReport {
        try await look(in: context).run()
    }

    /// Looks again and again, and hands each report over, until the user stops it or a report cannot be handed over.
    ///
    /// While a source does not answer, it waits longer and longer, up to ten minutes.
    package func watch(
        in context: Context,
        reporting report: @Sendable (MonitorReport) throws -> Void
    ) async throws -> Never {
        var look = try await look(in: context)
        var silences = 0
        var told: ContinuousClock.Instant?
        var failed: ContinuousClock.Instant?
        while true {
            let now = ContinuousClock.now
            look.mayTell = told.map { now - $0 >= .seconds(look.settings.cooldown) } ?? true
            look.mayRollBack = failed.map { now - $0 >= .seconds(look.settings.cooldown) } ?? true
            let found = try await look.run()
            try report(found)
            if found.actions.contains(where: { $0.action == "webhook" && $0.isDone }) { told = now }
            if found.verdict == .ok { told = nil }
            if found.hasFailedRollback(of: look.target.name) { failed = .now }
            silences = found.isAnswered ? 0 : min(silences + 1, 10)
            try await pause(MonitorTarget.delay(look.settings.interval, after: silences), in: context)
        }
    }

    /// Returns how many seconds are waited after so many looks in a row that nobody answered.
    static func delay(_ interval: Int, after silences: Int) -> Int {
        min(interval << min(silences, 10), max(interval, 600))
    }

    /// Waits by a clock that nobody sets.
    private func pause(_ seconds: Int, in context: Context) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            try context.cancellation.check()
            try await Task.sleep(for: min(.milliseconds(200), end - ContinuousClock.now))
        }
    }

    private func look(in context: Context) async throws -> MonitorLook {
        let workspace = try await Workspace.open(in: context, bare: true)
        let configured = try workspace.monitoredTarget(named: target)
        return MonitorLook(
            workspace: workspace,
            target: configured,
            settings: try MonitorSettings(of: configured, in: workspace),
            acts: acts,
            isCanary: isCanary
        )
    }
}

extension MonitorReport {
    /// Whether a rollback was tried, and is a problem of its own as it could not be done.
    fileprivate func hasFailedRollback(of target: TargetName) -> Bool {
        actions.contains { $0.action == "rollback" && !$0.isDone } && problems.contains { $0.subject == target.text }
    }
}

extension Workspace {
    /// Returns the target of that name, or, where none is named, the only one that a monitor is set up for, or the only
    /// one.
    func monitoredTarget(named name: String?) throws -> DeploymentTarget {
        let monitored = configuration.monitoredTargets
        return try target(named: name ?? (monitored.count == 1 ? monitored[0] : nil)).target
    }
}
