import ModelCore

/// The artifacts whose tensors those of a new one may be differences to, as the checkpoints of a run are to each other.
struct RelatedArtifacts {
    /// How many artifacts are looked through.
    private static let limit = 3

    private let pointers: [RepositoryPath: Pointer]

    /// Chooses among these artifacts.
    init(_ pointers: [RepositoryPath: Pointer]) { self.pointers = pointers }

    /// Returns those most like `path`, the most like first: of the same name, then beside it with the same extension,
    /// then with the same extension; of several, those whose names come last, for names count up.
    func nearest(to path: RepositoryPath) -> [RepositoryPath] {
        let ranked = pointers.keys.compactMap { other in
            likeness(of: other, to: path).map { (likeness: $0, path: other) }
        }
        return ranked.sorted { ($0.likeness, $1.path.text) < ($1.likeness, $0.path.text) }
            .prefix(RelatedArtifacts.limit).map(\.path)
    }

    /// Returns how far two artifacts are from being alike; `nil` where nothing says that they are.
    private func likeness(of other: RepositoryPath, to path: RepositoryPath) -> Int? {
        guard other != path else { return nil }
        if other.name == path.name { return 0 }
        guard other.fileExtension == path.fileExtension else { return nil }
        if other.parent == path.parent { return 1 }
        return path.fileExtension == nil ? nil : 2
    }
}

extension RepositoryPath {
    fileprivate var fileExtension: Substring? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1 ? parts.last : nil
    }
}
