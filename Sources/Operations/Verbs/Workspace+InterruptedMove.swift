import Git
import ModelCore
import Registry
import SystemIO
import SystemPackage

extension Workspace {
    /// Returns the paths of a move that `git model mv` began with these arguments, and was interrupted in; `nil` where
    /// none was.
    ///
    /// It moves bytes first and the pointer last, and only then tells Git, of the old pointer's end when all is done.
    func interruptedMove(
        of source: String,
        to destination: String,
        among tracked: PointerIndex
    ) async throws -> (from: RepositoryPath, to: RepositoryPath)? {
        guard let given = try? path(source) else { return nil }
        let from = given.removingPointerSuffix ?? given
        // Where bytes are at their old place, nothing was moved, or something else has come there since.
        guard let old = try? location(of: from), try FileStatus.of(old) == nil else { return nil }
        let places = try possibleTargets(of: from, destination)
        if let artifact = tracked.entry(at: from) {
            for place in places where try await hasBytesAlone(of: artifact, at: place) { return (from, place) }
            return nil
        }
        guard try FileStatus.of(location(of: from.appendingPointerSuffix)) == nil,
            let pointer = try await pointerInGit(of: from)
        else { return nil }
        return places.first { tracked.entry(at: $0)?.pointer == pointer }.map { (from, $0) }
    }

    /// Returns what a destination may have meant: the place itself, or one in the directory that is there; a directory
    /// that was moved is there as well.
    private func possibleTargets(of source: RepositoryPath, _ destination: String) throws -> [RepositoryPath] {
        let name = try RepositoryPath(source.name)
        if isTop(destination) { return name == source ? [] : [name] }
        guard let given = try? path(destination) else { return [] }
        var targets = destination.hasSuffix("/") ? [] : [given]
        if try FileStatus.of(location(of: given))?.kind == .directory { targets.append(given.appending(name)) }
        return targets.filter { $0 != source && !$0.isInside(source) }
    }

    /// Whether a place has something of an artifact's kind, ignored as only `git model` writes it, and no pointer.
    private func hasBytesAlone(of artifact: PointerIndex.Entry, at place: RepositoryPath) async throws -> Bool {
        let kind: FileStatus.Kind = artifact.pointer.kind == .tree ? .directory : .regular
        guard try FileStatus.of(location(of: place))?.kind == kind,
            try FileStatus.of(location(of: place.appendingPointerSuffix)) == nil,
            let bytes = try await trackedBytes(of: IgnoreFile.path(in: place.parent))
        else { return false }
        var rules = IgnoreFile(bytes)
        return !rules.ignore([place.name])
    }

    /// Returns the pointer of an artifact that the index still has, or the current commit; `nil` where neither does.
    private func pointerInGit(of artifact: RepositoryPath) async throws -> Pointer? {
        if let staged = try await PointerIndex.staged(in: repository).entry(at: artifact) { return staged.pointer }
        guard let head = try await repository.objects.head().commit else { return nil }
        return try await PointerIndex.at(head, in: repository).entry(at: artifact)?.pointer
    }
}
