import Git
import Migration
import ModelCore
import Registry

/// The aliases and stages of MLflow's models: each becomes a draft, as `promote --local` makes one.
struct MLflowStageImport {
    private let workspace: Workspace

    init(_ workspace: Workspace) { self.workspace = workspace }

    /// A stage that is to get a version.
    private struct Wish {
        let stage: StageName
        let version: SemanticVersion
        let words: String
    }

    /// Gives stages their versions, unless they had them at any time: what happened here since counts.
    func run(
        for model: MLflowModel,
        _ plans: [MLflowVersionPlan],
        isDryRun: Bool,
        _ report: inout ImportMLflow.Report
    ) async throws {
        guard let name = plans.first?.model else { return }
        let wishes = wishes(of: model, plans, &report)
        for wish in wishes {
            let (versions, history) = try await workspace.versionsAndStages()
            let wasThere = history.events.contains {
                $0.model == name && $0.stage == wish.stage && $0.kind == .promotion
                    && $0.version?.version == wish.version
            }
            if wasThere { continue }
            let row = ImportMLflow.Report.Stage(
                model: name.text,
                stage: wish.stage.text,
                version: wish.version.description
            )
            guard !isDryRun else {
                report.stages.append(row)
                continue
            }
            guard let version = versions.first(where: { $0.model == name && $0.version == wish.version }) else {
                continue
            }
            let change = StageChange(
                workspace: workspace,
                kind: .promotion,
                stage: wish.stage,
                version: version,
                messages: ["Promote \(name) \(wish.version) to \(wish.stage)\n\(wish.words)"],
                gates: [],
                isSigned: false
            )
            _ = try await change.make(after: history, pushingTo: nil)
            report.stages.append(row)
        }
    }

    /// Returns what MLflow says: its aliases, and its old stages, of which the highest version has each.
    private func wishes(
        of model: MLflowModel,
        _ plans: [MLflowVersionPlan],
        _ report: inout ImportMLflow.Report
    ) -> [Wish] {
        let byNumber = Dictionary(plans.map { ($0.source.number, $0.version) }) { first, _ in first }
        var wishes: [StageName: Wish] = [:]
        for version in model.versions {
            guard let stage = version.stage, let number = byNumber[version.number] else { continue }
            guard ["Production", "Staging"].contains(stage), let name = try? StageName(stage.lowercased()) else {
                report.warnings.append("\(model.name) version \(version.number) is in \(stage), which is no stage here")
                continue
            }
            wishes[name] = Wish(stage: name, version: number, words: "It is in \(stage) in MLflow")
        }
        for (alias, number) in model.aliases.sorted(by: { $0.key < $1.key }) {
            guard let version = byNumber[number] else { continue }
            guard let name = try? StageName(alias) else {
                report.warnings.append("alias \(alias) of \(model.name) cannot be a stage's name here")
                continue
            }
            wishes[name] = Wish(stage: name, version: version, words: "It has the alias \(alias) in MLflow")
        }
        return wishes.values.sorted { $0.stage < $1.stage }
    }
}
