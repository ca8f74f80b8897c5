import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// The artifacts of the work tree; a pointer that is none stops every verb but `status`, `fsck` and `doctor`.
    func trackedArtifacts() async throws -> [PointerIndex.Entry] {
        let index = try await PointerIndex.workTree(of: repository)
        if let damage = index.damaged.first {
            throw Failure(
                .failed,
                "\(damage.path) is no pointer: \(damage.problem)",
                hints: [
                    damage.needsNewerVersion
                        ? "install a newer git-model; nothing was changed"
                        : "restore it: `git checkout -- \(damage.path)`"
                ]
            )
        }
        return index.entries
    }

    /// The models that the work tree describes, by name.
    func models() throws -> [ModelDescription] {
        let directory = root.appending(".mver").appending("models")
        guard try FileStatus.of(directory) != nil else { return [] }
        var models: [ModelDescription] = []
        for entry in try DirectoryWalk.entries(under: directory) where entry.path.hasSuffix(".json") {
            do {
                let name = try ModelName(entry.path.dropLast(".json".count))
                let bytes = try DurableFile.read(directory.appending(entry.path), limit: 16 << 20)
                models.append(try ModelDescription(name, parsing: bytes))
            } catch {
                guard error is FormatError || error is RegistryNameError else { throw error }
                let path = "\(ModelDescription.directory)/\(entry.path)"
                throw Failure(
                    .failed,
                    "\(path) describes no model: \(error)",
                    hints: ["restore it: `git checkout -- \(path)`"]
                )
            }
        }
        return models.sorted { $0.name < $1.name }
    }

    /// Returns the model of that name, or the only one where none is named.
    func modelDescription(named name: String?) throws -> ModelDescription {
        let models = try models()
        if let name {
            let parsed = try ModelName(name)
            if let model = models.first(where: { $0.name == parsed }) { return model }
            throw Failure.unknownModel(name, known: models.map(\.name))
        }
        if models.isEmpty { throw Failure.noModel }
        guard models.count == 1 else {
            let names = models.map(\.name.text).joined(separator: ", ")
            throw Failure(
                .usage,
                "it is not clear which model is meant: \(names)",
                hints: ["name it: `--model \(models[0].name)`"]
            )
        }
        return models[0]
    }

    /// Throws unless a model of that name is described or has versions.
    func requireModel(named name: String, among versions: [ModelVersion]) throws {
        let known = Set(try models().map(\.name)).union(versions.map(\.model))
        let parsed = try ModelName(name)
        if !known.contains(parsed) { throw Failure.unknownModel(name, known: known.sorted()) }
    }

    /// Writes a model's description where it differs from what is there; returns its path if it did.
    func write(_ model: ModelDescription) throws -> [RepositoryPath] {
        let path = try RepositoryPath(model.path)
        let location = try location(of: path)
        let bytes = model.encoded
        if try FileStatus.of(location) != nil, try DurableFile.read(location, limit: 16 << 20) == bytes { return [] }
        try Directories.create(location.removingLastComponent())
        try DurableFile.write(bytes, to: location, permissions: 0o666)
        return [path]
    }
}

extension Failure {
    /// No description tells of a model yet.
    static let noModel = Failure(
        .usage,
        "no model is described in \(ModelDescription.directory)",
        hints: ["describe one: `git model init --name NAME`"]
    )

    /// The user named a model that is none.
    static func unknownModel(_ name: String, known: [ModelName]) -> Failure {
        let there = known.isEmpty ? [] : ["there are: \(known.map(\.text).joined(separator: ", "))"]
        return Failure(
            .failed,
            "there is no model '\(name)'",
            hints: there + ["make it one: `git model init --name \(name)`"]
        )
    }
}
