import Git
import ModelCore
import Registry

/// `git model demote`: takes a version out of a stage, which then has what it had before.
package struct DemoteVersion: Sendable {
    /// What was taken out.
    package struct Report: Operations.Report {
        /// The model.
        package let model: String
        /// The version, as `v1.2.3`.
        package let version: String
        /// The stage.
        package let stage: String
        /// The version that the stage has now; `nil` where it is empty.
        package let current: String?
        /// The tag that says it.
        package let tag: String
        /// The Git remote that has the tag; `nil` for a draft.
        package let remote: String?
        package var hints: [String] = []
    }

    private let text: String
    private let stage: String
    private let options: PromoteVersion.Options

    /// Creates the operation on the user's words for a version, and a stage.
    package init(_ text: String, from stage: String, options: PromoteVersion.Options = .init()) {
        self.text = text
        self.stage = stage
        self.options = options
    }

    /// Makes the tag; throws where the version is not in the stage.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let stage = try StageName(stage)
        let (version, remote) = try await workspace.fetchedVersion(text, for: "demote", isLocal: options.isLocal)
        let history = try await workspace.stages()
        let assigned = history.assignments(of: version.model, to: stage)
        let last = history.last(of: version.model, in: stage)
        let isDraft = last.map { last in
            last.kind == .demotion && last.version?.tag == version.tag
                && remote?.has(last.tag, last.annotation.id) == false
        }
        guard assigned.contains(where: { $0.version?.tag == version.tag }) || isDraft == true else {
            throw Failure(
                .failed,
                "cannot demote \(version.tag): it is not in \(stage)",
                hints: ["see what is: `git model stages`"]
            )
        }
        let change = StageChange(
            workspace: workspace,
            kind: .demotion,
            stage: stage,
            version: version,
            messages: options.messages,
            gates: [],
            isSigned: options.isSigned
        )
        let outcome = try await change.make(after: history, pushingTo: remote)
        let left = assigned.first { $0.version?.tag != version.tag }
        return Report(
            model: version.model.text,
            version: version.version.description,
            stage: stage.text,
            current: left?.versionText,
            tag: outcome.tag,
            remote: outcome.remote,
            hints: outcome.remote == nil ? ["push the draft: `git model demote \(version.tag) \(stage)`"] : []
        )
    }
}
