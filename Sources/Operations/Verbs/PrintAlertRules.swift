import Deployment
import Documents
import ModelCore
import Monitoring
import Registry

/// `git model monitor --alerts`: what a target's rules are as alert rules of Prometheus.
package struct PrintAlertRules: Sendable {
    /// The rules.
    package struct Report: Operations.Report {
        /// The target.
        package let target: String
        /// The model that is meant.
        package let model: String
        /// The rule file: YAML, as Prometheus reads it.
        package let text: String
    }

    private let target: String?

    /// Creates the operation on a target, or on the only one that a monitor is set up for.
    package init(_ target: String?) { self.target = target }

    /// Reads the configuration alone.
    package func run(in context: Context) async throws -> Report {
        let workspace = try await Workspace.open(in: context, bare: true)
        let target = try workspace.monitoredTarget(named: target)
        let settings = try MonitorSettings(of: target, in: workspace)
        let model = try target.model ?? workspace.modelDescription(named: nil).name
        let document = try PrintAlertRules.document(settings.rules, of: target.name, model: model)
        let lines = (document.object ?? [:]).flatMap { YAMLWriter.member($0.key, $0.value) }
        return Report(
            target: target.name.text,
            model: model.text,
            text: lines.map { $0 + "\n" }.joined()
        )
    }

    private static func document(_ rules: [MonitorRule], of target: TargetName, model: ModelName) throws -> JSONValue {
        do throws(MonitorRuleError) {
            return try AlertRules.document(rules, target: target.text, model: model.text)
        } catch {
            throw Failure(
                .failed,
                "monitor.\(target).rule is \(QuotedPath.encode(error.text)), and \(error.problem)",
                hints: ["name a shorter time in that rule"]
            )
        }
    }
}
