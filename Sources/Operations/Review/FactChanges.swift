import Git
import ModelCore
import Registry
import Runs

/// What differs around the artifacts of two versions: metrics, hyperparameters, data, environment, and what models take
/// and give.
package struct FactChanges: Encodable, Sendable {
    package typealias Row = ReviewChanges.Report.Row

    /// The metrics that differ.
    package private(set) var metrics: [ReviewChanges.Report.Metric] = []
    /// The hyperparameters that differ.
    package private(set) var parameters: [Row] = []
    /// What the runs that made the artifacts read, and found around them, and differs; nothing where one of them is not
    /// kept.
    package private(set) var data: [Row] = [], environment: [Row] = []
    /// The inputs and outputs of models that differ.
    package private(set) var signature: [Row] = []

    /// Whether nothing differs.
    package var isEmpty: Bool {
        metrics.isEmpty && parameters.isEmpty && data.isEmpty && environment.isEmpty && signature.isEmpty
    }

    /// Compares two sides, from Git and the disk alone; `problems` gets what could not be read.
    ///
    /// Where one is a version of a model, only what is that model's counts on the other side.
    init(from old: FactSubject, to new: FactSubject, in workspace: Workspace, _ problems: inout [String]) async throws {
        let facts = try await ComparedFacts(from: old, to: new, in: workspace)
        self.init(facts, MetricDirections(workspace.configuration))
        let before = facts.problems(of: \.old)
        problems += before + facts.problems(of: \.new).filter { !before.contains($0) }
        signature = Row.changes(
            from: try await FactChanges.signatures(of: old, for: facts.model, in: workspace),
            to: try await FactChanges.signatures(of: new, for: facts.model, in: workspace)
        )
    }

    /// Compares what is known of trainings; what models take and give is not looked at.
    init(_ facts: ComparedFacts, _ directions: MetricDirections) {
        metrics = facts.sections(of: MetricFacts.self).flatMap { section in
            ReviewChanges.Report.Metric.rows(from: section.old, to: section.new, directions, label: section.label)
        }.filter(\.isChanged)
        parameters = facts.sections(of: ParameterFacts.self).flatMap { section in
            Row.changes(
                from: section.old.mapValues(\.description),
                to: section.new.mapValues(\.description),
                label: section.label
            )
        }
        for runs in facts.runs {
            guard let old = runs.old, let new = runs.new else { continue }
            data += Row.changes(from: old.dataProperties, to: new.dataProperties, label: runs.label)
            environment += Row.changes(
                from: old.environmentProperties,
                to: new.environmentProperties,
                label: runs.label
            )
        }
    }

    /// Returns the inputs and outputs of the models that a side has, by names that say what they are.
    private static func signatures(
        of subject: FactSubject,
        for model: ModelName?,
        in workspace: Workspace
    ) async throws -> [String: String] {
        let models = try await subject.models(in: workspace) ?? []
        var parts: [String: String] = [:]
        for description in models where model == nil || description.name == model {
            for side in ["inputs", "outputs"] {
                for (name, part) in description.signatureParts(side) {
                    let owner = models.count > 1 ? "\(description.name) " : ""
                    parts["\(owner)\(side).\(name)"] = FactChanges.form(part)
                }
            }
        }
        return parts
    }

    /// Returns the type and dimensions of an input or output.
    private static func form(_ part: JSONValue) -> String {
        var fields = part.object ?? [:]
        fields["name"] = nil
        let shape = fields.removeValue(forKey: "shape")
        guard let type = fields.removeValue(forKey: "dtype")?.string, fields.isEmpty else {
            return String(decoding: part.line.dropLast(), as: UTF8.self)
        }
        return shape.map { "\(type) \(String(decoding: $0.line.dropLast(), as: UTF8.self))" } ?? type
    }
}
