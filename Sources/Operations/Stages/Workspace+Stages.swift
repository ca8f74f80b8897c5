import Git
import ModelCore
import Registry
import SystemIO

extension Workspace {
    /// Returns what happened to the stages of all models.
    func stages() async throws -> StageHistory { try await versionsAndStages().stages }

    /// Returns the version that a user's words mean; a revision that is no version cannot be in a stage.
    func version(_ text: String, for purpose: String) async throws -> ModelVersion {
        let resolved = try await resolve(text)
        if let version = resolved.version { return version }
        // A branch or HEAD may be what a version was made of.
        let here = try await versions().filter { $0.commit == resolved.commit && !$0.isDeregistered }
        guard here.count == 1 else {
            let names = here.map(\.tag.text).joined(separator: ", ")
            throw Failure(
                here.isEmpty ? .failed : .usage,
                "cannot \(purpose) \(QuotedPath.encode(text)): "
                    + (here.isEmpty ? "no version was made of it" : "it is several versions: \(names)"),
                hints: here.isEmpty ? ["make it one: `git model tag --bump minor`"] : ["name the one you mean"]
            )
        }
        return here[0]
    }

    /// Returns the version that a user's words mean once all that the Git remote knows of its model is here, and that
    /// remote.
    ///
    /// Throws where the words meant another version before: whoever typed them did not know.
    func fetchedVersion(
        _ text: String,
        for purpose: String,
        isLocal: Bool
    ) async throws -> (version: ModelVersion, remote: StageRemote?) {
        let before = try await version(text, for: purpose)
        guard let remote = try await stageRemote(of: before.model, isLocal: isLocal) else { return (before, nil) }
        try await remote.fetchEvents()
        let after = try await version(text, for: purpose)
        guard after.tag == before.tag else {
            throw Failure(
                .failed,
                "\(QuotedPath.encode(text)) is \(after.tag) at \(remote.name), and was \(before.tag) here until now",
                hints: ["where that is what you mean, type it again"]
            )
        }
        return (after, remote)
    }

    /// Returns the Git remote that promotions go to, asked for a model; `nil` where `isLocal` says that none is wanted.
    func stageRemote(of model: ModelName, isLocal: Bool) async throws -> StageRemote? {
        guard !isLocal else { return nil }
        let draft = "make a draft, which only this clone has: `--local`"
        guard let name = try registryRemote() else {
            throw Failure(
                .failed,
                "no Git remote is set up that others would see it in",
                hints: ["add one: `git remote add origin URL`", "or \(draft)"]
            )
        }
        do { return try await StageRemote(name, of: model, in: self) } catch {
            if context.cancellation.isCancelled { throw error }
            throw Failure(nil, "\(name) cannot be asked now, and so nothing was done", hints: [draft], cause: error)
        }
    }
}
