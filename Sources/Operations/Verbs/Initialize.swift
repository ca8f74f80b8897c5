import Git
import ModelCore
import Registry
import Remotes
import Store
import SystemIO
import SystemPackage

/// `git model init`: lays everything that git-model needs into a repository; what is there already stays.
package struct Initialize: Sendable {
    /// What was set up.
    package struct Report: Operations.Report {
        /// The model.
        package let model: String
        /// The remote that was added: its name and URL.
        package var remote: [String] = []
        /// Whether only this machine sees that remote.
        package var isThisMachineOnly = false
        /// The hooks that were installed.
        package var hooks: [String] = []
        /// The files that were staged.
        package var staged: [String] = []
        package var warnings: [String] = []
        package var hints: [String] = []

        /// Whether everything was there already.
        package var isUnchanged: Bool { remote.isEmpty && hooks.isEmpty && staged.isEmpty }
    }

    private let name: String?
    private let remote: String?
    private let usesPlainTags: Bool
    private let installsHooks: Bool

    /// Creates the operation; without a name, the model is called as the repository's directory is.
    package init(name: String? = nil, remote: String? = nil, usesPlainTags: Bool = false, installsHooks: Bool = true) {
        self.name = name
        self.remote = remote
        self.usesPlainTags = usesPlainTags
        self.installsHooks = installsHooks
    }

    /// Sets up what is missing, and stages it.
    package func run(in context: Context) async throws -> Report {
        var workspace = try await Workspace.discover(in: context)
        let model = try modelName(in: workspace)
        var report = Report(model: model.name.text)
        let remote = remote.map { workspace.urlFromTop($0) }
        try requireNew(remote, in: workspace)
        try await workspace.repository.index.requireUnlocked()
        var files = try await layTemplate(in: workspace)
        _ = try workspace.write(model)
        if let remote, workspace.configuration.tracked("remote", "store", "url") != remote {
            try await workspace.addRemote("store", url: remote, isForced: false)
            report.remote = ["store", remote]
            report.isThisMachineOnly = try workspace.remote("store", url: remote).isThisMachineOnly
        }
        if usesPlainTags, !workspace.configuration.usesPlainTags {
            let key = try GitConfigurationKey("tags.plain")
            try await workspace.repository.program.setConfiguration(
                key,
                to: "true",
                in: .file(workspace.configurationFile)
            )
        }
        workspace = try await Workspace.discover(in: context)
        let installed = try await workspace.install(hooks: installsHooks)
        report.hooks = installed.hooks
        report.warnings += installed.warnings + (installed.hooksOff.map { [$0] } ?? [])
        _ = try await workspace.ensureAttributes()
        _ = try workspace.openStore()
        files += try [model.path, ".gitattributes"].map { try RepositoryPath($0) }
        report.staged = try await stage(files, in: workspace)
        if let url = report.remote.last {
            let inner = try await workspace.warning(ofInnerRemote: "store", url: url)
            report.warnings += inner.map { [$0.warning] } ?? []
            report.hints += inner.map { [$0.hint] } ?? []
        }
        if !report.isUnchanged { report.hints += try await hints(report, in: workspace) }
        return report
    }

    private func modelName(in workspace: Workspace) throws -> ModelDescription {
        let models = try workspace.models()
        if let name {
            do { return try models.first { $0.name.text == name } ?? ModelDescription(ModelName(name)) } catch {
                let suggestion = ModelName(sanitising: name.lowercased()).map { "`git model init --name \($0)`" }
                throw Failure(.usage, "\(error)", hints: suggestion.map { ["a name that can be used: \($0)"] } ?? [])
            }
        }
        if let first = models.first { return first }
        guard let name = ModelName(sanitising: workspace.root.lastComponent?.string ?? "model") else {
            throw Failure(
                .usage,
                "the directory's name gives no model name",
                hints: ["give one: `git model init --name NAME`"]
            )
        }
        return ModelDescription(name)
    }

    private func requireNew(_ remote: String?, in workspace: Workspace) throws {
        guard let remote else { return }
        let configuration = workspace.configuration
        let existing = [configuration.tracked("remote", "store", "url"), configuration.url(ofRemote: "store")]
            .compactMap(\.self)
        guard !existing.isEmpty else {
            // What is wrong with a URL is said before anything is written.
            return try workspace.requireNobodysStore(workspace.remote("store", url: remote, isAgreed: true))
        }
        guard let other = existing.first(where: { $0 != remote }) else { return }
        throw Failure(
            .failed,
            "remote store is \(other) already",
            hints: ["change it: `git model remote add --force store \(ShellWord.quoted(remote))`"]
        )
    }

    /// Writes what is missing of the files that every repository gets; returns all of them.
    private func layTemplate(in workspace: Workspace) async throws -> [RepositoryPath] {
        let files = try EmbeddedFiles.template.map { (path: try RepositoryPath(".mver/" + $0.name), bytes: $0.bytes) }
        for (path, bytes) in files {
            let location = try workspace.location(of: path)
            guard try FileStatus.of(location) == nil else { continue }
            try Directories.create(location.removingLastComponent())
            // A sparse checkout gets the file that it lacks.
            var known = workspace.shared.files[GitPath(path.text)]
            if known == nil { known = try await workspace.trackedBytes(of: path) }
            try DurableFile.write(known ?? bytes, to: location, permissions: 0o666)
        }
        return files.map(\.path)
    }

    /// Stages what is new or different from what the index has, whoever wrote it, and returns it: an earlier command
    /// may have been stopped before it staged.
    private func stage(_ paths: [RepositoryPath], in workspace: Workspace) async throws -> [String] {
        // A sparse checkout need not have all of them.
        let files = try paths.filter { try FileStatus.of(workspace.location(of: $0)) != nil }.map { GitPath($0.text) }
        let unstaged = try await workspace.repository.index.unstaged(files)
        try await workspace.repository.index.stage(files.filter { unstaged.contains($0) })
        return unstaged.map(\.description).sorted()
    }

    private func hints(_ report: Report, in workspace: Workspace) async throws -> [String] {
        guard !report.staged.isEmpty else { return [] }
        return [
            "version a file or directory: `git model add PATH`",
            "or record the set-up first: `git commit -m \"Set up git-model\"`",
        ]
    }
}

extension Workspace {
    /// The tracked configuration file.
    var configurationFile: FilePath { root.appending(".mver").appending("config") }
}
