import Git
import ModelCore
import Registry
import SystemIO

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
        for wanted in try await workspace.stageRequests(at: head).all {
            let name = "\(wanted.model)@\(wanted.request.version)"
            do {
                if remotes[wanted.model] == nil {
                    remotes[wanted.model] = await fetchedRemote(of: wanted.model, in: workspace)
                }
                let remote = try remotes[wanted.model]?.get()
                try await refuseOvertaken(wanted, upTo: head, in: workspace)
                let version = try await workspace.version(name, for: "promote")
                let promotion = PromoteVersion(name, to: wanted.stage.text, options: options)
                let done = try await promotion.promote(version, to: wanted.stage, at: remote, in: workspace)
                report.promotions.append(done)
            } catch {
                if context.cancellation.isCancelled { throw error }
                report.problems.append(Problem("\(name) to \(wanted.stage)", error))
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

    /// Throws where a request was overtaken, and where a shallow clone cannot say so.
    private func refuseOvertaken(
        _ wanted: (model: ModelName, stage: StageName, request: StageRequests.Request),
        upTo head: GitObjectID,
        in workspace: Workspace
    ) async throws {
        let (model, stage) = (wanted.model, wanted.stage)
        let requests = RequestHistory(repository: workspace.repository)
        let history = try await workspace.stages()
        switch try await requests.state(of: wanted.request, for: model, in: stage, upTo: head, history) {
        case .open: return
        case .overtaken(let event):
            let name = "\(model)@\(wanted.request.version)"
            throw Failure(
                .failed,
                "\(event.tag) came after it was asked for: ask again",
                hints: [
                    "ask again: `git model promote --propose \(name) \(stage)`, and commit that",
                    // Where another's clock is ahead, asking again does not help.
                    "or promote it all the same: `git model promote \(name) \(stage)`",
                ]
            )
        case .unknown(let event):
            throw Failure(
                .failed,
                "this clone is shallow, and does not tell whether \(event.tag) came after it was asked for",
                hints: ["get the rest of its history: `git fetch --unshallow`"]
            )
        }
    }
}
