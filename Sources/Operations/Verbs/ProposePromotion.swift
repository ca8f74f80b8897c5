import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// `git model promote --propose`: asks for a promotion in a file that is reviewed, and that whoever merges it turns
/// into a tag.
package struct ProposePromotion: Sendable {
    /// What is asked for.
    package struct Report: Operations.Report {
        /// The model.
        package let model: String
        /// The version, as `v1.2.3`.
        package let version: String
        /// The stage.
        package let stage: String
        /// The file that asks for it, which is staged.
        package let path: String
        /// Whether what is committed asks for it already, and nothing happened to the stage since.
        package var isUnchanged = false
        package var warnings: [String] = []
        package var hints: [String] = []
    }

    private let text: String
    private let stage: String

    /// Creates the operation on the user's words for a version, and a stage.
    package init(_ text: String, to stage: String) {
        self.text = text
        self.stage = stage
    }

    /// Writes the file and stages it, unless what is committed asks for it already; where something happened to the
    /// stage since, it asks again.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let stage = try StageName(stage)
        let version = try await workspace.version(text, for: "propose")
        try version.requirePromotable(to: "propose")
        let path = try RepositoryPath(StageRequests.path)
        var report = Report(
            model: version.model.text,
            version: version.version.description,
            stage: stage.text,
            path: path.text
        )
        let committed = try await committed(version, in: stage, workspace, &report)
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        var requests = try await file(at: path, in: workspace)
        let wanted = committed.map { $0.isOpen ? $0.request : $0.request.repeated } ?? .init(version.version)
        let mergedHint = "when it is merged: `git model promote --proposed`"
        if committed?.isOpen == true, requests.requests[version.model]?[stage] == wanted {
            report.isUnchanged = true
            report.hints = [mergedHint]
            return report
        }
        requests.ask(for: wanted, of: version.model, in: stage)
        let location = try workspace.location(of: path)
        try Directories.create(location.removingLastComponent())
        try DurableFile.write(requests.encoded, to: location, permissions: 0o666)
        try await workspace.repository.index.stage([GitPath(path.text)])
        report.hints = [
            "commit it, and have it reviewed: `git commit -m 'Promote \(version.tag) to \(stage)'`", mergedHint,
        ]
        return report
    }

    /// Returns what HEAD asks for, where that is the version, and whether nothing happened to the stage since: only
    /// then does a merge promote it.
    private func committed(
        _ version: ModelVersion,
        in stage: StageName,
        _ workspace: Workspace,
        _ report: inout Report
    ) async throws -> (request: StageRequests.Request, isOpen: Bool)? {
        guard let head = try await workspace.repository.objects.head().commit else { return nil }
        let requests: StageRequests
        // What nobody can read asks for nothing.
        do { requests = try await workspace.stageRequests(at: head) } catch is Failure { return nil }
        guard let request = requests.requests[version.model]?[stage], request.version == version.version else {
            return nil
        }
        do {
            if let name = try workspace.registryRemote() {
                try await StageRemote(name, of: version.model, in: workspace).fetchEvents()
            }
        } catch {
            try workspace.context.cancellation.check()
            report.warnings.append("what others did to \(stage) since it was asked for is not known: \(error)")
        }
        let history = RequestHistory(repository: workspace.repository)
        let stages = try await workspace.stages()
        let state = try await history.state(of: request, for: version.model, in: stage, upTo: head, stages)
        if case .open = state { return (request, true) }
        return (request, false)
    }

    /// Returns what the work tree's file asks for; one that a sparse checkout leaves out is as the index has it.
    private func file(at path: RepositoryPath, in workspace: Workspace) async throws -> StageRequests {
        guard let bytes = try await workspace.trackedBytes(of: path) else { return StageRequests() }
        do { return try StageRequests(parsing: bytes) } catch { throw Failure(unreadable: path.text, error) }
    }
}
