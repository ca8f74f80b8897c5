import Git
import Migration
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns what the user's paths choose of an import; `nil` is everything, which no paths and the top of the work
    /// tree mean.
    func importPaths(_ arguments: [String]) throws -> [RepositoryPath]? {
        guard !arguments.isEmpty, !arguments.contains(where: isTop) else { return nil }
        return try arguments.map { try path($0) }
    }

    /// Reads the pointers of a commit, and what a map of imports says of the data that DVC kept of it.
    ///
    /// A commit that has maps itself speaks by its pointers alone: what it has no pointer of was taken out on purpose.
    func pointers(at commit: GitObjectID) async throws -> PointerIndex {
        let index = try await PointerIndex.at(commit, in: repository)
        return index.adding(try await importedArtifacts(at: commit, beside: index.entries))
    }

    /// The artifacts of the work tree, also those of a commit from before an import, as maps of imports know them.
    func checkedOutArtifacts() async throws -> [PointerIndex.Entry] {
        let own = try await pointers().entries
        guard let head = try await repository.objects.head().commit else { return own }
        return own + (try await importedArtifacts(at: head, beside: own))
    }

    /// Reads the pointers and the maps of imports among some blobs of Git; a map stands for one artifact of each of its
    /// objects.
    func pointers(in files: [(path: GitPath, mode: GitMode, id: GitObjectID)]) async throws -> PointerIndex {
        let directory = GitPath(ImportMap.directory)
        let maps = files.filter {
            $0.path.isInside(directory) && $0.path.hasSuffix(ImportMap.fileSuffix) && $0.mode.isFile
        }
        let index = try await PointerIndex.read(files.filter { !$0.path.isInside(directory) }, in: repository)
        guard !maps.isEmpty else { return index }
        let blobs = try await repository.objects.smallBlobs(maps.map(\.id), limit: ImportMap.byteLimit)
        var union = ImportMap()
        var damaged: [PointerIndex.Damage] = []
        for map in maps {
            guard let bytes = blobs[map.id] else {
                let problem = "it is too long for a map of imports"
                damaged.append(PointerIndex.Damage(path: map.path.description, kind: .malformed, problem: problem))
                continue
            }
            do { union.formUnion(try ImportMap(parsing: bytes)) } catch {
                let kind: PointerIndex.Damage.Kind = error.needsNewerVersion ? .newerVersion : .malformed
                damaged.append(PointerIndex.Damage(path: map.path.description, kind: kind, problem: "\(error)"))
            }
        }
        return index.adding(union.artifacts, damaged: damaged)
    }

    /// What the maps of imports in the work tree name, each object as one artifact; where there is no work tree, those
    /// of HEAD.
    func importedArtifacts() async throws -> [PointerIndex.Entry] {
        if isBare, let head = try await repository.objects.head().commit {
            return try await importMap(at: [head]).artifacts
        }
        return try await importMapOnDisk().artifacts
    }

    /// The maps of imports in the work tree and, where asked for, those that a sparse checkout leaves out, as one; one
    /// that cannot be read is an error.
    func importMapOnDisk(withLeftOut: Bool = true) async throws -> ImportMap {
        var map = ImportMap()
        guard !isBare else { return map }
        for file in try await importMapFiles(withLeftOut: withLeftOut) {
            do { map.formUnion(try ImportMap(parsing: file.bytes)) } catch {
                throw Failure(readingImports: "\(ImportMap.directory)/\(file.name)", file.bytes, error)
            }
        }
        return map
    }

    /// The files of maps, by name; one that is on disk counts more than what the index has of it.
    private func importMapFiles(withLeftOut: Bool) async throws -> [(name: String, bytes: [UInt8])] {
        let place = try RepositoryPath(ImportMap.directory)
        var files: [String: [UInt8]] = [:]
        let leftOut = withLeftOut ? [GitPathspec.path(GitPath(place.text))] : []
        for (path, bytes) in try await leftOutFiles(leftOut, limit: ImportMap.byteLimit) {
            guard let path = try? RepositoryPath(bytes: path.bytes), path.parent == place,
                path.name.hasSuffix(ImportMap.fileSuffix)
            else { continue }
            files[path.name] = bytes
        }
        let directory = try location(of: place)
        if try FileStatus.of(directory)?.kind == .directory {
            for file in try DirectoryEntry.all(in: directory)
            where file.kind == .regular && file.name.hasSuffix(ImportMap.fileSuffix) {
                files[file.name] = try DurableFile.read(directory.appending(file.name), limit: Int(ImportMap.byteLimit))
            }
        }
        return files.map { (name: $0.key, bytes: $0.value) }.sorted { $0.name < $1.name }
    }

    /// The maps of imports of commits, as one, in their order; what cannot be read says nothing.
    private func importMap(at commits: [GitObjectID]) async throws -> ImportMap {
        let directory = GitPath(ImportMap.directory)
        var ids: [GitObjectID] = []
        // Most branches have the same map.
        var seen: Set<GitObjectID> = []
        for commit in commits {
            let files = try await repository.objects.entries(in: commit, matching: .inside(directory))
            ids += files.filter(\.mode.isFile).sorted { $0.path < $1.path }.map(\.id).filter {
                seen.insert($0).inserted
            }
        }
        let blobs = try await repository.objects.smallBlobs(ids, limit: ImportMap.byteLimit)
        var map = ImportMap()
        for id in ids {
            if let bytes = blobs[id], let part = try? ImportMap(parsing: bytes) { map.formUnion(part) }
        }
        return map
    }

    /// Returns what DVC kept of a commit and a map knows, but for what has a pointer there.
    private func importedArtifacts(
        at commit: GitObjectID,
        beside pointers: [PointerIndex.Entry]
    ) async throws -> [PointerIndex.Entry] {
        try await kept(by: commit, beside: pointers).compactMap { output, pointer in
            pointer.map { PointerIndex.Entry(imported: output.path, $0, isExecutable: output.isExecutable) }
        }
    }

    /// Names what DVC kept of a commit from before an import and no map knows, at some paths or everywhere; `nil` where
    /// there is nothing of that kind.
    func onlyInDVC(
        at commit: GitObjectID,
        beside pointers: [PointerIndex.Entry],
        paths: [RepositoryPath]? = nil
    ) async throws -> String? {
        let unknown = try await kept(by: commit, beside: pointers).filter { $0.pointer == nil }.map(\.output.path)
        let wanted = unknown.filter { path in paths?.contains { path == $0 || path.isInside($0) } ?? true }
        guard let first = wanted.first else { return nil }
        return "only DVC has \(first)" + (wanted.count > 1 ? " and \(wanted.count - 1) more" : "")
    }

    /// Returns what DVC kept of a commit that has no maps itself, with the objects that it means; nothing where no map
    /// is known.
    private func kept(
        by commit: GitObjectID,
        beside pointers: [PointerIndex.Entry]
    ) async throws -> [(output: DVCOutput, pointer: Pointer?)] {
        guard try await repository.objects.entry(at: GitPath(ImportMap.directory), in: commit) == nil else { return [] }
        var map = try await importMap(forOldCommit: commit)
        guard !map.objects.isEmpty else { return [] }
        let known = pointers.map(\.path)
        let outputs = try await DVCSnapshot.at(commit, in: repository).outputs.filter { output in
            let path = output.path
            let isFree = known.allSatisfy { $0 != path && !$0.isInside(path) && !path.isInside($0) }
            return isFree && ArtifactName.refusal(of: path) == nil
        }
        // Another branch may have imported what this one left out.
        if outputs.contains(where: { map.objects[$0.hash] == nil }) { map.formUnion(try await importMapOfBranches()) }
        return outputs.map { ($0, map.objects[$0.hash]) }
    }

    /// The map for a commit that has none itself: that of the work tree, of HEAD, else of the local branches.
    private func importMap(forOldCommit commit: GitObjectID) async throws -> ImportMap {
        // What is left out, HEAD has as well; each commit that is looked at would cost a reading of the index.
        var map = try await importMapOnDisk(withLeftOut: false)
        let objects = repository.objects
        if let head = try await objects.head().commit { map.formUnion(try await importMap(at: [head])) }
        // While an old commit is checked out, only the branches know. Most repositories have nothing of DVC, and many
        // branches.
        guard map.objects.isEmpty else { return map }
        if try await objects.entry(at: ".dvc", in: commit) == nil {
            // DVC may have been set up in a directory of the repository.
            let projects = try await objects.entries(in: commit, matching: .suffix("/.dvc/config"))
            if projects.isEmpty { return map }
        }
        return try await importMapOfBranches()
    }

    private func importMapOfBranches() async throws -> ImportMap {
        let branches = try await repository.objects.references(prefix: "refs/heads/")
        return try await importMap(at: branches.map(\.peeledID))
    }
}

