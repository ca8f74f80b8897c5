import Git
import ModelCore
import Registry
package import Runs

/// What metrics and parameters are asked of.
enum FactSubject: Sendable {
    case commit(ResolvedVersion)
    case run(RunRecord)
    case workTree
}

/// What metrics and parameters are of, as a report names it.
package struct FactSide: Encodable, Sendable {
    /// The kinds of it.
    package enum Kind: String, Encodable, Sendable {
        /// A version of a model.
        case version
        /// Any other commit.
        case revision
        case run
        /// The working copy.
        case workTree = "work-tree"
    }

    /// What it is.
    package let kind: Kind
    /// The tag's name, or what the user wrote; a run's name, or the first digits of its id; `work tree`.
    package let name: String
    /// The commit; `nil` for a run and for the work tree.
    package let commit: String?
    /// The run; `nil` for anything else.
    package let run: RunID?

    /// Names a subject.
    init(_ subject: FactSubject) {
        switch subject {
        case .commit(let resolved):
            kind = resolved.version == nil ? .revision : .version
            name = resolved.name
            commit = resolved.commit.hex
            run = nil
        case .run(let record):
            kind = .run
            name = record.name ?? record.id.abbreviated
            commit = nil
            run = record.id
        case .workTree:
            kind = .workTree
            name = "work tree"
            commit = nil
            run = nil
        }
    }
}

extension FactSubject {
    /// The model that it is a version of.
    var model: ModelName? {
        guard case .commit(let resolved) = self else { return nil }
        return resolved.version?.model
    }

    /// Returns the models that it describes; `nil` for a run, which describes none.
    func models(in workspace: Workspace) async throws -> [ModelDescription]? {
        switch self {
        case .commit(let resolved): try await ModelIndex.at(resolved.commit, in: workspace.repository).models
        case .workTree: try workspace.models()
        case .run: nil
        }
    }
}

extension FactSubject {
    /// What stands in front of a run's name where that could be a version, too.
    private static let runPrefix = "run:"

    /// Finds what a user's words mean: a version or revision before a run, unless `run:` says that one is meant.
    ///
    /// Without words it is the work tree, and HEAD where there is none.
    static func find(_ text: String?, in workspace: Workspace) async throws -> FactSubject {
        guard let text else { return workspace.isBare ? try await head(of: workspace) : .workTree }
        if text.hasPrefix(runPrefix) { return .run(try await findRun(text.dropFirst(runPrefix.count), in: workspace)) }
        do { return .commit(try await workspace.resolve(text)) } catch let error as ResolutionError {
            switch error {
            case .ambiguous, .git: throw error
            case .malformed, .unknown, .unknownModel, .unknownVersion: break
            }
            do { return .run(try await findRun(text, in: workspace)) } catch RunLookupError.unknown(_) {
                guard case .unknown = error else { throw error }
                throw Failure(
                    .failed,
                    "\(QuotedPath.encode(text)) is no version, no revision and no run",
                    hints: ["see which there are: `git model list`, `git model runs`"]
                )
            }
        }
    }

    /// Finds all that a user's words mean, or the work tree where there are none, and reads their facts, in that order.
    static func facts(of texts: [String], in workspace: Workspace) async throws -> [(
        side: FactSide, facts: TrainingFacts
    )] {
        var found: [(side: FactSide, facts: TrainingFacts)] = []
        for text in texts.isEmpty ? [nil] : texts.map(Optional.some) {
            let subject = try await find(text, in: workspace)
            found.append((FactSide(subject), try await workspace.facts(of: subject)))
        }
        return found
    }

    /// Returns the current commit.
    static func head(of workspace: Workspace) async throws -> FactSubject {
        guard try await workspace.repository.objects.head().commit != nil else {
            throw Failure(.failed, "there is no commit yet", hints: ["make one: `git commit`"])
        }
        return .commit(try await workspace.resolve("HEAD"))
    }

    /// Finds the two sides of a comparison; what is left out is HEAD as the earlier one, the work tree as the later.
    static func pair(_ texts: [String], in workspace: Workspace) async throws -> (old: FactSubject, new: FactSubject) {
        guard texts.count <= 2 else {
            throw Failure(.usage, "two sides are compared, not \(texts.count)")
        }
        let old = try await texts.isEmpty ? head(of: workspace) : find(texts[0], in: workspace)
        return (old, try await find(texts.count == 2 ? texts[1] : nil, in: workspace))
    }

    private static func findRun(_ text: some StringProtocol, in workspace: Workspace) async throws -> RunRecord {
        let text = String(text)
        guard let run = try await workspace.findRuns([text]).first else { throw RunLookupError.unknown(text) }
        return run
    }
}
