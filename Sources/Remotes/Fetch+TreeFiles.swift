import ModelCore
import Store

extension Fetch {
    /// Fetches files of a tree together, by its object index; those that it lacks are left to be looked for one by one,
    /// and so are those of which something there is damaged, with what that is.
    func fetch(
        _ files: [Pointer],
        of tree: Pointer,
        _ report: inout Report
    ) async throws -> (rest: [Pointer], failures: [Pointer: RemoteError]) {
        let index: IndexFile?
        do { index = try await source.objectIndex(tree.oid) } catch {
            guard error.isAboutContent else { throw error }
            return (files, Dictionary(files.map { ($0, error) }, uniquingKeysWith: { first, _ in first }))
        }
        guard let index else { return (files, [:]) }
        var failures: [Pointer: RemoteError] = [:]
        let rest = try await fetch(files, by: index, &report, &failures)
        return (rest, failures)
    }

    private func fetch(
        _ files: [Pointer],
        by index: IndexFile,
        _ report: inout Report,
        _ failures: inout [Pointer: RemoteError]
    ) async throws -> [Pointer] {
        do {
            let (found, rest) = try await RemoteClosure(source: source, local: local).hint(files, in: index)
            let unlisted = Set(rest)
            let listed = files.filter { !unlisted.contains($0) }
            guard !listed.isEmpty else { return files }
            var useless = RemoteWalk.Useless()
            // No pointer names them, so that they get no object indexes.
            report.byteCount += try await receive(found, of: listed, refusing: &useless)
            report.objects += listed.map(\.oid)
            return rest
        } catch let error as RemoteError where error.isAboutContent {
            guard files.count > 1 else {
                // Of a pack that collection took away, the indexes know where the frames went.
                if case .notFound = error { return files }
                failures[files[0]] = error
                return files
            }
        }
        // What is damaged for one is to keep no other from coming.
        let middle = files.count / 2
        let rest = try await fetch(Array(files[..<middle]), by: index, &report, &failures)
        return try await rest + fetch(Array(files[middle...]), by: index, &report, &failures)
    }
}
