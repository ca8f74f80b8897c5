import Kubernetes
import ModelCore
import Synchronization
import SystemIO

/// The lock of a deployment to a cluster: a Lease, which is renewed for as long as the deployment takes.
///
/// The cluster makes an object of one name once, and replaces it only for who saw its last version: of two who try, one
/// gets it.
final class LeaseLock: TargetLock {
    private static let purpose = "keep others from deploying"
    /// How long a lease that seems to be over is watched before it is taken, in seconds: longer than its holder takes
    /// to renew it.
    private static let lookAgain = DeploymentLease.duration / 3 + 5
    /// What tells this process from others of the same user.
    private static let mark = Hexadecimal.string((0..<4).map { _ in UInt8.random(in: 0...255) })

    private let kubectl: Kubectl
    private let now: @Sendable () -> Int64
    /// The lease as it was written last; `nil` once somebody else has it.
    private let lease: Mutex<DeploymentLease?>
    private let renewal = Mutex<Task<Void, Never>?>(nil)
    /// What is kept on this machine for as long.
    private let local: any TargetLock

    /// Takes the lease, also from one whose time is over, or fails at once with the kind `locked`.
    ///
    /// `local` is released with it, also where it cannot be taken.
    static func take(
        _ settings: KubernetesSettings,
        by kubectl: Kubectl,
        beside local: any TargetLock,
        in context: Context
    ) async throws -> LeaseLock {
        let now: @Sendable () -> Int64 = { context.now() / 1_000_000_000 }
        do {
            let wanted = DeploymentLease(of: settings, holder: holder(in: context), now: now())
            let held = try await acquire(wanted, by: kubectl, now, context)
            let lock = LeaseLock(held, kubectl, now, local)
            lock.keepRenewing()
            return lock
        } catch {
            await local.release()
            throw error
        }
    }

    private init(
        _ lease: DeploymentLease,
        _ kubectl: Kubectl,
        _ now: @escaping @Sendable () -> Int64,
        _ local: any TargetLock
    ) {
        self.kubectl = kubectl
        self.now = now
        self.lease = Mutex(lease)
        self.local = local
    }

    func release() async {
        let task = renewal.withLock { task in
            defer { task = nil }
            return task
        }
        task?.cancel()
        await task?.value
        if var last = lease.withLock({ $0 }) {
            last.holder = ""
            last.renewed = now()
            // One that cannot be given back is over after a while.
            _ = try? await LeaseLock.replace(last, by: kubectl.uninterrupted)
        }
        await local.release()
    }

    /// Asks the cluster whether this process still has the lease, as it has to before it tells it anything; throws
    /// `locked` where not.
    static func requireHeld(_ settings: KubernetesSettings, by kubectl: Kubectl, in context: Context) async throws {
        let now = context.now() / 1_000_000_000
        let own = DeploymentLease(of: settings, holder: holder(in: context), now: now)
        let found = try await kubectl.object("lease", own.name, to: purpose).flatMap(DeploymentLease.init)
        if let loss = own.loss(of: found, at: now) {
            throw busy(own, kubectl, "\(loss), so that the cluster is told nothing more")
        }
    }

    /// Says who holds it, so that others know whom to ask.
    private static func holder(in context: Context) -> String {
        let user = context.environment["USER"] ?? context.environment["LOGNAME"] ?? "somebody"
        return "\(user)@\(Machine.hostName ?? "unknown")/\(mark)"
    }

    private static func acquire(
        _ wanted: DeploymentLease,
        by kubectl: Kubectl,
        _ now: @Sendable () -> Int64,
        _ context: Context
    ) async throws -> DeploymentLease {
        let answer = try await kubectl.answer(
            to: ["create", "--filename=-", "--output=json"],
            input: wanted.object.line
        )
        if answer.exitCode == 0, let made = (try? JSONValue(parsing: answer.output)).flatMap(DeploymentLease.init) {
            return made
        }
        guard answer.complaint.contains("AlreadyExists") else { throw kubectl.failure(answer, to: purpose) }
        guard let found = try await kubectl.object("lease", wanted.name, to: purpose),
            let held = DeploymentLease(found)
        else { throw busy(wanted, kubectl, "somebody gave it back at this moment") }
        guard held.isFree(at: now()) else {
            throw busy(held, kubectl, "\(held.holder) does since \(CivilDate.time(secondsSince1970: held.acquired))")
        }
        if !held.holder.isEmpty {
            // Two machines' clocks may differ: who is still there writes, and so changes the object's version.
            try await Task.sleep(for: .seconds(lookAgain))
            let again = try await kubectl.object("lease", wanted.name, to: purpose).flatMap(DeploymentLease.init)
            guard again?.resourceVersion == held.resourceVersion else {
                throw busy(held, kubectl, "\(held.holder) renewed \(held.name) at this moment")
            }
            let since = CivilDate.time(secondsSince1970: held.renewed)
            context.progress.detail("\(held.holder) left \(held.name) behind at \(since): taken over")
        }
        var mine = wanted
        mine.resourceVersion = held.resourceVersion
        guard let taken = try await replace(mine, by: kubectl) else {
            throw busy(held, kubectl, "somebody was faster")
        }
        return taken
    }

    /// Writes a lease over the version that it was read in; `nil` where somebody wrote another since.
    private static func replace(_ lease: DeploymentLease, by kubectl: Kubectl) async throws -> DeploymentLease? {
        let answer = try await kubectl.answer(
            to: ["replace", "--filename=-", "--output=json"],
            input: lease.object.line
        )
        if answer.exitCode == 0 { return (try? JSONValue(parsing: answer.output)).flatMap(DeploymentLease.init) }
        guard answer.complaint.contains("(Conflict)") else { throw kubectl.failure(answer, to: purpose) }
        return nil
    }

    private static func busy(_ lease: DeploymentLease, _ kubectl: Kubectl, _ why: String) -> Failure {
        Failure(
            .locked,
            "somebody else is deploying to \(kubectl.target): \(why)",
            hints: [
                "see what came of it: `git model deployments \(kubectl.target)`",
                "where nobody does any more, wait \(DeploymentLease.duration) s, and try again",
            ]
        )
    }

    private func keepRenewing() {
        let task = Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(DeploymentLease.duration / 3))
                guard !Task.isCancelled, let self, await self.renew() else { return }
            }
        }
        renewal.withLock { $0 = task }
    }

    /// Renews the lease, and says whether it is still held; what cannot be renewed now is tried again while there is
    /// time.
    private func renew() async -> Bool {
        guard let last = lease.withLock({ $0 }) else { return false }
        var next = last
        next.renewed = now()
        do {
            if let renewed = try await LeaseLock.replace(next, by: kubectl) {
                lease.withLock { $0 = renewed }
                return true
            }
            // Somebody wrote it: to take it over, or to put a note on it.
            let found = try await kubectl.object("lease", last.name, to: LeaseLock.purpose)
                .flatMap(DeploymentLease.init)
            let kept = last.loss(of: found, at: now()) == nil ? found : nil
            lease.withLock { $0 = kept }
            return kept != nil
        } catch { return true }
    }
}
