import ModelCore

/// A version in the registry of an MLflow server.
struct MLflowRegistration {
    /// The number that MLflow gave it.
    let number: String
    /// The aliases that mean it already.
    private let aliases: [String]

    /// Finds the version of a model that a run made, or registers it.
    init(of model: String, from run: MLflowRun, source: String, tags: [String: String], on server: MLflowServer)
        async throws
    {
        do { try await server.send("registered-models/create", ["name": .string(model)]) } catch let error
            as MLflowError
        {
            guard error.isAlreadyThere else { throw error }
        }
        let name = model.replacing("'", with: "\\'")
        let found = try await server.get("model-versions/search", [("filter", "name='\(name)' and run_id='\(run.id)'")])
        var version = found["model_versions"]?.array?.first?.object
        if version == nil {
            let made = try await server.send(
                "model-versions/create",
                [
                    "name": .string(model), "source": .string(source), "run_id": .string(run.id),
                    "tags": .array(tags.sorted { $0.key < $1.key }.map { MLflowRun.pair($0.key, $0.value) }),
                ]
            )
            version = made["model_version"]?.object
        }
        guard let number = version?["version"]?.string else {
            throw MLflowError(url: server.url, status: nil, code: "", message: "it registered no version")
        }
        self.number = number
        aliases = (version?["aliases"]?.array ?? []).compactMap(\.string)
    }

    /// Whether a stage's name can be an alias (mlflow/utils/validation.py).
    static func canBeAlias(_ stage: StageName) -> Bool {
        stage.text.utf8.count <= 255 && stage.text.lowercased() != "latest" && !stage.text.contains("/")
    }

    /// Lets an alias mean the version.
    func setAlias(_ alias: String, of model: String, on server: MLflowServer) async throws {
        try await server.send(
            "registered-models/alias",
            ["name": .string(model), "alias": .string(alias), "version": .string(number)],
            isRepeatable: true
        )
    }

    /// Lets aliases that are no stages of the version any more mean nothing.
    func deleteAliases(except kept: [String], of model: String, on server: MLflowServer) async throws {
        for alias in aliases where !kept.contains(alias) {
            try await server.delete("registered-models/alias", ["name": .string(model), "alias": .string(alias)])
        }
    }
}
