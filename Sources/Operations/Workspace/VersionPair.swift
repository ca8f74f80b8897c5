import Git
import ModelCore
import Registry

/// The artifacts of two versions, side by side.
struct VersionPair {
    /// An artifact of one of the versions, or of both.
    enum Pair {
        case added(PointerIndex.Entry)
        case removed(PointerIndex.Entry)
        case both(PointerIndex.Entry, PointerIndex.Entry)
    }

    /// One of the versions.
    private struct Side {
        /// `nil` for the work tree.
        let name: String?
        var entries: [PointerIndex.Entry]
        var unreadable = UnreadablePointers()
        /// The artifacts whose pointers cannot be read, so that nothing is known of them, and which are not gone.
        let unknown: Set<RepositoryPath>
        /// The model that it is a version of.
        let model: ModelName?
        /// The artifacts of a model, as far as this version describes it.
        let artifacts: (ModelName) async throws -> [RepositoryPath]

        /// Keeps what belongs to the model that the other is a version of.
        mutating func limit(to other: Side) async throws {
            guard let model = other.model, self.model == nil else { return }
            let own = Set(try await artifacts(model)).union(other.entries.map(\.path))
            entries = entries.filter { own.contains($0.path) }
        }
    }

    /// The name of the earlier version.
    let from: String
    /// The name of the later version; `nil` for the work tree.
    let to: String?
    /// The artifacts, by path.
    private(set) var pairs: [Pair]
    /// Pointers that cannot be read.
    let unreadable: UnreadablePointers

    /// Reads the pointers of at most two versions; what is left out is HEAD as the earlier one, the work tree as the
    /// later.
    ///
    /// Where one is a version of a model, only artifacts of that model count on the other side.
    init(_ versions: [String], in workspace: Workspace) async throws {
        guard versions.count <= 2 else {
            throw Failure(
                .usage,
                "two versions are compared, not \(versions.count)",
                hints: ["paths stand behind `--`"]
            )
        }
        var before = try await VersionPair.side(versions.first, in: workspace)
        var after =
            versions.count == 2
            ? try await VersionPair.side(versions[1], in: workspace) : try await VersionPair.workTree(of: workspace)
        if before.model == nil { try await before.limit(to: after) } else { try await after.limit(to: before) }
        from = before.name ?? "HEAD"
        to = after.name
        pairs = VersionPair.pairs(
            before.entries.filter { !after.unknown.contains($0.path) },
            after.entries.filter { !before.unknown.contains($0.path) }
        )
        unreadable = UnreadablePointers(
            problems: before.unreadable.problems + after.unreadable.problems,
            hints: after.unreadable.hints
        )
    }

    private static func side(_ version: String?, in workspace: Workspace) async throws -> Side {
        if version == nil, try await workspace.repository.objects.head().commit == nil {
            throw Failure(.failed, "there is no commit yet", hints: ["make one: `git commit`"])
        }
        let resolved = try await resolve(version ?? "HEAD", in: workspace)
        let pointers = try await workspace.pointers(of: resolved)
        return Side(
            name: resolved.name,
            entries: pointers.entries,
            unreadable: UnreadablePointers(
                problems: pointers.damaged.map { Problem("\(resolved.name):\($0.path)", message: $0.problem) }
            ),
            unknown: Set(pointers.damaged.compactMap(\.artifact)),
            model: resolved.version?.model,
            artifacts: { model in
                try await ModelIndex.at(resolved.commit, in: workspace.repository).model(model)?.artifacts ?? []
            }
        )
    }

    /// Finds what a user's words mean; where they are a range as Git writes one, or a path with `..` in it, which no
    /// revision can be, the error says how that is written here.
    private static func resolve(_ text: String, in workspace: Workspace) async throws -> ResolvedVersion {
        do { return try await workspace.resolve(text) } catch let error as ResolutionError {
            if text.split(separator: "/").contains("..") {
                throw HintedError(error, hints: ["paths go behind `--`: `git model diff -- \(ShellWord.quoted(text))`"])
            }
            guard let dots = text.firstRange(of: "...") ?? text.firstRange(of: "..") else { throw error }
            let ends = [text[..<dots.lowerBound], text[dots.upperBound...]].map { $0.isEmpty ? "HEAD" : String($0) }
            let words = ends.map { ShellWord.quoted($0) }.joined(separator: " ")
            throw HintedError(error, hints: ["two versions are two words: `git model diff \(words)`"])
        }
    }

