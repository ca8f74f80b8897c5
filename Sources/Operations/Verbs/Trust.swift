import Deployment
import ModelCore
import Registry
import Remotes
import SystemIO
import SystemPackage

/// `git model trust`: what this user agreed to: remote URLs that are written to, targets, and commands that versions
/// bring.
package struct Trust: Sendable {
    /// What is agreed to.
    package struct Report: Operations.Report {
        /// A URL.
        package struct Entry: Encodable, Sendable {
            /// The URL.
            package let url: String
            /// The remotes of this repository that have it.
            package let remotes: [String]
            /// Whether the user agreed to it.
            package let isAgreed: Bool
            /// What it is to this repository where it is no remote's URL: a target's name, or a command.
            package var purpose: String?
        }

        /// `list`, `added`, `removed` or `unchanged`.
        package let action: String
        /// The URLs: the one that was changed, or all.
        package var urls: [Entry] = []
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    /// What to do.
    package enum Action: Sendable {
        /// Tell what is agreed to, and which remotes are not.
        case list
        /// Agree to a URL, or to that of the remote of this name.
        case add(String)
        /// No longer agree to it.
        case remove(String)
    }

    private let action: Action

    /// Creates the operation.
    package init(_ action: Action) { self.action = action }

    /// The line by which a user agrees to an entry, for messages: what it names may come from a tracked file, and the
    /// line is pasted into a shell.
    package static func line(_ entry: String) -> String { "git model trust \(ShellWord.quoted(entry))" }

    /// Reads or changes the user's own list; needs no repository.
    package func run(in context: Context) async throws -> Report {
        guard let store = TrustStore(environment: context.environment) else {
            throw Failure(.failed, "cannot tell where your settings are", hints: ["set the variable HOME"])
        }
        let workspace = try? await Workspace.discover(in: context, bare: true)
        let remotes = (workspace?.configuration.remotes ?? []).map { remote in
            (name: remote.name, url: workspace?.agreedURL(remote.url) ?? remote.url)
        }
        func names(_ url: String) -> [String] { remotes.filter { $0.url == url }.map(\.name) }
        let others = Trust.others(in: workspace)
        func url(_ text: String) -> String {
            if text.hasPrefix("command:") || text.hasPrefix("deploy:") { return text }
            let resolved = workspace?.resolvingGitRemote(text) ?? text
            return remotes.first { $0.name == text }?.url
                ?? context.agreedURL(resolved, from: context.workingDirectory)
        }
        do {
            switch action {
            case .list:
                var report = Report(action: "list")
                let agreed = try store.urls()
                report.urls = agreed.map { url in
                    Report.Entry(url: url, remotes: names(url), isAgreed: true, purpose: others[url])
                }
                for remote in remotes where !report.urls.contains(where: { $0.url == remote.url }) {
                    report.urls.append(Report.Entry(url: remote.url, remotes: names(remote.url), isAgreed: false))
                    report.hints = ["agree to write to it: `\(Trust.line(remote.url))`"]
                }
                for (entry, purpose) in others.sorted(by: { $0.key < $1.key }) where !agreed.contains(entry) {
                    report.urls.append(Report.Entry(url: entry, remotes: [], isAgreed: false, purpose: purpose))
                    report.hints.append("agree to \(purpose): `\(Trust.line(entry))`")
                }
                return report
            case .add(let text):
                let url = url(text)
                let isNew = try !store.contains(url)
                try store.add(url)
                let entry = Report.Entry(url: url, remotes: names(url), isAgreed: true)
                var report = Report(action: isNew ? "added" : "unchanged", urls: [entry])
                // A name of a remote that was mistyped is a path from here. An absolute one may be that of a disk to
                // come.
                if !text.hasPrefix("/"), url.hasPrefix("/"), entry.remotes.isEmpty,
                    try FileStatus.of(FilePath(url), followingLinks: true) == nil
                {
                    report.warnings = ["\(text) is no remote, and there is no directory \(url) either"]
                    report.hints = ["take it back: `git model trust --remove \(ShellWord.quoted(url))`"]
                }
                return report
            case .remove(let text):
                let url = url(text)
                let isRemoved = try store.remove(url)
                let entry = Report.Entry(url: url, remotes: names(url), isAgreed: false)
                return Report(action: isRemoved ? "removed" : "unchanged", urls: [entry])
            }
        } catch let error as UntrustableURL {
            // What is wrong with it as a remote's URL says more.
            _ = try RemoteURL(parsing: context.expandingHome(error.url), relativeTo: context.workingDirectory)
            throw Failure(.usage, "\(error)")
        }
    }

    /// What this repository's targets and commands need, and what each is.
    private static func others(in workspace: Workspace?) -> [String: String] {
        guard let workspace else { return [:] }
        var found: [String: String] = [:]
        for configured in workspace.targets().targets where !configured.isOwn {
            // What is no place at all is nothing to agree to.
            do { _ = try workspace.localPlace(of: configured.target) } catch { continue }
            found[configured.agreement] = "target \(configured.target.name)"
        }
        for target in workspace.targets().targets.map(\.target) where target.kind == .directory {
            guard let words = try? DirectoryTarget.health(of: target), !words.isEmpty else { continue }
            let text = "the health command of \(target.name) (\(CommandAgreement.text(of: words)))"
            found[CommandAgreement.entry(for: words)] = text
        }
        for model in (try? workspace.models()) ?? [] {
            for words in ReleasePlan(of: model).commands {
                found[CommandAgreement.entry(for: words)] = "the command \(CommandAgreement.text(of: words))"
            }
        }
        return found
    }
}
