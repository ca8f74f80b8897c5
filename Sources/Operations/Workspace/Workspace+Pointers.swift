import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

/// What to say of pointers that cannot be read: a problem for each, and what helps.
struct UnreadablePointers {
    var problems: [Problem] = []
    /// What is not here as a pointer at all.
    var warnings: [String] = []
    var hints: [String] = []
}

extension Workspace {
    /// The pointers of the work tree, or, where there is none, of HEAD.
    ///
    /// One that cannot be read is among the damaged: it must not keep a verb from the others. What a sparse checkout
    /// does not have is left out, unless it counts as the index has it.
    func pointers(withLeftOut countsLeftOut: Bool = false) async throws -> PointerIndex {
        if isBare, let head = try await repository.objects.head().commit {
            return try await PointerIndex.at(head, in: repository)
        }
        return try await PointerIndex.workTree(of: repository, withLeftOut: countsLeftOut)
    }

    /// The artifacts of the work tree, for who has to know them all: a pointer that cannot be read is an error.
    func allArtifacts() async throws -> [PointerIndex.Entry] {
        let index = try await pointers()
        guard let damage = index.damaged.first else { return index.entries }
        throw Failure(.failed, Workspace.sentence(about: damage), hints: try await hints(for: damage))
    }

    /// Returns what to say of pointers of the work tree that cannot be read; hints for one of each kind.
    ///
    /// Files that only happen to have such a name are no trouble: `status` names them.
    func explain(_ damaged: [PointerIndex.Damage]) async throws -> UnreadablePointers {
        var explained = UnreadablePointers()
        var seen: Set<PointerIndex.Damage.Kind> = []
        for damage in damaged where damage.kind != .foreign {
            explained.problems.append(Problem(damage.path, message: Workspace.clause(about: damage)))
            guard seen.insert(damage.kind).inserted else { continue }
            explained.hints += try await hints(for: damage)
        }
        return explained
    }

    /// Returns the artifacts among a user's arguments and everything in the directories among them.
    ///
    /// An argument that names only what cannot be read is left out, as long as others name something: it is a problem,
    /// which `explain` names.
    func select(_ arguments: [String], among index: PointerIndex) async throws -> [PointerIndex.Entry] {
        var damage: PointerIndex.Damage?
        let readable = arguments.filter { argument in
            guard let given = try? path(argument) else { return true }
            let wanted = given.removingPointerSuffix ?? given
            func isMeant(_ path: RepositoryPath) -> Bool { path == wanted || path.isInside(wanted) }
            guard !index.entries.contains(where: { isMeant($0.path) }),
                let found = index.damaged.first(where: { $0.kind != .foreign && $0.artifact.map(isMeant) ?? false })
            else { return true }
            damage = damage ?? found
            return false
        }
        if let damage, readable.isEmpty {
            throw Failure(.failed, Workspace.sentence(about: damage), hints: try await hints(for: damage))
        }
        return try select(readable, among: index.entries)
    }

    private static func clause(about damage: PointerIndex.Damage) -> String {
        switch damage.kind {
        case .malformed, .foreign, .notAFile, .unusableName: "it is no pointer: \(damage.problem)"
        case .newerVersion, .unmerged: damage.problem
        case .obstructed(let obstacle): "\(obstacle) is in its way, and is no directory"
        }
    }

    private static func sentence(about damage: PointerIndex.Damage) -> String {
        switch damage.kind {
        case .malformed, .foreign, .notAFile, .unusableName: "\(damage.path) is no pointer: \(damage.problem)"
        default: "\(damage.path) cannot be read: \(clause(about: damage))"
        }
    }

    private func hints(for damage: PointerIndex.Damage) async throws -> [String] {
        let path = ShellWord.quoted(damage.path)
        switch damage.kind {
        case .newerVersion: return ["install a newer git-model, which can read \(damage.path)"]
        case .unmerged: return damage.artifact.map { PointerMerge.hints(for: $0) } ?? []
        case .obstructed(let obstacle):
            let (file, aside) = (ShellWord.quoted(obstacle), ShellWord.quoted("\(obstacle).aside"))
            return ["move it away: `mv \(file) \(aside)`, then `git checkout -- \(path)`"]
        case .foreign: return [damage.renaming]
        case .unusableName: return ["take it out of Git: `git rm --cached -- \(path)`"]
        case .malformed, .notAFile:
            let staged = try await PointerIndex.staged(in: repository).entries
            let clear = damage.kind == .notAFile ? "`rm -r -- \(path)`, then " : ""
            if let artifact = damage.artifact {
                if staged.contains(where: { $0.path == artifact }) {
                    return ["restore it: \(clear)`git checkout -- \(path)`"]
                }
                if try FileStatus.of(location(of: artifact)) != nil {
                    return ["write it anew: \(clear)`git model add \(artifact.shellWord)`"]
                }
            }
            if let head = try await repository.objects.head().commit,
                try await PointerIndex.at(head, in: repository).entries.contains(where: { $0.path == damage.artifact })
            {
                return ["restore it: \(clear)`git checkout HEAD -- \(path)`"]
            }
            return ["take it away: `rm -r -- \(path)`"]
        }
    }
}

extension PointerIndex.Damage {
    /// The hint for a file that only happens to have a pointer's name: nobody else has its bytes.
    var renaming: String {
        "give it another name: `mv \(ShellWord.quoted(path)) \(ShellWord.quoted("\(path).aside"))`"
    }
}