    private static func workTree(of workspace: Workspace) async throws -> Side {
        let index = try await workspace.pointers(withLeftOut: true)
        return Side(
            name: workspace.isBare ? "HEAD" : nil,
            entries: index.entries,
            unreadable: try await workspace.explain(index.damaged),
            unknown: Set(index.damaged.compactMap(\.artifact)),
            model: nil,
            artifacts: { model in try workspace.models().first { $0.name == model }?.artifacts ?? [] }
        )
    }

    /// Puts the artifacts of two versions side by side, by path.
    static func pairs(_ earlier: [PointerIndex.Entry], _ later: [PointerIndex.Entry]) -> [Pair] {
        // What belongs to runs is compared as runs are.
        let (before, after) = (earlier.filter { !$0.path.isOfRun }, later.filter { !$0.path.isOfRun })
        let known = Dictionary(before.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        let kept = Set(after.map(\.path))
        var gone = before.filter { !kept.contains($0.path) }
        var pairs: [Pair] = after.map { artifact in
            if let earlier = known[artifact.path] { return .both(earlier, artifact) }
            guard let position = gone.firstIndex(where: { $0.pointer == artifact.pointer }) else {
                return .added(artifact)
            }
            return .both(gone.remove(at: position), artifact)
        }
        pairs += gone.map(Pair.removed)
        return pairs.sorted { $0.path < $1.path }
    }

    /// Joins what is gone with what was made of it under another name.
    mutating func joinSuccessors(by lookup: ComparisonLookup) async throws {
        pairs = try await lookup.joiningSuccessors(pairs)
    }

    /// Puts what lies in the work tree in the place of what its pointers say.
    ///
    /// Where nothing lies there, the pointer counts, unless that says the same as the other side: then the artifact was
    /// removed.
    mutating func look(at tree: WorkTreeArtifacts) {
        pairs = pairs.map { pair in
            switch pair {
            case .added(let after): .added(tree.found[after.path]?.entry ?? after)
            case .removed: pair
            case .both(let before, let after):
                pair.change == .unchanged && tree.gone.contains(after.path)
                    ? .removed(before) : .both(before, tree.found[after.path]?.entry ?? after)
            }
        }
    }

    /// Keeps the artifacts that a user's arguments name, or that lie in the directories among them.
    mutating func limit(to arguments: [String], in workspace: Workspace) throws {
        guard !arguments.isEmpty else { return }
        let entries = pairs.flatMap { [$0.before, $0.after].compactMap { $0 } }
        let chosen = Set(try workspace.select(arguments, among: entries).map(\.path))
        pairs = pairs.filter { pair in
            [pair.before, pair.after].contains { artifact in artifact.map { chosen.contains($0.path) } ?? false }
        }
    }
}

extension VersionPair.Pair {
    /// What the artifact was.
    var before: PointerIndex.Entry? {
        switch self {
        case .removed(let artifact), .both(let artifact, _): artifact
        case .added: nil
        }
    }

    /// What the artifact is.
    var after: PointerIndex.Entry? {
        switch self {
        case .added(let artifact), .both(_, let artifact): artifact
        case .removed: nil
        }
    }

    /// The later path, or the only one.
    var path: RepositoryPath {
        switch self {
        case .added(let artifact), .removed(let artifact), .both(_, let artifact): artifact.path
        }
    }

    /// What became of the artifact.
    var change: Change {
        switch self {
        case .added: .added
        case .removed: .removed
        case .both(let before, let after):
            before.path != after.path ? .renamed : before.pointer != after.pointer ? .modified : .unchanged
        }
    }

    /// What may become of an artifact.
    enum Change: String {
        case added, removed, renamed, modified, unchanged
    }
}
