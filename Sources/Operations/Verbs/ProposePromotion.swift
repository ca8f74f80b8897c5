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
        package var hints: [String] = []
    }

    private let text: String
    private let stage: String

    /// Creates the operation on the user's words for a version, and a stage.
    package init(_ text: String, to stage: String) {
        self.text = text
        self.stage = stage
    }

    /// Writes the file and stages it.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context)
        let stage = try StageName(stage)
        let version = try await workspace.version(text, for: "propose")
        let lock = try workspace.lockWorkTree()
        defer { extendLifetime(lock) }
        let path = try RepositoryPath(StageRequests.path)
        var requests = try await file(at: path, in: workspace)
        requests.ask(for: version.version, of: version.model, in: stage)
        let location = try workspace.location(of: path)
        try Directories.create(location.removingLastComponent())
        try DurableFile.write(requests.encoded, to: location, permissions: 0o666)
        try await workspace.repository.index.stage([GitPath(path.text)])
        return Report(
            model: version.model.text,
            version: version.version.description,
            stage: stage.text,
            path: path.text,
            hints: [
                "commit it, and have it reviewed: `git commit -m 'Promote \(version.tag) to \(stage)'`",
                "when it is merged: `git model promote --proposed`",
            ]
        )
    }

    /// Returns what the work tree's file asks for; one that a sparse checkout leaves out is as the index has it.
    private func file(at path: RepositoryPath, in workspace: Workspace) async throws -> StageRequests {
        guard let bytes = try await workspace.trackedBytes(of: path) else { return StageRequests() }
        do { return try StageRequests(parsing: bytes) } catch { throw Failure(unreadable: path.text, error) }
    }
}

/// `git model promote --proposed`: promotes whatever the reviewed file asks for and stages do not have.
package struct PromoteProposed: Sendable {
    /// What was promoted, and what was refused.
    package struct Report: Operations.Report {
        /// The promotions, by model and stage.
        package var promotions: [PromoteVersion.Report] = []
        package var problems: [Problem] = []
        package var hints: [String] = []
        package var warnings: [String] { Set(promotions.flatMap(\.warnings)).sorted() }
        package var outcome: Outcome {
            if !problems.isEmpty { return .partial }
            return promotions.contains(where: \.isRefused) ? .negative : .ok
        }
    }

    private let options: PromoteVersion.Options

    /// Creates the operation.
    package init(options: PromoteVersion.Options = .init()) { self.options = options }

    /// Promotes what HEAD's file asks for; one that fails keeps nobody from the others.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        var report = Report()
        guard let head = try await workspace.repository.objects.head().commit else { return report }
        var remotes: [ModelName: Result<StageRemote?, any Error>] = [:]
        for request in try await workspace.stageRequests(at: head).all {
            let name = "\(request.model)@\(request.version)"
            do {
                if remotes[request.model] == nil {
                    remotes[request.model] = await fetchedRemote(of: request.model, in: workspace)
                }
                let remote = try remotes[request.model]?.get()
                try await refuseOvertaken(request, upTo: head, in: workspace)
                let version = try await workspace.version(name, for: "promote")
                let promotion = PromoteVersion(name, to: request.stage.text, options: options)
                let done = try await promotion.promote(version, to: request.stage, at: remote, in: workspace)
                report.promotions.append(done)
            } catch {
                if context.cancellation.isCancelled { throw error }
                report.problems.append(Problem("\(name) to \(request.stage)", error))
                let hints = (error as? Failure)?.hints ?? []
                report.hints += hints.filter { !report.hints.contains($0) }
            }
        }
        return report
    }

    /// Asks the Git remote for a model, and fetches what others did to its stages.
    private func fetchedRemote(of model: ModelName, in workspace: Workspace) async -> Result<StageRemote?, any Error> {
        do {
            let remote = try await workspace.stageRemote(of: model, isLocal: options.staysHere)
            try await remote?.fetchEvents()
            return .success(remote)
        } catch { return .failure(error) }
    }

    /// Throws where somebody did something to the stage after the request was committed, as a rollback, unless that
    /// gave it what is asked for; and where a shallow clone cannot say so.
    private func refuseOvertaken(
        _ request: (model: ModelName, stage: StageName, version: SemanticVersion),
        upTo head: GitObjectID,
        in workspace: Workspace
    ) async throws {
        let history = try await workspace.stages()
        guard let last = history.last(of: request.model, in: request.stage),
            history.current(of: request.model, in: request.stage)?.version?.version != request.version
        else { return }
        let requests = RequestHistory(repository: workspace.repository)
        let askings = try await requests.askings(request, upTo: head)
        let later = askings.filter { $0.time >= last.time }
        guard !askings.isEmpty else { return }
        guard !later.isEmpty else {
            let name = "\(request.model)@\(request.version)"
            throw Failure(
                .failed,
                "\(last.tag) came after it was asked for: ask again",
                // Where another's clock is ahead, asking again does not help.
                hints: ["or promote it all the same: `git model promote \(name) \(request.stage)`"]
            )
        }
        guard try await workspace.repository.isShallow() else { return }
        // The oldest commit of a shallow clone seems to add every file.
        for asking in later where try await requests.hasParents(asking.commit) { return }
        throw Failure(
            .failed,
            "this clone is shallow, and does not tell whether \(last.tag) came after it was asked for",
            hints: ["get the rest of its history: `git fetch --unshallow`"]
        )
    }
}
