import Git
import Migration
import ModelCore
import Registry
import Runs
import SystemIO
import SystemPackage

/// What names objects now, other than the versions that are to be purged: history by itself does not count.
struct ObjectUses {
    /// The other versions that have an object, by their tags.
    private(set) var versions: [Digest: [String]] = [:]
    /// What has an object at this moment: HEAD, branches and other references, indexes, stashes and work trees.
    private(set) var places: [Digest: [String]] = [:]

    /// Looks at everything that has a name.
    init(in workspace: Workspace, except purged: [ResolvedVersion]) async throws {
        let versions = try await workspace.versions()
        let names = Set(purged.map(\.name))
        for version in versions where !names.contains(version.tag.text) {
            let resolved = try await workspace.resolve(version.tag.text)
            for entry in try await workspace.pointers(of: resolved).entries {
                self.versions[entry.pointer.oid, default: []].append(version.tag.text)
            }
        }
        try await addReferences(of: workspace, except: Set(versions.map { TagName.referencePrefix + $0.tag.text }))
        try await addStashes(of: workspace)
        try await addWorktrees(of: workspace)
    }

    private mutating func add(_ entries: [PointerIndex.Entry], of place: String) {
        for oid in Set(entries.map(\.pointer.oid)) where places[oid]?.contains(place) != true {
            places[oid, default: []].append(place)
        }
    }

    private mutating func addReferences(of workspace: Workspace, except tags: Set<String>) async throws {
        var known: [GitObjectID: [PointerIndex.Entry]] = [:]
        for reference in try await workspace.repository.objects.references(prefix: "refs/")
        where ObjectUses.counts(reference, except: tags) {
            let id = reference.peeledID
            // What leads to no commit has no pointers.
            guard try await workspace.repository.objects.resolve(id.hex, to: .commit) == id else { continue }
            let entries: [PointerIndex.Entry]
            if let found = known[id] {
                entries = found
            } else {
                entries = try await PointerIndex.at(id, in: workspace.repository).entries
                known[id] = entries
            }
            add(entries, of: reference.name)
        }
    }

    /// Whether what a reference leads to is in use by it; the tags that are left out are full names of references.
    static func counts(_ reference: GitReference, except tags: Set<String>) -> Bool {
        !tags.contains(reference.name) && !isWithdrawal(reference) && !isRun(reference)
    }

    /// A tag by which a version was taken back keeps none of it.
    static func isWithdrawal(_ reference: GitReference) -> Bool {
        guard reference.name.hasPrefix(TagName.referencePrefix) else { return false }
        guard case .deregistration = GTOEvent(reference.name.dropFirst(TagName.referencePrefix.count))?.kind else {
            return false
        }
        return true
    }

    /// What a run started from is history.
    private static func isRun(_ reference: GitReference) -> Bool {
        let isOurs = [KeptRun.referencePrefix, RunPins.remotePrefix].contains(where: reference.name.hasPrefix)
        return isOurs && reference.name.split(separator: "/").dropLast().last?.hasSuffix("runs") == true
    }

    private mutating func addStashes(of workspace: Workspace) async throws {
        let list = try await workspace.repository.program.run(["stash", "list", "--format=%H"]).bytes
        for (number, id) in list.split(separator: UInt8(ascii: "\n")).enumerated() {
            guard let commit = GitObjectID(String(decoding: id, as: UTF8.self)) else { continue }
            add(try await PointerIndex.at(commit, in: workspace.repository).entries, of: "stash@{\(number)}")
        }
    }

    private mutating func addWorktrees(of workspace: Workspace) async throws {
        let roots = try await workspace.repository.gcRoots(indexSuffix: Pointer.fileSuffix)
        let staged = roots.indexEntries.map { (path: $0.path, mode: $0.mode, id: $0.id) }
        add(try await PointerIndex.read(staged, in: workspace.repository).entries, of: "the index")
        add(try await workspace.importedArtifacts(), of: ImportMap.path)
        for worktree in try await workspace.repository.worktrees() {
            if let commit = worktree.commit {
                add(try await PointerIndex.at(commit, in: workspace.repository).entries, of: "HEAD")
            }
        }
        for other in try await workspace.worktreesInPlace() {
            add(try await other.allArtifacts(), of: "the work tree \(other.root)")
        }
    }
}
