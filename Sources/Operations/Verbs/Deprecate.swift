import Git
import ModelCore
import Registry

/// `git model deprecate`: takes a version back, or says that a model is not to be used any more.
package struct Deprecate: Sendable {
    /// What was taken back.
    package struct Report: Operations.Report {
        /// The model.
        package let model: String
        /// The version, as `v1.2.3`; `nil` for the model.
        package let version: String?
        /// The tag that says it.
        package let tag: String
        /// The Git remote that has the tag; `nil` where it is only here.
        package var remote: String?
        /// Whether it was taken back already, for everybody who is to know.
        package var isUnchanged = false
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let text: String
    private let options: PromoteVersion.Options

    /// Creates the operation on a model's name or on the user's words for a version.
    package init(_ text: String, options: PromoteVersion.Options = .init()) {
        self.text = text
        self.options = options
    }

    /// Makes the tag, and pushes it; nothing is deleted, and a version stays to be had by its name.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let (name, version, remote) = try await subject(in: workspace)
        let (versions, history) = try await workspace.versionsAndStages()
        let kind: GTOEvent.Kind = version.map { .deregistration($0.version) } ?? .deprecation
        guard let target = version?.commit ?? versions.last(where: { $0.model == name })?.commit else {
            throw Failure(.failed, "\(name) has no version yet", hints: ["make one: `git model tag v0.1.0`"])
        }
        if let standing = try await standing(version, name, history, in: workspace) {
            return try await share(standing.tag, standing.id, of: name, version, at: remote, in: workspace)
        }
        let tag = GTOEvent(name, kind, counter: try await counter(for: kind, of: name, history, in: workspace)).tagName
        var report = Report(model: name.text, version: version?.version.description, tag: tag)
        let id = try await workspace.repository.createTag(
            tag,
            on: target,
            message: message(name, version),
            signing: options.isSigned ? .always : .asConfigured,
            at: history.nextTime(of: name, now: context.taggerTime)
        )
        if let version, let stages = history.stagesByVersion[version.tag] {
            report.warnings = ["\(version.tag) was in \(stages.map(\.text).joined(separator: ", "))"]
        }
        guard let remote else {
            let place = (try? workspace.registryRemote()) ?? "origin"
            report.hints = ["push it: `git push \(place) \(ShellWord.quoted(tag))`"]
            return report
        }
        try await push(tag, id, to: remote, in: workspace)
        report.remote = remote.name
        return report
    }

    /// Returns what took the version, or without one the model, back and still holds.
    private func standing(
        _ version: ModelVersion?,
        _ model: ModelName,
        _ history: StageHistory,
        in workspace: Workspace
    ) async throws -> (tag: String, id: GitObjectID)? {
        if let version { return version.withdrawal.map { ($0.tag, $0.id) } }
        guard let tag = history.deprecated[model],
            let found = try await workspace.repository.objects.reference(TagName.referencePrefix + tag)
        else { return nil }
        return (tag, found.objectID)
    }

    /// Pushes what only this clone has, unless it was to say something else now; what everybody has stays as it is.
    private func share(
        _ tag: String,
        _ id: GitObjectID,
        of model: ModelName,
        _ version: ModelVersion?,
        at remote: StageRemote?,
        in workspace: Workspace
    ) async throws -> Report {
        var report = Report(model: model.text, version: version?.version.description, tag: tag, remote: remote?.name)
        guard let remote, !remote.has(tag, id) else {
            report.isUnchanged = true
            return report
        }
        guard options.messages.isEmpty, !options.isSigned else {
            throw Failure(
                .failed,
                "\(tag) says it already, as a draft, which only this clone has",
                hints: [
                    "push it: the same without `--message` and `--sign`",
                    "or drop it: `git tag -d \(ShellWord.quoted(tag))`",
                ]
            )
        }
        try await workspace.pushWithGit([try GitRefspec(TagName.referencePrefix + tag)], to: remote.name)
        return report
    }

    /// Returns what the user's words mean once all that the Git remote knows of the model is here, and that remote.
    ///
    /// What is a model's name means the model.
    private func subject(
        in workspace: Workspace
    ) async throws -> (model: ModelName, version: ModelVersion?, remote: StageRemote?) {
        let models = Set(try workspace.models().map(\.name)).union(try await workspace.versions().map(\.model))
        guard let model = models.first(where: { $0.text == text }) else {
            let found = try await workspace.fetchedVersion(text, for: "deprecate", isLocal: options.isLocal)
            return (found.version.model, found.version, found.remote)
        }
        let remote = try await workspace.stageRemote(of: model, isLocal: options.isLocal)
        try await remote?.fetchEvents()
        return (model, nil, remote)
    }

    /// Pushes the tag; one that did not get there is taken away again, also where the user interrupted the push.
    private func push(_ tag: String, _ id: GitObjectID, to remote: StageRemote, in workspace: Workspace) async throws {
        do {
            try await workspace.pushWithGit([try GitRefspec(TagName.referencePrefix + tag)], to: remote.name)
        } catch {
            // A task that was cancelled runs no `git`.
            let arrival = Task.detached { [name = remote.name, model = remote.model] () -> Bool? in
                // The answer may have got lost.
                let after = try? await StageRemote(name, of: model, in: workspace)
                if after?.has(tag, id) == true { return true }
                try? await workspace.repository.deleteTag(tag)
                return after == nil ? nil : false
            }
            switch await arrival.value {
            case true?: return
            case false?:
                throw Failure(nil, "\(remote.name) did not take the tag \(tag), and so nothing was done", cause: error)
            case nil:
                throw Failure(
                    nil,
                    "it is not known whether \(remote.name) took the tag \(tag), which was taken away here again",
                    hints: ["see whether it did: `git fetch --tags \(remote.name)`"],
                    cause: error
                )
            }
        }
    }

    private func message(_ model: ModelName, _ version: ModelVersion?) -> String {
        options.messages.isEmpty
            ? "Deprecate \(model)" + (version.map { " \($0.version)" } ?? "")
            : options.messages.joined(separator: "\n\n")
    }

    /// The simple name comes first, as GTO has it; where it is taken, the number tells apart.
    private func counter(
        for kind: GTOEvent.Kind,
        of model: ModelName,
        _ history: StageHistory,
        in workspace: Workspace
    ) async throws -> UInt64? {
        let simple = TagName.referencePrefix + GTOEvent(model, kind).tagName
        return try await workspace.repository.objects.reference(simple) == nil ? nil : history.nextCounter(of: model)
    }
}
