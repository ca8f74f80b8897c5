import Deployment
import ModelCore

/// Something that a clone brings, and that nobody on this machine agreed to yet.
struct Agreement: Sendable, Equatable {
    /// What the user would agree to, as `git model trust` takes it.
    let entry: String
    /// What it is, as the end of "nobody agreed to …".
    let subject: String
    /// What is said where nothing else is missing.
    let message: String

    /// The refusal where nothing else is missing.
    var failure: Failure { Agreement.failure([self], message) }

    /// Refuses to deploy to a target where anything is missing: all of it is named, with the line to type.
    static func require(_ missing: [Agreement], toDeployTo target: TargetName) throws {
        // Two commands may be one.
        var seen: Set<String> = []
        let missing = missing.filter { seen.insert($0.entry).inserted }
        guard let first = missing.first else { return }
        guard missing.count > 1 else { throw first.failure }
        let subjects = missing.map(\.subject).joined(separator: ", nor to ")
        throw failure(missing, "cannot deploy to \(target): nobody on this machine agreed to \(subjects)")
    }

    private static func failure(_ missing: [Agreement], _ message: String) -> Failure {
        let agree = missing.map { Trust.line($0.entry) }.joined(separator: " && ")
        let once = missing.map { "--trust \(ShellWord.quoted($0.entry))" }.joined(separator: " ")
        let object = missing.count == 1 ? "it" : "them"
        return Failure(.failed, message, hints: ["agree to \(object): `\(agree)`", "or this once: `\(once)`"])
    }
}

extension Workspace {
    /// Returns the agreement to a place that only a tracked file names, where the user of this machine has not given
    /// it.
    func missingAgreement(to configured: ConfiguredTarget) throws -> Agreement? {
        // Nobody is asked to agree to what is no place at all.
        _ = try localPlace(of: configured.target)
        guard !configured.isOwn, try !agrees(toEntry: configured.agreement) else { return nil }
        let place = QuotedPath.encode(String(configured.agreement.dropFirst("deploy:".count)))
        let message = "cannot deploy to \(configured.target.name): nobody on this machine agreed to \(place)"
        return Agreement(entry: configured.agreement, subject: place, message: message)
    }

    /// Returns the agreement to a command that a version brings, likewise.
    func missingAgreement(toRun words: [String], of version: String) throws -> Agreement? {
        try missingAgreement(
            toRun: words,
            subject: "the command of \(version)",
            message: "\(version) brings a command that nobody on this machine agreed to"
        )
    }

    /// Returns the agreement to the health command of a target, likewise.
    func missingAgreement(toHealthOf target: DeploymentTarget) throws -> Agreement? {
        try missingAgreement(
            toRun: try DirectoryTarget.health(of: target),
            subject: "its health command",
            message: "deploy.\(target.name).health is a command that nobody on this machine agreed to"
        )
    }

    private func missingAgreement(toRun words: [String], subject: String, message: String) throws -> Agreement? {
        let entry = CommandAgreement.entry(for: words)
        guard !words.isEmpty, try !agrees(toEntry: entry) else { return nil }
        let text = CommandAgreement.text(of: words)
        return Agreement(entry: entry, subject: "\(subject) (\(text))", message: "\(message): \(text)")
    }

    /// Refuses to write to a place that only a tracked file names, until the user of this machine agreed to it.
    func requireAgreement(to configured: ConfiguredTarget) throws {
        if let missing = try missingAgreement(to: configured) { throw missing.failure }
    }

    /// Refuses to run a command that a version brings, until the user of this machine agreed to exactly its words.
    func requireAgreement(toRun words: [String], of version: String) throws {
        if let missing = try missingAgreement(toRun: words, of: version) { throw missing.failure }
    }
}
