import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// The models that the work tree describes, and those of a description that it does not have, by name.
    func models() throws -> [ModelDescription] {
        var found: [ModelName: [UInt8]] = [:]
        for (path, bytes) in shared.files where path.isInside(GitPath(ModelDescription.directory)) {
            let file = path.description.dropFirst(ModelDescription.directory.count + 1)
            found[try ModelName(file.dropLast(ModelDescription.fileSuffix.count))] = bytes
        }
        let directory = root.appending(".mver").appending("models")
        if try !isBare && FileStatus.of(directory) != nil {
            for entry in try DirectoryWalk.entries(under: directory)
            where entry.path.hasSuffix(ModelDescription.fileSuffix) {
                let name = try ModelName(entry.path.dropLast(ModelDescription.fileSuffix.count))
                found[name] = try DurableFile.read(directory.appending(entry.path), limit: 16 << 20)
            }
        }
        return try found.map { try ModelDescription($0, parsing: $1) }.sorted { $0.name < $1.name }
    }

    /// Returns the model of that name, or the only one where none is named.
    func modelDescription(named name: String?) throws -> ModelDescription {
        let models = try models()
        guard let name else {
            guard models.count != 1 else { return models[0] }
            let names = models.map(\.name.text).joined(separator: ", ")
            throw Failure(
                .usage,
                models.isEmpty
                    ? "no model is described in .mver/models" : "it is not clear which model is meant: \(names)",
                hints: [models.isEmpty ? "describe one: `git model init --name NAME`" : "name it: `--model NAME`"]
            )
        }
        let parsed = try ModelName(name)
        return models.first { $0.name == parsed } ?? ModelDescription(parsed)
    }

    /// Writes a model's description with more artifacts and metadata; returns its path if it changed.
    func describe(
        _ model: ModelDescription,
        adding artifacts: [RepositoryPath],
        metadata: [String]
    ) throws -> [RepositoryPath] {
        var described = model
        let owned = Set(try models().filter { $0.name != model.name }.flatMap(\.artifacts))
        for artifact in artifacts where !owned.contains(artifact) { described.add(artifact) }
        for item in metadata {
            guard let equals = item.firstIndex(of: "="), equals != item.startIndex else {
                throw Failure(.usage, "'\(item)' is no metadata", hints: ["write it as `--meta key=value`"])
            }
            described.metadata[String(item[..<equals])] = String(item[item.index(after: equals)...])
        }
        return try write(described)
    }

    /// Writes a model's description where it differs from what is there; returns its path if it did.
    func write(_ model: ModelDescription) throws -> [RepositoryPath] {
        let path = try RepositoryPath(model.path)
        let location = try location(of: path)
        let bytes = model.encoded
        if try FileStatus.of(location) != nil, try DurableFile.read(location, limit: 16 << 20) == bytes { return [] }
        // A sparse checkout gets only the descriptions that change.
        if shared.files[GitPath(model.path)] == bytes { return [] }
        try Directories.create(location.removingLastComponent())
        try DurableFile.write(bytes, to: location, permissions: 0o666)
        return [path]
    }
}
