import ModelCore
import Registry

extension Workspace {
    /// Throws where an artifact of a version would come to be inside a tracked one, or around it: who restores the one
    /// would take away the other.
    func requireNoOverlap(_ wanted: [PointerIndex.Entry], with tracked: PointerIndex, of version: String) throws {
        let paths = Set(tracked.entries.map(\.path) + tracked.damaged.compactMap(\.artifact))
        for path in wanted.map(\.path) {
            if let other = path.directories.first(where: paths.contains) {
                throw overlap(path, of: version, "it is inside the artifact \(other)", other)
            }
        }
        let around = Dictionary(paths.flatMap { path in path.directories.map { ($0, path) } }) { min($0, $1) }
        for path in wanted.map(\.path) {
            if let other = around[path] { throw overlap(path, of: version, "it holds the artifact \(other)", other) }
        }
    }

    private func overlap(_ path: RepositoryPath, of version: String, _ why: String, _ other: RepositoryPath) -> Failure
    {
        Failure(
            .failed,
            "cannot check out \(path) of \(version): \(why)",
            hints: ["stop tracking that first: `git model rm --cached \(other.shellWord)`"]
        )
    }
}

extension RepositoryPath {
    /// The directories that it is in, the nearest first.
    fileprivate var directories: [RepositoryPath] {
        Array(sequence(first: self) { $0.parent }.dropFirst())
    }
}
