import Git
import ModelCore
import Registry

extension Workspace {
    /// The versions of all models, by model, then ascending.
    func versions() async throws -> [ModelVersion] {
        let models = try models()
        let plainModel = configuration.usesPlainTags && models.count == 1 ? models[0].name : nil
        return try await ModelVersion.all(in: repository, plainModel: plainModel)
    }

    /// Returns the commit that a user's words for a version mean.
    func resolve(_ text: String) async throws -> ResolvedVersion {
        let resolver = VersionResolver(repository, models: try models().map(\.name), versions: try await versions())
        return try await resolver.resolve(text)
    }

    /// The models, each with the newest version that the current commit descends from or has.
    func modelLines() async throws -> [String] {
        let versions = try await versions()
        let head = try await repository.objects.head().commit
        var lines: [String] = []
        for model in try models() {
            var line = model.name.text + ", no version yet"
            for version in versions.reversed() where version.model == model.name {
                guard let head, try await repository.objects.isAncestor(version.commit, of: head) else { continue }
                line = "\(model.name) \(version.version)"
                break
            }
            lines.append(line)
        }
        return lines
    }
}
