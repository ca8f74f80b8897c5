import ModelCore
import Registry

/// Which model each artifact of an `add` belongs to, and what the descriptions say afterwards.
struct ModelAssignment {
    private var models: [ModelDescription]
    private let named: ModelName?
    private let metadata: [(key: String, value: String)]
    private let card: String?

    /// Takes the user's words apart; `metadata` are texts of the form `key=value`, `card` is a path or URL.
    init(among models: [ModelDescription], named: String?, metadata: [String], card: String? = nil) throws {
        self.models = models
        self.named = try named.map { try ModelName($0) }
        self.metadata = try metadata.map(ModelAssignment.pair)
        self.card = card
    }

    /// Returns the same among other descriptions.
    func renewed(among models: [ModelDescription]) -> ModelAssignment {
        var renewed = self
        renewed.models = models
        return renewed
    }

    private static func pair(_ item: String) throws -> (key: String, value: String) {
        guard let equals = item.firstIndex(of: "="), equals != item.startIndex else {
            throw Failure(.usage, "'\(item)' is no metadata", hints: ["write it as `--meta key=value`"])
        }
        return (String(item[..<equals]), String(item[item.index(after: equals)...]))
    }

    /// Returns the model that lists an artifact, else the one that the user named, else the only one.
    func model(of artifact: RepositoryPath) -> ModelName? {
        if artifact.isOfRun { return nil }
        return owner(of: artifact) ?? named ?? (models.count == 1 ? models[0].name : nil)
    }

    private func owner(of artifact: RepositoryPath) -> ModelName? {
        models.first { $0.artifacts.contains(artifact) }?.name
    }

    /// Throws where it is left open which model an artifact or the metadata belongs to, before anything was written.
    ///
    /// An artifact that has a pointer already may go on without a model.
    func requireModels(for artifacts: [RepositoryPath], known: Set<RepositoryPath>) throws {
        let names = models.map(\.name)
        if let named {
            let isNeeded = names.contains(named) || artifacts.contains { owner(of: $0) == nil }
            guard isNeeded else { throw Failure.unknownModel(named.text, known: names) }
        } else if names.isEmpty {
            throw Failure.noModel
        } else if let first = artifacts.first(where: { model(of: $0) == nil && !known.contains($0) }) {
            throw Failure(
                .usage,
                "it is not clear which model \(first) belongs to: \(names.map(\.text).joined(separator: ", "))",
                hints: ["name it: `git model add --model \(names[0]) \(first.shellWord)`"]
            )
        }
        guard hasMetadata, metadataModel(for: artifacts) == nil else { return }
        throw Failure(
            .usage,
            "it is not clear which model the metadata is about: \(names.map(\.text).joined(separator: ", "))",
            hints: ["name it: `--model \(names[0])`"]
        )
    }

    private var hasMetadata: Bool { !metadata.isEmpty || card != nil }

    private func metadataModel(for artifacts: [RepositoryPath]) -> ModelName? {
        if let named { return named }
        let meant = Set(artifacts.compactMap { model(of: $0) })
        return meant.count == 1 ? meant.first : models.count == 1 ? models[0].name : nil
    }

    /// Returns the descriptions of the models of some artifacts, with these and the metadata in them.
    func descriptions(listing artifacts: [RepositoryPath]) -> [ModelDescription] {
        var found: [ModelName: ModelDescription] = [:]
        func change(_ name: ModelName, _ body: (inout ModelDescription) -> Void) {
            body(&found[name, default: models.first { $0.name == name } ?? ModelDescription(name)])
        }
        for artifact in artifacts {
            if let name = model(of: artifact) { change(name) { $0.add(artifact) } }
        }
        if hasMetadata, let name = metadataModel(for: artifacts) {
            change(name) { model in
                for (key, value) in metadata { model.metadata[key] = value }
                model.card = card ?? model.card
            }
        }
        return found.values.sorted { $0.name < $1.name }
    }

    /// Returns the version that an artifact's model was made from: the description's metadata `base`, which the user
    /// may just be giving, else its base model.
    func base(of artifact: RepositoryPath) -> String? {
        guard let name = model(of: artifact) else { return nil }
        let description = descriptions(listing: [artifact]).first { $0.name == name }
        return description?.metadata["base"] ?? description?.base
    }

    /// Whether no description tells of a model yet.
    func isNew(_ model: ModelDescription) -> Bool { !models.contains { $0.name == model.name } }
}
