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
        /// `ok`, `missing`, `wrong`, or `note`, which keeps nothing from working.
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
        static func note(_ subject: String, _ remedy: String) -> Check {
            Check(state: "note", subject: subject, remedy: remedy)
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
        package var outcome: Outcome { checks.allSatisfy { ["ok", "note"].contains($0.state) } ? .ok : .negative }

        private enum CodingKeys: CodingKey { case checks }
    }

    private let version: String
    let manualPage: [UInt8]

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
        guard let workspace = try await workspace(in: context, &report) else { return report }
        guard try await workspace.repository.isSetUp else {
            report.checks.append(.missing(Configuration.path, "git model init"))
            return report
        }
        // Hooks and drivers work where there is a work tree.
        if !workspace.isBare {
            report.checks += try await tracked(in: workspace) + hooks(in: workspace) + drivers(in: workspace)
            report.checks += try await fetching(in: workspace)
        }
        report.checks.append(store(of: workspace))
        report.checks += try await remotes(of: workspace)
        report.checks.append(try await manual(git, context))
        return report
    }

    /// Opens the repository, without the tracked configuration where that cannot be read; `nil` where there is none.
    private func workspace(in context: Context, _ report: inout Report) async throws -> Workspace? {
        do { return try await Workspace.discover(in: context, bare: true) } catch let failure as Failure {
            guard failure.kind == .notInitialized else { throw failure }
            report.checks.append(.missing("Git repository", "git init, then git model init"))
            return nil
        } catch let error as ConfigurationError {
            report.checks.append(.wrong("\(error)", "git checkout -- \(Configuration.path)"))
            return try await Workspace.discover(in: context, bare: true, readsTracked: false)
        }
    }

    private func hooks(in workspace: Workspace) async throws -> [Check] {
        let directory = try await HookDirectory(of: workspace.repository)
        guard !directory.isOff else {
            let subject = "hooks are switched off: core.hooksPath is \(directory.path), which is no directory"
            return [.note(subject, "\(directory.wayToOwn), then git model install")]
        }
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
        let wanted: [(path: GitPath, attribute: String, name: String)] = [
            ("x.mver", "diff", "*.mver"), (".mver/models/x.json", "merge", ModelDescription.directory),
        ]
        for (path, attribute, name) in wanted
        where try await workspace.repository.index.attribute(attribute, of: [path])[path] != DriverSettings.name {
            checks.append(.missing("line for \(name) in .gitattributes", "git model init"))
        }
        return checks.isEmpty ? [.ok("diff and merge drivers")] : checks
    }

    private func remedy(for error: any Error, _ store: FilePath) -> String? {
        var cause: (any Error)? = error
        if case .io(let error)? = error as? StoreError { cause = error }
        switch (cause as? IOError)?.errno {
        case .permissionDenied: return "chmod -R u+rwX \(store)"
        case .noSpace, .diskQuotaExceeded: return "free some space: git model gc"
        case .readOnlyFileSystem:
            return "git config git-model.store.path DIRECTORY, on a file system that can be written to"
        default: return error is StoreError ? "git model fsck" : nil
        }
    }

    private func store(of workspace: Workspace) -> Check {
        do throws(Failure) { try workspace.requireStorePlace() } catch {
            return .wrong("store: \(error.message)", "git config git-model.store.path DIRECTORY, an absolute one")
        }
        let shown = workspace.shown(workspace.storePath.removingLastComponent())
        do {
            try Directories.create(workspace.storePath)
            _ = try LocalStore.openOrCreate(workspace.storePath)
            _ = try TemporaryFile(beside: workspace.storePath.appending("probe"))
        } catch {
            return .wrong("store: \(shown) cannot be used: \(error)", remedy(for: error, workspace.storePath))
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: workspace.storePath.string)
        let free = (attributes?[.systemFreeSize] as? any BinaryInteger).map { Int64(clamping: $0) }
        return .ok("store: \(shown) can be written to", freeBytes: free)
    }
}
