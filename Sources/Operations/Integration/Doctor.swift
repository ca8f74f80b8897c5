import FoundationEssentials
import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model doctor`: what is missing or misconfigured, and the command that mends it.
package struct Doctor: Sendable {
    /// One thing that was looked at.
    package struct Check: Encodable, Sendable {
        /// `ok`, `missing`, or `wrong`.
        package let state: String
        /// What was looked at, and what was found.
        package let subject: String
        /// The command that mends it.
        package let remedy: String?
        /// The bytes that are free, where that was looked at.
        package var freeBytes: Int64?

        static func ok(_ subject: String, freeBytes: Int64? = nil) -> Check {
            Check(state: "ok", subject: subject, remedy: nil, freeBytes: freeBytes)
        }
        static func missing(_ subject: String, _ remedy: String?) -> Check {
            Check(state: "missing", subject: subject, remedy: remedy)
        }
        static func wrong(_ subject: String, _ remedy: String?) -> Check {
            Check(state: "wrong", subject: subject, remedy: remedy)
        }
    }

    /// What was found.
    package struct Report: Operations.Report {
        /// The checks, in their order.
        package var checks: [Check] = []
        package var outcome: Outcome { checks.allSatisfy { $0.state == "ok" } ? .ok : .negative }

        private enum CodingKeys: CodingKey { case checks }
    }

    private let version: String
    private let manualPage: [UInt8]

    /// Creates the operation of the program's version; the manual page is put where `man` looks, if there is none.
    package init(version: String, manualPage: [UInt8]) {
        self.version = version
        self.manualPage = manualPage
    }

    /// Looks at everything; only what nobody foresaw is thrown.
    package func run(in context: Context) async throws -> Report {
        var report = Report()
        let git = GitProgram(directory: context.workingDirectory, environment: context.environment)
        let found = try await git.version()
        report.checks.append(
            found < .minimum
                ? .wrong("git \(found) is older than \(GitVersion.minimum)", "install a newer git")
                : .ok("git \(found) is new enough")
        )
        report.checks.append(
            try DriverSettings.programInPath(context) != nil
                ? .ok("git-model \(version) is in PATH")
                : .missing("git-model \(version) in PATH", "put its directory into PATH")
        )
        let workspace: Workspace
        do { workspace = try await Workspace.discover(in: context, bare: true) } catch let failure as Failure {
            guard failure.kind == .notInitialized else { throw failure }
            report.checks.append(.missing("Git repository", "git init, then git model init"))
            return report
        }
        guard try workspace.isSetUp else {
            report.checks.append(.missing(Configuration.path, "git model init"))
            return report
        }
        // Hooks and drivers work where there is a work tree.
        if !workspace.isBare { report.checks += try await hooks(in: workspace) + drivers(in: workspace) }
        report.checks.append(store(of: workspace))
        report.checks += try await remotes(of: workspace)
        report.checks.append(manual(context))
        return report
    }

    private func hooks(in workspace: Workspace) async throws -> [Check] {
        let directory = try await HookDirectory(of: workspace.repository)
        var checks: [Check] = []
        for hook in EmbeddedFiles.hooks {
            switch try directory.state(of: hook) {
            case .current: continue
            case .absent: checks.append(.missing("hook \(hook.name)", "git model install"))
            case .taken, .lacksLine:
                let line = "\(HookDirectory.call(hook.name)) \"$@\""
                checks.append(.missing("hook \(hook.name)", "add this line to the one that is there: \(line)"))
            }
        }
        return checks.isEmpty ? [.ok("hooks: \(EmbeddedFiles.hooks.map(\.name).joined(separator: ", "))")] : checks
    }

    private func drivers(in workspace: Workspace) async throws -> [Check] {
        let configuration = try await workspace.repository.program.configuration()
        let missing = Set(DriverSettings(in: workspace.context).missing(from: configuration).map(\.section))
        var checks: [Check] = missing.sorted().map { .missing("\($0) driver", "git model install") }
        let path: GitPath = "x.mver"
        if try await workspace.repository.index.attribute("diff", of: [path])[path] != DriverSettings.name {
            checks.append(.missing("line for *.mver in .gitattributes", "git model init"))
        }
        return checks.isEmpty ? [.ok("diff and merge drivers")] : checks
    }

    private func store(of workspace: Workspace) -> Check {
        let shown = workspace.shown(workspace.storePath.removingLastComponent())
        do {
            try Directories.create(workspace.storePath)
            _ = try LocalStore.openOrCreate(workspace.storePath)
            _ = try TemporaryFile(beside: workspace.storePath.appending("probe"))
        } catch {
            return .wrong("store: \(shown) cannot be used: \(error)", "chmod -R u+rwX \(workspace.storePath)")
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: workspace.storePath.string)
        let free = (attributes?[.systemFreeSize] as? any BinaryInteger).map { Int64(clamping: $0) }
        return .ok("store: \(shown) can be written to", freeBytes: free)
    }

    private func remotes(of workspace: Workspace) async throws -> [Check] {
        let names = workspace.configuration.remoteNames
        guard !names.isEmpty else { return [.missing("remote", "git model remote add store URL")] }
        var checks: [Check] = []
        for name in names {
            do {
                let remote = try workspace.remote(named: name)
                let place = remote.isThisMachineOnly ? " (this machine only)" : ""
                let subject = "remote \(name) → \(remote.url)"
                // The first push makes the store: that there is none is a fault only after one.
                if try await remote.store.format() != nil || remote.acknowledged().isEmpty {
                    checks.append(.ok(subject + place))
                } else {
                    checks.append(.missing(subject, "git model remote add --force \(name) URL, if it has moved"))
                }
            } catch {
                checks.append(.wrong("remote \(name): \(error)", "git model remote add --force \(name) URL"))
            }
        }
        return checks
    }

    /// Git opens a manual page itself (`git help model`), so that one has to be where `man` finds it.
    private func manual(_ context: Context) -> Check {
        var directories = [FilePath("/usr/local/share/man"), FilePath("/usr/share/man")]
        if let program = (try? DriverSettings.programInPath(context)) ?? nil {
            directories.append(program.removingLastComponent().removingLastComponent().appending("share/man"))
        }
        var own: FilePath?
        if let home = context.environment["HOME"], !home.isEmpty {
            own = FilePath(home).appending(".local/share/man")
        }
        for directory in directories + (own.map { [$0] } ?? []) {
            for name in ["git-model.1", "git-model.1.gz"] {
                let page = directory.appending("man1").appending(name)
                if (try? FileStatus.of(page, followingLinks: true)) ?? nil != nil { return .ok("manual page: \(page)") }
            }
        }
        guard let own else { return .missing("manual page", "git model documentation man > git-model.1") }
        let page = own.appending("man1").appending("git-model.1")
        do {
            try Directories.create(page.removingLastComponent())
            try DurableFile.write(manualPage, to: page)
            return .ok("manual page: \(page), written just now")
        } catch { return .wrong("manual page: \(error)", "git model documentation man > git-model.1") }
    }
}
