import ModelCore

/// A version in the registry of an MLflow server.
struct MLflowRegistration {
    /// The number that MLflow gave it.
    let number: String
    /// The aliases that mean it already.
    private let aliases: Set<String>
    /// The aliases that were set by earlier exports: those of others stay.
    private let ours: Set<String>
    /// The tag of a version with the aliases of ours, separated by spaces, of which names of stages have none.
    private static let aliasTag = "git-model.aliases"

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
        let tag = version?["tags"]?.array?.lazy.compactMap(\.object).first { $0["key"]?.string == Self.aliasTag }
        ours = Set((tag?["value"]?.string ?? "").split(separator: " ").map(String.init))
        // A search for versions leaves them out.
        let registered = try await server.get("registered-models/get", [("name", model)])["registered_model"]?.object
        aliases = Set(
            (registered?["aliases"]?.array ?? []).compactMap(\.object)
                .filter { $0["version"]?.string == number }.compactMap { $0["alias"]?.string }
        )
    }

    /// Whether a stage's name can be an alias (mlflow/utils/validation.py).
    static func canBeAlias(_ stage: StageName) -> Bool {
        stage.text.utf8.count <= 255 && stage.text.lowercased() != "latest" && !stage.text.contains("/")
    }

    /// Lets these aliases mean the version, and those mean nothing that an earlier export set and that are no more
    /// among them.
    func setAliases(_ wanted: [String], of model: String, on server: MLflowServer) async throws {
        let new = Set(wanted).subtracting(aliases.subtracting(ours))
        // What is written first also names what a broken export leaves behind.
        if !new.isSubset(of: ours) { try await remember(new.union(ours), of: model, on: server) }
        for alias in wanted {
            try await server.send(
                "registered-models/alias",
                ["name": .string(model), "alias": .string(alias), "version": .string(number)],
                isRepeatable: true
            )
        }
        for alias in ours.intersection(aliases).subtracting(wanted).sorted() {
            try await server.delete("registered-models/alias", ["name": .string(model), "alias": .string(alias)])
        }
        if !ours.isSubset(of: new) { try await remember(new, of: model, on: server) }
    }

    private func remember(_ aliases: Set<String>, of model: String, on server: MLflowServer) async throws {
        var tag: [String: JSONValue] = [
            "name": .string(model), "version": .string(number), "key": .string(Self.aliasTag),
        ]
        guard !aliases.isEmpty else { return try await server.delete("model-versions/delete-tag", tag) }
        tag["value"] = .string(aliases.sorted().joined(separator: " "))
        try await server.send("model-versions/set-tag", tag, isRepeatable: true)
    }
}
