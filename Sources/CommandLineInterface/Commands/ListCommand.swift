import ArgumentParser
import Operations

/// `git model list`.
struct ListCommand: ModelCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the models, or the versions of one"
    )

    @OptionGroup(title: "Global options") var global: GlobalOptions

    @Argument(help: "A model, to list its versions", completion: .words(.models))
    var model: String?

    /// The models, or the versions of one.
    enum Listing: Report {
        case models(ListModels.Report)
        case versions(ListVersions.Report)

        var hints: [String] { if case .models(let report) = self { report.hints } else { [] } }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .models(let report): try report.encode(to: encoder)
            case .versions(let report): try report.encode(to: encoder)
            }
        }
    }

    func perform(in context: Context) async throws -> Listing {
        if let model { return .versions(try await ListVersions(model: model).run(in: context)) }
        return .models(try await ListModels().run(in: context))
    }

    func render(_ report: Listing, to text: inout Text) {
        switch report {
        case .versions(let report): text.versions(report)
        case .models(let report):
            var table = Table([.left, .left, .left, .right, .left, .left, .left])
            for model in report.models {
                let stages = model.stages.sorted { $0.key < $1.key }.map { stage, version in
                    "\(stage) \(version)" + (model.drafts.contains(stage) ? " (draft)" : "")
                }
                table.row(
                    model.name + (model.isDeprecated ? " (deprecated)" : ""),
                    (model.latest ?? "-") + (model.isPurged ? " (purged)" : ""),
                    model.date ?? "",
                    model.size.map(Quantity.bytes) ?? "",
                    Quantity.count(model.versions, "version"),
                    stages.joined(separator: ", "),
                    model.card.map(DisplayText.sanitized) ?? ""
                )
            }
            text.table(table)
        }
    }
}