extension ImportMap {
    /// Each object as an artifact whose path says where the map has it.
    fileprivate var artifacts: [PointerIndex.Entry] {
        objects.compactMap { hash, pointer in
            (try? RepositoryPath("\(ImportMap.path)/\(hash.text)")).map { PointerIndex.Entry(imported: $0, pointer) }
        }
    }
}

extension Failure {
    /// A map of imports in the work tree cannot be read.
    fileprivate init(readingImports path: String, _ bytes: [UInt8], _ error: FormatError) {
        let word = ShellWord.quoted(path)
        if error.needsNewerVersion {
            self.init(.failed, "\(path) cannot be read: \(error)", hints: ["install a newer git-model"])
        } else if ConflictedText(bytes) != nil {
            // Git merged without the driver, unless the sides contradict each other, which the driver says again.
            let join = "join both sides: `git model init`, then `git checkout -m -- \(word)` and `git add \(word)`"
            let byHand = "or " + Failure.unmergedImportsHint(path)
            self.init(.failed, "\(path) has a merge conflict", hints: [join, byHand])
        } else {
            let hint = "restore it: `git checkout HEAD -- \(word)`"
            self.init(.failed, "\(path) cannot be read: \(error)", hints: [hint])
        }
    }

    /// The way out of a conflict of a map of imports.
    static func unmergedImportsHint(_ path: String) -> String {
        "keep the members of both sides in it, each name once, then: `git add \(ShellWord.quoted(path))`"
    }
}
