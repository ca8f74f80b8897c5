import Migration

/// What an import takes of what MLflow has.
struct MLflowSelection {
    /// The runs.
    let runs: [MLflowRunFacts]
    /// The models, with the versions that are taken, by name.
    let models: [MLflowModel]

    /// Chooses by the names of experiments and models; without either, everything.
    ///
    /// Experiments choose runs and the versions that these made; models choose versions and the runs that made these.
    init(of inventory: MLflowInventory, experiments: [String], models names: [String]) throws {
        let known = inventory.experiments.values.sorted()
        for name in experiments where !known.contains(name) {
            throw Failure(.failed, "there is no experiment '\(name)'", hints: MLflowSelection.hints(known))
        }
        let models = inventory.models.sorted { $0.name < $1.name }
        for name in names where !models.contains(where: { $0.name == name }) {
            throw Failure(.failed, "there is no model '\(name)'", hints: MLflowSelection.hints(models.map(\.name)))
        }
        let chosen = Set(inventory.experiments.filter { experiments.contains($0.value) }.keys)
        let inExperiments = Set(inventory.runs.filter { chosen.contains($0.experiment) }.map(\.id))
        self.models = models.filter { names.isEmpty || names.contains($0.name) }.compactMap { model in
            guard !experiments.isEmpty, names.isEmpty else { return model }
            var model = model
            model.versions = model.versions.filter { $0.run.map(inExperiments.contains) ?? false }
            return model.versions.isEmpty ? nil : model
        }
        let makers = Set(self.models.flatMap(\.versions).compactMap(\.run))
        let takesAll = experiments.isEmpty && names.isEmpty
        runs = inventory.runs.filter { run in
            takesAll || inExperiments.contains(run.id) || (!names.isEmpty && makers.contains(run.id))
        }.sorted { ($0.started, $0.id) < ($1.started, $1.id) }
    }

    private static func hints(_ names: [String]) -> [String] {
        names.isEmpty ? [] : ["there are: \(names.prefix(20).joined(separator: ", "))"]
    }
}
