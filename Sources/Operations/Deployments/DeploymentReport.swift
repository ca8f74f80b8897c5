package import Deployment
import ModelCore

/// What a deployment, or a rollback, came to.
package struct DeploymentReport: Report {
    /// A file or artifact that would be restored.
    package struct File: Encodable, Sendable {
        /// The path in the release.
        package let path: String
        /// The size in bytes.
        package let size: Int64
    }

    /// A version that gets a part of the traffic.
    package struct Canary: Encodable, Sendable {
        /// The version, as `v1.2.3`.
        package let version: String
        /// Its part, of a hundred; 0 once it was taken back.
        package let percent: Int
    }

    /// What is current where a release did not get to run, or does not work.
    package enum Remaining: Sendable {
        /// What ran before, if anything did.
        case previous
        /// The release itself: there was nothing to put back in its place.
        case itself
        /// Nothing: it was taken away again, and what ran before is not known.
        case nothing
    }

    /// The target.
    package let target: String
    /// Its kind.
    package let kind: DeploymentTarget.Kind
    /// What was to be done.
    package let action: DeploymentEvent.Action
    /// The model.
    package let model: String
    /// The version, as `v1.2.3`.
    package let version: String
    /// The version's tag.
    package let tag: String
    /// The commit, in hexadecimal digits.
    package let commit: String
    /// The release.
    package let release: ReleaseID
    /// The SHA-256 of the listing of its files, as `sha256:` and digits.
    package let digest: String
    /// What it came to; `nil` where nothing was done.
    package var state: DeploymentEvent.State?
    /// The version that ran before, or its release where nobody here knows more; `nil` where none did.
    package var previous: String?
    /// Its model; `nil` where nobody here knows more of what ran than its release.
    package var previousModel: String?
    /// What was verified, as a clause.
    package var verified = ""
    /// How many files the release has; `nil` of a rollback, for which nothing is counted.
    package var files: Int?
    /// Their size in bytes.
    package var size: Int64?
    /// What trying it gave; `nil` where it was not tried.
    package var smoke: SmokeOutcome?
    /// Why it failed, was taken back, or was not done at all.
    package var reason: String?
    /// What gets a part of the traffic, or does not any more, by what was done; `nil` where the traffic is not divided.
    package var canary: Canary?
    /// The event's name; `nil` where nothing was recorded.
    package var event: String?
    /// The Git remote that has the record; `nil` where none has it yet.
    package var remote: String?
    /// The tag that moved the stage that the target follows.
    package var stageTag: String?
    /// What runs where the release is not what should.
    package var remaining = Remaining.previous
    /// Whether the release was what ran already.
    package var isUnchanged = false
    /// Whether it was refused, and nothing was done.
    package var isRefused = false
    /// Whether nothing was done, only said.
    package var isDryRun = false
    /// What would be restored; of a dry run only.
    package var restores: [File] = []
    /// What a cluster would be told, as YAML; of a dry run only, and `nil` of other kinds of targets.
    package var manifests: String?
    package var warnings: [String] = []
    package var hints: [String] = []
    package var problems: [Problem] = []

    private enum CodingKeys: CodingKey {
        case target, kind, action, model, version, tag, commit, release, digest, state, previous, previousModel,
            verified, files, size
        case smoke, reason, event, remote, stageTag, isUnchanged, isRefused, isDryRun, restores, manifests
        case canary
    }

    package var outcome: Outcome {
        if isRefused { return .negative }
        if let state, state == .failed || state == .rolledBack { return .verificationFailed }
        return problems.isEmpty ? .ok : .verificationFailed
    }

    /// Creates a report on a release that is about to be deployed.
    init(_ release: Release, on target: DeploymentTarget) {
        self.target = target.name.text
        kind = target.kind
        action = .deploy
        model = release.model.text
        version = release.version
        tag = release.tag
        commit = release.commit
        self.release = release.id
        digest = "sha256:\(release.digest.hex)"
        files = release.files.entries.count
        size = release.files.contentSize
    }

    /// Creates a report on a release that is about to be gone back to.
    init(goingBackTo seal: ReleaseSeal, on target: DeploymentTarget) {
        self.target = target.name.text
        kind = target.kind
        action = .rollback
        model = seal.model
        version = seal.version
        tag = seal.tag
        commit = seal.commit
        release = seal.release
        digest = seal.digest
    }

    /// Takes over what came of telling others; a remote that got other events only does not have this one.
    mutating func take(_ outcome: RecordSharing.Outcome) {
        if event.map(outcome.told.contains) ?? (state == nil) { remote = outcome.remote }
        stageTag = outcome.stageTag
        warnings += outcome.warnings
        hints += outcome.hints
    }
}
