import Git
import Registry
import SystemIO
import SystemPackage

/// `git model hook`: what Git's hooks do; silent and quick where there is nothing to do.
package struct Hook: Sendable {
    /// The hooks there are (githooks(5)).
    package enum Name: String, Sendable, CaseIterable {
        case preCommit = "pre-commit"
        case postCheckout = "post-checkout"
        case postMerge = "post-merge"
        case postRewrite = "post-rewrite"
        case prePush = "pre-push"
    }

    /// What the hook has to say, all of it on standard error.
    package struct Report: Operations.Report {
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []
        package var outcome: Outcome { problems.isEmpty ? .ok : .negative }

        private enum CodingKeys: CodingKey {}
    }

    private let name: Name
    private let arguments: [String]

    /// Creates the hook's work; `arguments` are those that Git gave the hook.
    package init(_ name: Name, arguments: [String]) {
        self.name = name
        self.arguments = arguments
    }

    /// Does the work; a problem in the report blocks what Git is about to do.
    package func run(in context: Context) async throws -> Report {
        guard try await isSetUp(context) else { return Report() }
        switch name {
        case .preCommit: return try await CommitCheck(in: Workspace.discover(in: context)).run()
        case .prePush: return try await PushHook(arguments, in: Workspace.discover(in: context)).run()
        case .postCheckout, .postMerge, .postRewrite:
            // The commit, branch or merge is there already: what fails now is no reason for Git to fail.
            do { return try await align(in: context) } catch {
                if context.cancellation.isCancelled { throw error }
                return Report(
                    warnings: ["artifacts were left as they are: \(error)"],
                    hints: ["bring them in line: `git model checkout`"]
                )
            }
        }
    }

    /// Hooks may stand for many repositories (`core.hooksPath`): one that never saw git-model is none of their
    /// business, nor is what git-model lets Git do here.
    private func isSetUp(_ context: Context) async throws -> Bool {
        let repository = try await GitRepository.discover(
            from: context.workingDirectory,
            environment: context.environment
        )
        guard !repository.isGuarded, repository.layout.workTree != nil else { return false }
        return try await repository.isSetUp
    }

    private func align(in context: Context) async throws -> Report {
        let previous: String
        switch name {
        case .postCheckout:
            let given = arguments.count >= 3 ? arguments : Hook.frameworkCheckout(context.environment)
            guard given.count >= 3, given[2] == "1" else { return Report() }
            // Another name for the same commit changes no artifact; a new worktree or clone has no old commit.
            guard given[0] != given[1] else { return Report() }
            previous = given[0]
        case .postRewrite where rewriter(context) == "amend": return Report()
        default: previous = "ORIG_HEAD"
        }
        let workspace = try await Workspace.discover(in: context)
        return try await WorkTreeAlignment(in: workspace).run(
            since: GitObjectID(previous)?.isZero == true ? nil : workspace.repository.objects.resolve(previous),
            // A rebase checks out its base first, so that what is on disk is no longer what it started from.
            includingUnchanged: name == .postRewrite,
            afterSquash: name == .postMerge && isSquash(context)
        )
    }

    /// Which command rewrote commits.
    private func rewriter(_ context: Context) -> String? {
        arguments.first ?? context.environment["PRE_COMMIT_REWRITE_COMMAND"]
    }

    /// Whether a merge left its result in the index, for the user to commit.
    private func isSquash(_ context: Context) -> Bool {
        (arguments.first ?? context.environment["PRE_COMMIT_IS_SQUASH_MERGE"]) == "1"
    }

    /// The framework of pre-commit.com passes arguments in variables.
    private static func frameworkCheckout(_ environment: [String: String]) -> [String] {
        ["PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "PRE_COMMIT_CHECKOUT_TYPE"].compactMap { environment[$0] }
    }
}
