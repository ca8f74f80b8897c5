import ModelCore
import Registry
import Runs

/// What two sides know of their models, each for itself where there are several.
///
/// What one was trained to says nothing of another.
struct ComparedFacts: Sendable {
    /// What both sides know of a model, or of all there is.
    struct Part: Sendable {
        /// What stands in front of its names: the model and a space, or nothing.
        let label: String
        let old: TrainingFacts, new: TrainingFacts
    }

    /// Values of both sides by their names, which have a label in front.
    struct Section<Value: Sendable>: Sendable {
        let label: String
        let old: [String: Value], new: [String: Value]
    }

    /// The last run of each side, with what stands in front of what it tells.
    struct Runs: Sendable {
        let label: String
        let old: RunRecord?, new: RunRecord?
    }

    /// The sides.
    let old: FactSubject, new: FactSubject
    /// The model that is looked at; `nil` where it is all of them.
    let model: ModelName?
    private let parts: [Part]

    /// Reads both sides, from Git and the disk alone.
    ///
    /// Where no model is chosen, and one side is a version of a model, only what is that model's counts on the other
    /// side.
    init(
        from old: FactSubject,
        to new: FactSubject,
        for chosen: ModelName? = nil,
        in workspace: Workspace
    ) async throws {
        let model = chosen ?? old.model ?? new.model
        let names = model == nil ? try await ComparedFacts.names(old, new, in: workspace) : []
        var parts: [Part] = []
        for name in names.isEmpty ? [model] : names.map(Optional.some) {
            parts.append(
                Part(
                    label: names.isEmpty ? "" : name.map { "\($0) " } ?? "",
                    old: try await workspace.facts(of: old, for: name),
                    new: try await workspace.facts(of: new, for: name)
                )
            )
        }
        (self.old, self.new) = (old, new)
        self.model = model
        self.parts = parts
    }

    /// Returns the models that are told apart: those of both sides, where one of them has several.
    ///
    /// Nothing says which model's a run is, so that one is compared with all there is.
    private static func names(
        _ old: FactSubject,
        _ new: FactSubject,
        in workspace: Workspace
    ) async throws -> [ModelName] {
        guard let before = try await old.models(in: workspace), let after = try await new.models(in: workspace),
            max(before.count, after.count) > 1
        else { return [] }
        return Set((before + after).map(\.name)).sorted()
    }

    /// Returns the facts of one kind: first those that all models have from the same files or runs, then the others,
    /// model by model; names are spelled as the later side does.
    func sections<Kind: FactKind>(of kind: Kind.Type) -> [Section<Kind.Value>] {
        let sides = parts.map { part in
            let new = Kind.all(in: part.new)
            return (label: part.label, old: Kind.all(in: part.old).spelled(as: new.keys), new: new)
        }
        let first = sides[0]
        let shared = Set(first.old.keys).union(first.new.keys).filter { name in
            sides.allSatisfy {
                $0.old[name]?.source == first.old[name]?.source && $0.new[name]?.source == first.new[name]?.source
            }
        }
        func section(
            _ label: String,
            _ side: (
                label: String, old: [String: TrainingFacts.Fact<Kind.Value>],
                new: [String: TrainingFacts.Fact<Kind.Value>]
            ),
            isShared: Bool
        ) -> Section<Kind.Value> {
            Section(
                label: label,
                old: side.old.filter { shared.contains($0.key) == isShared }.mapValues(\.value),
                new: side.new.filter { shared.contains($0.key) == isShared }.mapValues(\.value)
            )
        }
        return [section("", first, isShared: true)] + sides.map { section($0.label, $0, isShared: false) }
    }

    /// The last runs that made artifacts: one pair where all models are of one, else a pair for each model.
    var runs: [Runs] {
        let pairs = parts.map {
            Runs(label: $0.label, old: $0.old.makers.first?.run, new: $0.new.makers.first?.run)
        }
        let isOne = pairs.allSatisfy { $0.old?.id == pairs[0].old?.id && $0.new?.id == pairs[0].new?.id }
        return isOne ? [Runs(label: "", old: pairs[0].old, new: pairs[0].new)] : pairs
    }

    /// Returns the runs of a side, each with what stands in front of what it tells.
    func runs(of side: KeyPath<Runs, RunRecord?>) -> [(label: String, run: RunRecord)] {
        runs.compactMap { pair in pair[keyPath: side].map { (label: pair.label, run: $0) } }
    }

    /// Returns the last run of a side, among models that another run made on the other side, if there are any.
    func run(of side: KeyPath<Runs, RunRecord?>) -> RunRecord? {
        let changed = runs.filter { $0.old?.id != $0.new?.id }
        return (changed.isEmpty ? runs : changed).compactMap { $0[keyPath: side] }.max {
            ($0.started, $0.id) < ($1.started, $1.id)
        }
    }

    /// Returns which files of a side cannot be read, and why, as clauses; what models share is named once.
    func problems(of side: KeyPath<Part, TrainingFacts>) -> [String] {
        parts.flatMap { $0[keyPath: side].problems }.reduce(into: []) { found, problem in
            if !found.contains(problem) { found.append(problem) }
        }
    }
}
