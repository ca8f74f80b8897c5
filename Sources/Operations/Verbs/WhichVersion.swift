import Git
import ModelCore
import Registry

/// `git model which`: the version that a stage has, for scripts.
package struct WhichVersion: Sendable {
    /// The version.
    package struct Report: Operations.Report {
        /// The model; `nil` where the stage is empty and none was named.
        package var model: String?
        /// The stage.
        package let stage: String
        /// The version's tag, else the commit that GTO promoted; `nil` where the stage is empty.
        package var version: String?
        /// Its commit.
        package var commit: String?
        /// The tag of the promotion.
        package var tag: String?
        package var hints: [String] = []
        package var outcome: Outcome { version == nil ? .negative : .ok }
    }

    private let text: String
    private let model: String?

    /// Creates the operation on a stage, perhaps with its model: `production`, `bert@production`.
    package init(_ text: String, model: String? = nil) {
        self.text = text
        self.model = model
    }

    /// Reads the tags; an empty stage is an answer.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let stage = try StageName(parts[parts.count - 1])
        let named = try (parts.count == 2 ? String(parts[0]) : model).map { try ModelName($0) }
        let (versions, history) = try await workspace.versionsAndStages()
        if let named { try workspace.requireModel(named: named.text, among: versions) }
        let found = (named.map { [$0] } ?? history.models).compactMap { history.current(of: $0, in: stage) }
        guard found.count < 2 else {
            throw ResolutionError.ambiguous(text, candidates: found.map { "\($0.model)@\(stage)" })
        }
        guard let event = found.first else {
            return Report(model: named?.text, stage: stage.text, hints: try workspace.shallowHints)
        }
        return Report(
            model: event.model.text,
            stage: event.stage.text,
            version: event.version?.tag.text ?? event.commit.hex,
            commit: event.commit.hex,
            tag: event.tag
        )
    }
}
