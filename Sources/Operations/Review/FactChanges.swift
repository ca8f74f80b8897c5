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
        let model = old.model ?? new.model
        let before = try await workspace.facts(of: old, for: model)
        let after = try await workspace.facts(of: new, for: model)
        problems += before.problems + after.problems.filter { !before.problems.contains($0) }
        metrics = ReviewChanges.Report.Metric.rows(
            from: before.metrics.mapValues(\.value),
            to: after.metrics.mapValues(\.value),
            MetricDirections(workspace.configuration)
        ).filter(\.isChanged)
        parameters = Row.changes(
            from: before.parameters.mapValues(\.value.description),
            to: after.parameters.mapValues(\.value.description)
        )
        if let earlier = before.makers.first?.run, let later = after.makers.first?.run {
            data = Row.changes(from: earlier.dataProperties, to: later.dataProperties)
            environment = Row.changes(from: earlier.environmentProperties, to: later.environmentProperties)
        }
        signature = Row.changes(
            from: try await FactChanges.signatures(of: old, for: model, in: workspace),
            to: try await FactChanges.signatures(of: new, for: model, in: workspace)
        )
    }

    /// Returns the inputs and outputs of the models that a side has, by names that say what they are.
    private static func signatures(
        of subject: FactSubject,
        for model: ModelName?,
        in workspace: Workspace
    ) async throws -> [String: String] {
        let models: [ModelDescription]
        switch subject {
        case .commit(let resolved): models = try await ModelIndex.at(resolved.commit, in: workspace.repository).models
        case .workTree: models = try workspace.models()
        case .run: return [:]
        }
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

extension FactSubject {
    /// The model that it is a version of.
    fileprivate var model: ModelName? {
        guard case .commit(let resolved) = self else { return nil }
        return resolved.version?.model
    }
}
