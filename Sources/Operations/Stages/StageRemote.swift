import Git
import ModelCore
import Registry

/// What a Git remote has of a model's versions and stages, asked at one moment.
struct StageRemote {
    /// The remote's name.
    let name: String
    private let workspace: Workspace
    private let references: [String: GitObjectID]

    /// Asks a remote for a model's tags, for its stages' references, and for its default branch; nothing is fetched.
    init(_ name: String, of model: ModelName, in workspace: Workspace) async throws {
        self.name = name
        self.workspace = workspace
        let found = try await workspace.repository.remoteReferences(
            of: name,
            // Tags of versions may be plain.
            patterns: ["HEAD", "refs/tags/*", StageReference.prefix + "*"]
        )
        references = Dictionary(found.map { ($0.name, $0.objectID) }) { first, _ in first }
        self.model = model
    }

    /// The model that it was asked for.
    private(set) var model: ModelName

    /// Returns the same answer, about another model.
    func about(_ model: ModelName) -> StageRemote {
        var other = self
        other.model = model
        return other
    }

    /// The commit of the remote's default branch; `nil` where it does not say.
    var defaultCommit: GitObjectID? { references["HEAD"] }

    /// Returns what the remote's reference of a stage is; `nil` where it has none.
    func reference(of stage: StageName) -> GitObjectID? { references[StageReference.name(of: model, stage)] }

    /// Whether the remote has exactly this tag.
    func has(_ tag: String, _ id: GitObjectID) -> Bool { references[TagName.referencePrefix + tag] == id }

    /// Whether the remote has a tag of that name, whatever it says.
    func has(_ tag: String) -> Bool { references[TagName.referencePrefix + tag] != nil }

    /// The tags that may be versions of the model, the highest first.
    var versionTags: [TagName] {
        let tags = references.keys.filter { $0.hasPrefix(TagName.referencePrefix) }
        let names = tags.compactMap { TagName($0.dropFirst(TagName.referencePrefix.count)) }
        let own = names.filter { $0.model == model || $0.model == nil && workspace.configuration.usesPlainTags }
        return own.sorted { $0.version > $1.version }
    }

    /// Fetches the model's events that are not here; a tag that says something else here stays, and is an error.
    func fetchEvents() async throws {
        let known = try await workspace.repository.objects.references(prefix: TagName.referencePrefix)
        let here = Dictionary(known.map { ($0.name, $0.objectID) }) { first, _ in first }
        let own = references.filter { name, _ in
            guard name.hasPrefix(TagName.referencePrefix) else { return false }
            let text = name.dropFirst(TagName.referencePrefix.count)
            // A plain version may be the model's.
            let isPlain = workspace.configuration.usesPlainTags && TagName(text).map { $0.model == nil } == true
            return isPlain || GTOEvent(text)?.model == model
        }
        for (tag, id) in own.sorted(by: { $0.key < $1.key }) {
            guard let present = here[tag], present != id else { continue }
            let text = String(tag.dropFirst(TagName.referencePrefix.count))
            throw Failure(
                .failed,
                "tag \(text) is another one here than at \(name)",
                hints: ["take theirs: `git fetch --force \(name) \(ShellWord.quoted("\(tag):\(tag)"))`"]
            )
        }
        let missing = own.keys.filter { here[$0] == nil }.sorted()
        try await workspace.repository.fetchReferences(try missing.map { try GitRefspec($0) }, from: name)
        try await remember()
    }

    /// Keeps what the remote's references of stages are, as `git fetch` would with our refspec.
    private func remember() async throws {
        for (reference, id) in references where reference.hasPrefix(StageReference.prefix) {
            let path = reference.dropFirst("refs/git-model/".count)
            let own = "refs/git-model-remotes/\(name)/\(path)"
            guard try await workspace.repository.objects.reference(own)?.objectID != id else { continue }
            try await workspace.repository.fetchReferences(
                [try GitRefspec(reference, to: own, existing: .replace)],
                from: name
            )
        }
    }
}
