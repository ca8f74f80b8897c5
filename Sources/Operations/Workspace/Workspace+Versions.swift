import Git
import ModelCore
import Registry
import SystemPackage

extension Workspace {
    /// Reads the tags that tell of models.
    func tags() async throws -> RegistryTags {
        try await RegistryTags.read(in: repository, cache: modelDirectory.appending("tags"))
    }

    /// The versions of all models, by model, then ascending.
    func versions() async throws -> [ModelVersion] { try versions(of: try await tags(), among: models()) }

    private func versions(of tags: RegistryTags, among models: [ModelDescription]) -> [ModelVersion] {
        tags.versions(plainModel: configuration.usesPlainTags && models.count == 1 ? models[0].name : nil)
    }

    /// The versions of all models, and what happened to their stages, read at one moment; the models are those of the
    /// work tree, unless others are given.
    func versionsAndStages(
        among described: [ModelDescription]? = nil
    ) async throws -> (versions: [ModelVersion], stages: StageHistory) {
        let models = try described ?? self.models()
        let tags = try await tags()
        let versions = versions(of: tags, among: models)
        return (versions, StageHistory(tags, versions: versions))
    }

    /// Returns the commit that a user's words for a version mean; the models are those of the work tree, unless others
    /// are given.
    func resolve(_ text: String, among described: [ModelDescription]? = nil) async throws -> ResolvedVersion {
        // A commit's own name is no model's business: it means the same where descriptions cannot be read.
        let models = try GitObjectID(text) == nil ? described ?? self.models() : []
        let tags = try await tags()
        let resolver = VersionResolver(
            repository,
            models: models.map(\.name),
            versions: versions(of: tags, among: models),
            tags: tags
        )
        return try await resolver.resolve(text)
    }

    /// The pointers of a version's model, as far as the tag or the descriptions tell, else all of the commit.
    func pointers(
        of resolved: ResolvedVersion
    ) async throws -> (entries: [PointerIndex.Entry], damaged: [PointerIndex.Damage]) {
        let index = try await pointers(at: resolved.commit)
        guard let version = resolved.version else { return (index.entries, index.damaged) }
        if let own = version.trailers.map({ Set($0.artifacts.map(\.path)) }), !own.isEmpty {
            return (index.entries.filter { own.contains($0.path) }, index.damaged)
        }
        let described = try await ModelIndex.at(resolved.commit, in: repository).models
        let places = ModelPlaces(of: version.model, among: described)
        return (places.own(among: index.entries), index.damaged)
    }

    /// The models, each with the newest version that the current commit is or descends from.
    func currentVersions() async throws -> [Status.Report.Model] {
        let versions = try await versions()
        let head = try await repository.objects.head().commit
        var models: [Status.Report.Model] = []
        for model in try self.models() {
            var current: ModelVersion?
            for version in versions.reversed() where version.model == model.name && current == nil {
                guard let head, try await repository.objects.isAncestor(version.commit, of: head) else { continue }
                current = version
            }
            var isOther = false
            if let current, let head, current.commit != head {
                isOther = try await hasOtherArtifacts(head, than: current, of: model)
            }
            models.append(
                Status.Report.Model(
                    name: model.name.text,
                    version: current?.version.description,
                    hasOtherArtifacts: isOther
                )
            )
        }
        return models
    }

    /// Whether a commit has other artifacts of a model than a version of it; of a model that names none, whether any is
    /// another.
    private func hasOtherArtifacts(
        _ commit: GitObjectID,
        than version: ModelVersion,
        of model: ModelDescription
    ) async throws -> Bool {
        let own = Set(model.artifacts).union(version.trailers?.artifacts.map(\.path) ?? [])
        let paths = Set(own.map { GitPath($0.appendingPointerSuffix.text) })
        func pointers(_ commit: GitObjectID) async throws -> [GitPath: GitObjectID] {
            // The names of blobs tell as much as what is in them.
            let entries = try await repository.objects.entries(in: commit, matching: .suffix(Pointer.fileSuffix))
            let wanted = entries.filter { paths.isEmpty || paths.contains($0.path) }
            return Dictionary(wanted.map { ($0.path, $0.id) }) { first, _ in first }
        }
        return try await pointers(commit) != pointers(version.commit)
    }
}
