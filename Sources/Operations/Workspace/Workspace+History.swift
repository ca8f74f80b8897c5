import Git
import Migration
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns every pointer that history has, from all references, reflogs, stashes and worktrees, and that is staged
    /// anywhere.
    ///
    /// A pointer of history that is damaged is left out.
    func historicalArtifacts() async throws -> [PointerIndex.Entry] { try await historicalPointers().entries }

    /// Reads every pointer file, and every map of imports, that history has, and that is staged anywhere.
    func historicalPointers() async throws -> PointerIndex {
        let maps = GitPath(ImportMap.directory)
        let roots = try await repository.gcRoots(indexSuffix: Pointer.fileSuffix, orInside: maps)
        var files = roots.indexEntries.map { (path: $0.path, mode: $0.mode, id: $0.id) }
        var seen = Set(files.map(\.id))
        try await repository.introducedFiles(suffix: Pointer.fileSuffix, orInside: maps, from: roots.commits) {
            file in
            if seen.insert(file.id).inserted { files.append((path: file.path, mode: file.mode, id: file.id)) }
        }
        return try await pointers(in: files)
    }
}
