import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// The models that the work tree describes, and those of a description that it does not have, by name.
    ///
    /// One whose description is in conflict is what our side says.
    func models() throws -> [ModelDescription] { try descriptions().map(\.model) }

    /// The files of descriptions with the marks of a conflict.
    func descriptionsInConflict() throws -> [String] { try descriptions().filter(\.isInConflict).map(\.model.path) }

    /// Returns those of some models whose descriptions may be written, which all but one that is in conflict and would
    /// stay as it is may; throws for one in conflict that would not, so that nothing is half done by then.
    func writable(_ models: [ModelDescription]) throws -> [ModelDescription] {
        let unmerged = try descriptions().filter(\.isInConflict).map(\.model)
        return try models.filter { model in
            guard let ours = unmerged.first(where: { $0.name == model.name }) else { return true }
            guard ours == model else { throw Failure.unmergedDescription(model.path) }
            return false
        }
    }

    /// Throws where an artifact is to be taken out of a description that is in conflict.
    func requireMerged(listing artifact: RepositoryPath) throws {
        _ = try writable(
            models().compactMap { model in
                var changed = model
                return changed.remove(artifact) ? changed : nil
            }
        )
    }

    private typealias Description = (model: ModelDescription, isInConflict: Bool)

    private func descriptions() throws -> [Description] {
        let prefix = ModelDescription.directory + "/"
        var files: [String: [UInt8]] = [:]
        for (path, bytes) in shared.files where path.isInside(GitPath(ModelDescription.directory)) {
            files["\(path.description.dropFirst(prefix.count))"] = bytes
        }
        let directory = try RepositoryPath(ModelDescription.directory)
        if try !isBare && FileStatus.of(location(of: directory)) != nil {
            for entry in try DirectoryWalk.entries(under: location(of: directory))
            where ModelDescription.isDescription(entry.path) {
                files[entry.path] = try bytesOnDisk(of: directory.appending(RepositoryPath(entry.path)))
            }
        }
        return try files.map(Workspace.description).sorted { $0.model.name < $1.model.name }
    }

    /// Reads a description in the file of that name.
    private static func description(in file: String, _ bytes: [UInt8]) throws -> Description {
        let path = "\(ModelDescription.directory)/\(file)"
        let conflict = ConflictedText(bytes)
        do {
            let name = try ModelName(file.dropLast(ModelDescription.fileSuffix.count))
            return (try ModelDescription(name, parsing: conflict?.ours ?? bytes), conflict != nil)
        } catch {
            guard error is FormatError || error is RegistryNameError else { throw error }
            if conflict != nil { throw Failure.unmergedDescription(path) }
            let isMisnamed = error is RegistryNameError
            let way = isMisnamed ? "take it away: `git rm" : "restore it: `git checkout"
            let hint = "\(way) -- \(ShellWord.quoted(path))`"
            throw Failure(.failed, "\(path) describes no model: \(error)", hints: [hint])
        }
    }

    /// Returns the model of that name, or the only one where none is named; throws where its description is in
    /// conflict.
    ///
    /// `example` is how the user names one with the verb at hand.
    func modelDescription(
        named name: String?,
        example: (ModelName) -> String = { "--model \($0)" }
    ) throws -> ModelDescription {
        let descriptions = try descriptions()
        let models = descriptions.map(\.model)
        func settled(_ description: Description) throws(Failure) -> ModelDescription {
            if description.isInConflict { throw Failure.unmergedDescription(description.model.path) }
            return description.model
        }
        if let name {
            let parsed = try ModelName(name)
            if let found = descriptions.first(where: { $0.model.name == parsed }) { return try settled(found) }
            throw Failure.unknownModel(name, known: models.map(\.name))
        }
        if models.isEmpty { throw Failure.noModel }
        guard models.count == 1 else {
            let names = models.map(\.name.text).joined(separator: ", ")
            throw Failure(
                .usage,
                "it is not clear which model is meant: \(names)",
                hints: ["name it: `\(example(models[0].name))`"]
            )
        }
        return try settled(descriptions[0])
    }

    /// Throws unless a model of that name is described or has versions.
    func requireModel(named name: String, among versions: [ModelVersion]) throws {
        let known = Set(try models().map(\.name)).union(versions.map(\.model))
        let parsed = try ModelName(name)
        if !known.contains(parsed) { throw Failure.unknownModel(name, known: known.sorted()) }
    }

    /// Writes a model's description where it differs from what is there; returns its path if it did.
    ///
    /// Throws where that has the marks of a conflict, and where it would grow beyond what anybody reads.
    func write(_ model: ModelDescription) throws -> [RepositoryPath] {
        let path = try RepositoryPath(model.path)
        let location = try location(of: path)
        let bytes = model.encoded
        let present = try bytesOnDisk(of: path)
        if present == bytes { return [] }
        if let present, ConflictedText(present) != nil { throw Failure.unmergedDescription(model.path) }
        // A sparse checkout gets only the descriptions that change.
        if present == nil, shared.files[GitPath(model.path)] == bytes { return [] }
        try requireReadable(model)
        try Directories.create(location.removingLastComponent())
        try DurableFile.write(bytes, to: location, permissions: 0o666)
        return [path]
    }

    /// Throws where a model's description would grow beyond what anybody reads of a commit; one that is too long may
    /// shrink.
    func requireReadable(_ model: ModelDescription) throws {
        let count = model.encoded.count
        guard count > ModelDescription.byteLimit else { return }
        let before = try bytesOnDisk(of: RepositoryPath(model.path))
        guard count > before?.count ?? 0 else { return }
        throw Failure(
            .failed,
            "\(model.path) would be larger than anybody reads (\(ModelDescription.byteLimit) bytes)",
            hints: ["say less in metadata, or keep many files as one artifact: `git model add DIRECTORY`"]
        )
    }
}

extension Failure {
    /// No description tells of a model yet.
    static let noModel = Failure(
        .usage,
        "no model is described in \(ModelDescription.directory)",
        hints: ["describe one: `git model init --name NAME`"]
    )

    /// Two branches said something else of a model, and nobody chose yet.
    static func unmergedDescription(_ path: String) -> Failure {
        Failure(.failed, "\(path) has a merge conflict", hints: [unmergedDescriptionHint(path)])
    }

    /// The way out of such a conflict.
    static func unmergedDescriptionHint(_ path: String) -> String {
        "keep what is right in it, then: `git add \(ShellWord.quoted(path))`"
    }

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
