import Git
import Kubernetes
import ModelCore
import Synchronization

/// The file of a branch that a cluster follows, written without a work tree, an index or a branch of this repository.
///
/// A Git remote takes a commit only on top of what is there: of two who deploy, the second sees what the first one did.
final class ManifestBranch: Sendable {
    /// How often a commit is made anew because others pushed other files.
    private static let attempts = 5
    private static let byteLimit: Int64 = 1 << 20

    /// What the file had when the deployment began.
    private struct Beginning {
        let text: String?
        /// What this deployment sent since, which may have got through without an answer.
        var sent: String?
    }

    private let file: RepositoryPath
    private let name: String
    private let remote: String
    private let target: String
    private let branch: GitDetachedBranch
    private let beginning = Mutex<Beginning?>(nil)

    init(
        _ file: RepositoryPath,
        on name: String,
        of remote: String,
        for target: String,
        in workspace: Workspace
    ) throws {
        guard GitReferenceName.isValidBranch(name) else {
            throw Failure(
                .failed,
                "deploy.\(target).branch is \(QuotedPath.encode(name)), which is no name of a branch"
            )
        }
        self.file = file
        self.name = name
        self.remote = remote
        self.target = target
        var environment: [String: String?] = workspace.repository.hookGuard.mapValues { $0 }
        if !workspace.context.hasTerminal { environment["GIT_TERMINAL_PROMPT"] = "0" }
        branch = try GitDetachedBranch(
            "refs/heads/\(name)",
            of: remote,
            rememberedAs: "refs/git-model/remotes/deploy/\(target)",
            in: workspace.repository,
            environment: environment
        )
    }

    /// Where it is, for messages.
    var place: String { "\(file.text) on branch \(name) of \(remote)" }

    /// Remembers what the file has: a deployment replaces nothing else.
    func begin() async throws {
        let text = try await text()
        beginning.withLock { $0 = Beginning(text: text) }
    }

    /// Lets others' deployments be replaced again.
    func end() { beginning.withLock { $0 = nil } }

    /// Returns what the file has now; `nil` where there is none.
    func text() async throws -> String? { try await read().text }

    /// Commits and pushes a text of the file; throws `locked` where somebody else deployed meanwhile.
    func put(_ text: String, message: String) async throws {
        for _ in 0..<ManifestBranch.attempts {
            let (tip, found) = try await read()
            if found == text { return remember(text) }
            if let start = beginning.withLock({ $0 }), found != start.text, found == nil || found != start.sent {
                throw Failure(
                    .locked,
                    "somebody else deployed to \(target) meanwhile: \(place) has changed",
                    hints: ["see what runs: `git model deployments status \(target)`"]
                )
            }
            beginning.withLock { $0?.sent = text }
            if try await push(text, onto: tip, message) { return remember(text) }
        }
        throw Failure(.locked, "others push to branch \(name) of \(remote) all the time", hints: ["try again"])
    }

    private func read() async throws -> (tip: GitObjectID?, text: String?) {
        do throws(GitError) {
            guard let tip = try await branch.fetch() else { return (nil, nil) }
            guard let found = try await branch.files(of: tip)[file.text] else { return (tip, nil) }
            let bytes = try await branch.bytes(of: [found.blob], limit: ManifestBranch.byteLimit)[found.blob] ?? []
            return (tip, String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Failure(nil, "cannot read \(place)", cause: error)
        }
    }

    /// Returns whether the remote took it; where others pushed first, it did not.
    private func push(_ text: String, onto tip: GitObjectID?, _ message: String) async throws -> Bool {
        let outcome: GitDetachedBranch.PushOutcome
        do throws(GitError) {
            let commit = try await branch.commit([file.text: Array(text.utf8)], onto: tip, message: message)
            outcome = try await branch.push(commit)
        } catch {
            throw Failure(nil, "cannot write \(place)", cause: error)
        }
        switch outcome {
        case .pushed: return true
        case .outpaced: return false
        case .rejected(let why):
            throw Failure(
                .failed,
                "\(remote) refuses what \(target) is to run: \(why)",
                hints: ["let a branch be followed that may be pushed to: `deploy.\(target).branch`"]
            )
        }
    }

    /// Going back within the same deployment replaces what this one wrote.
    private func remember(_ text: String) {
        beginning.withLock { beginning in if beginning != nil { beginning = Beginning(text: text) } }
    }
}
