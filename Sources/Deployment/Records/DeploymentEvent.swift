import ModelCore

/// Something that happened to a target: a small JSON file in the history of `refs/git-model/deployments/<target>`.
package struct DeploymentEvent: Sendable, Hashable, Codable {
    /// The version of this format.
    package static let schema = 1

    /// What was to be done.
    package enum Action: String, Sendable, Hashable, Codable {
        /// A version was to be put there.
        case deploy
        /// An earlier one was to be put back.
        case rollback
    }

    /// What it came to.
    package enum State: String, Sendable, Hashable, Codable {
        /// The version is what runs.
        case succeeded = "Succeeded"
        /// It never ran, and what ran before still does; or it did, and there was nothing to put back in its place.
        case failed = "Failed"
        /// It ran for a moment, and what ran before was put back.
        case rolledBack = "RolledBack"
        /// Some of the traffic goes to it, and somebody has to decide.
        case paused = "Paused"
    }

    /// The version of the format that it was written in.
    package var schema = DeploymentEvent.schema
    /// Its name: 32 lowercase hexadecimal digits that nobody else draws.
    package var id: String
    /// Its place in the target's history, from 1 on; clocks order nothing.
    package var sequence: Int
    /// The target.
    package var target: String
    /// What was to be done.
    package var action: Action
    /// What it came to.
    package var state: State
    /// The model.
    package var model: String
    /// The version, as `v1.2.3`.
    package var version: String
    /// The version's tag.
    package var tag: String
    /// The commit, in hexadecimal digits.
    package var commit: String
    /// The release.
    package var release: ReleaseID
    /// The SHA-256 of the listing of the release's files, as `sha256:` and digits.
    package var digest: String
    /// The event that put there what ran before; `nil` where nothing did.
    package var previous: String?
    /// The release that a rollback left behind, which is bad from then on.
    package var abandoned: ReleaseID?
    /// What trying it gave.
    package var smoke: SmokeOutcome
    /// Why, in the user's words or those of an error.
    package var reason: String?
    /// The user, by Git's name for them.
    package var by: String?
    /// The machine that it was done from.
    package var host: String
    /// When, as RFC 3339 has it.
    package var at: String
    /// Whether a version that was bad was deployed all the same.
    package var isForced: Bool
    /// What else a kind of target notes, such as the image's digest.
    package var details: [String: String]

    /// Creates an event about a release that a target keeps, or was to keep.
    package init(
        id: String,
        sequence: Int,
        target: TargetName,
        action: Action,
        state: State,
        of seal: ReleaseSeal,
        previous: String?,
        abandoned: ReleaseID? = nil,
        reason: String? = nil,
        by: String? = nil,
        host: String,
        at: String,
        isForced: Bool = false
    ) {
        self.id = id
        self.sequence = sequence
        self.target = target.text
        self.action = action
        self.state = state
        model = seal.model
        version = seal.version
        tag = seal.tag
        commit = seal.commit
        release = seal.release
        digest = seal.digest
        self.previous = previous
        self.abandoned = abandoned
        smoke = seal.smoke
        self.reason = reason
        self.by = by
        self.host = host
        self.at = at
        self.isForced = isForced
        details = seal.details
    }

    /// The name of the event's file in the history.
    package var fileName: String {
        let digits = String(sequence)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "-\(id.prefix(12)).json"
    }
}
