import Deployment
import Registry
import SystemIO

/// Lets another release be current, and the one before again where that turns out not to work.
struct TargetSwitch {
    /// How it went.
    enum Outcome: Sendable {
        case running
        /// The release was current for a moment; why it is no more, or, where there is nothing to go back to, why it
        /// should not be, and what is current now.
        case returned(String, DeploymentReport.Remaining)
    }

    let session: TargetSession

    /// Activates a sealed release; whatever is thrown left what ran before running.
    func activate(_ seal: ReleaseSeal, before old: ReleaseSeal?) async throws -> Outcome {
        do { try await session.driver.activate(seal) } catch {
            // It may have got through all the same, or half of it, as where one of two tags moved.
            let driver = session.uninterruptedDriver
            let now = try? await driver.current()
            guard now == seal.release else {
                // What somebody else put there meanwhile stays.
                if let old, now == nil || now == old.release { try? await driver.activate(old) }
                throw error
            }
            return try await goBack(from: seal, to: old, because: error)
        }
        do { try await session.driver.checkHealth(of: seal) } catch {
            return try await goBack(from: seal, to: old, because: error)
        }
        return .running
    }

    /// Takes back that something was about to happen, where what ran before is known to run; whoever comes next finds
    /// out else.
    ///
    /// The seal of what was to run does not say then that it did.
    func withdraw(
        _ event: DeploymentEvent,
        before old: ReleaseID?,
        _ seal: ReleaseSeal? = nil,
        in journal: DeploymentJournal? = nil
    ) async {
        do {
            guard try await session.uninterruptedDriver.current() == old else { return }
            await session.forget(seal)
            try (journal ?? session.journal).withdraw(event)
        } catch { return }
    }

    /// Lets a canary have its part again that a switch may have ended, beside what runs again; returns whether it has
    /// it.
    ///
    /// One that cannot have it is ended.
    func shareAgain(_ canary: Canary, beside stable: ReleaseSeal?) async -> Bool {
        let driver = session.uninterruptedDriver
        guard let stable, (try? await driver.current()) == stable.release else { return false }
        // It is written down until somebody ends it.
        if let now = try? await driver.canary(), now == canary { return true }
        do { try await driver.share(canary, beside: stable) } catch {
            try? await driver.endCanary(canary.release)
            return false
        }
        return true
    }

    /// Lets the old release be current again; throws a `Failure` of the kind `locked` where somebody else is at the
    /// target by now.
    func goBack(from seal: ReleaseSeal, to old: ReleaseSeal?, because error: any Error) async throws -> Outcome {
        // What the user interrupted stays interrupted: the way back is not part of that.
        let driver = session.uninterruptedDriver
        guard let old else {
            let why = "\(error), and there is nothing to go back to"
            do { try await driver.deactivate(seal.release) } catch let second {
                let isGone: Bool
                do { isGone = try await driver.current() == nil } catch { isGone = false }
                return .returned("\(why): \(second)", isGone ? .nothing : .itself)
            }
            return .returned(why, .nothing)
        }
        do {
            try await driver.activate(old)
            try await driver.checkHealth(of: old)
        } catch let second as Failure where second.kind == .locked {
            throw second
        } catch let second {
            throw Failure(
                .failed,
                "\(seal.release) does not work on \(session.target.name) (\(error)), and going back to \(old.release) failed",
                hints: ["see what runs: `git model deployments status \(session.target.name)`"],
                cause: second,
                leavesHalfDone: true
            )
        }
        return .returned("\(error)", .previous)
    }
}
