import Git
import ModelCore
import Registry
import Store

extension Workspace {
    /// Returns the order in which the newest version of every model decodes by itself.
    ///
    /// Of what no version has, the objects at HEAD count as the newest; what is `excluded` counts as never having been.
    func repackOrder(excluding excluded: Set<Pointer> = []) async throws -> RepackOrder {
        var newest: [Pointer] = []
        var paths: Set<RepositoryPath> = []
        for version in Workspace.newest(of: try await versions()) {
            let entries = try await pointers(of: try await resolve(version.tag.text)).entries
            newest += entries.map(\.pointer)
            paths.formUnion(entries.map(\.path))
        }
        if let head = try await repository.objects.head().commit {
            let entries = try await PointerIndex.at(head, in: repository).entries
            newest += entries.filter { !paths.contains($0.path) }.map(\.pointer)
        }
        var seen = excluded
        return RepackOrder(
            newest: newest.filter { seen.insert($0).inserted },
            histories: try await artifactHistories().map { $0.filter { !excluded.contains($0) } }
        )
    }

    /// Returns the version of each model that `latest` means; where there is none, the highest.
    private static func newest(of versions: [ModelVersion]) -> [ModelVersion] {
        Dictionary(grouping: versions, by: \.model).sorted { $0.key < $1.key }.compactMap { _, versions in
            versions.last(where: \.mayBeLatest) ?? versions.last
        }
    }

    /// Returns, for each path, the objects that it had in history, those of the newest commits first.
    private func artifactHistories() async throws -> [[Pointer]] {
        struct Place: Hashable {
            let path: GitPath
            let id: GitObjectID
        }
        var files: [(path: GitPath, mode: GitMode, id: GitObjectID)] = []
        var seen: Set<Place> = []
        let commits = try await repository.gcRoots(indexSuffix: Pointer.fileSuffix).commits
        try await repository.introducedFiles(suffix: Pointer.fileSuffix, from: commits) { file in
            guard seen.insert(Place(path: file.path, id: file.id)).inserted else { return }
            files.append((path: file.path, mode: file.mode, id: file.id))
        }
        // By path, and within one in the order in which the files came.
        let entries = try await PointerIndex.read(files, in: repository).entries
        return Dictionary(grouping: entries, by: \.path).sorted { $0.key < $1.key }.map { $0.value.map(\.pointer) }
    }
}
