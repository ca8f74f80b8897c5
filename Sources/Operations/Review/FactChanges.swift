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
        try await self.init(between: facts, in: workspace)
        let before = facts.problems(of: \.old)
        problems += before + facts.problems(of: \.new).filter { !before.contains($0) }
    }

    /// Compares what is known of trainings, and what models take and give.
    init(between facts: ComparedFacts, in workspace: Workspace) async throws {
        let directions = MetricDirections(workspace.configuration)
        metrics = facts.sections(of: MetricFacts.self).flatMap { section in
            ReviewChanges.Report.Metric.rows(from: section.old, to: section.new, directions, label: section.label)
        }.filter(\.isChanged)
        parameters = facts.sections(of: ParameterFacts.self).flatMap { section in
            Row.changes(from: section.old, to: section.new, label: section.label)
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
        let before = try await FactChanges.models(of: facts.old, facts.model, in: workspace)
        let after = try await FactChanges.models(of: facts.new, facts.model, in: workspace)
        signature = FactChanges.signatures(from: before, to: after)
    }

    /// Returns the models of a side; where one is chosen, that one, by the name that it has there.
    private static func models(
        of subject: FactSubject,
        _ chosen: ModelName?,
        in workspace: Workspace
    ) async throws -> [ModelDescription] {
        let all = try await subject.models(in: workspace) ?? []
        guard let name = subject.model ?? chosen else { return all }
        return all.filter { $0.name == name }
    }

    /// Returns the inputs and outputs that differ, each with its model where one of the sides has several.
    static func signatures(from before: [ModelDescription], to after: [ModelDescription]) -> [Row] {
        let tellsApart = max(before.count, after.count) > 1
        return Row.changes(
            from: signatures(of: before, tellsApart: tellsApart),
            to: signatures(of: after, tellsApart: tellsApart)
        )
    }

    /// Returns the inputs and outputs of models, by names that say what they are, and, where asked for, of which model.
    private static func signatures(of models: [ModelDescription], tellsApart: Bool) -> [String: String] {
        var parts: [String: String] = [:]
        for description in models {
            let owner = tellsApart ? "\(description.name) " : ""
            for side in ["inputs", "outputs"] {
                for (name, part) in description.signatureParts(side) {
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
