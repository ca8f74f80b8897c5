import ModelCore
import Registry

/// What a shell offers for an argument that names something of the repository.
package struct CompletionWords: Sendable {
    /// What an argument names.
    package enum Subject: String, CaseIterable, Sendable {
        case versions, models, remotes, targets
    }

    /// The words.
    package struct Report: Operations.Report {
        /// The words, in the order in which they are listed elsewhere.
        package let words: [String]
    }

    private let subject: Subject

    /// Creates the operation.
    package init(_ subject: Subject) { self.subject = subject }

    /// Reads tags, descriptions or configuration; contacts nobody.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        switch subject {
        case .remotes: return Report(words: workspace.configuration.remotes.map(\.name))
        case .targets: return Report(words: workspace.configuration.targets.map(\.name))
        case .models: return Report(words: try await ListModels().run(in: context).models.map(\.name))
        case .versions:
            let versions = try await workspace.versions()
            // As they may be typed: with one model its name can be left out.
            let isOneModel = Set(versions.map(\.model)).count < 2
            return Report(words: versions.map { isOneModel ? $0.version.description : $0.tag.text })
        }
    }
}
