import ModelCore
import Registry

/// Something that is asked for: an artifact, or what lies at a path inside one that is a tree.
struct DeliveryOrder {
    /// The artifact.
    let artifact: VersionManifest.Artifact
    /// A file or directory in the artifact; `nil` for all of it.
    let inner: RepositoryPath?

    private init(_ artifact: VersionManifest.Artifact, inner: RepositoryPath? = nil) {
        self.artifact = artifact
        self.inner = inner
    }

    /// Returns what paths mean among the artifacts of a version, some perhaps twice; all of them where there are no
    /// paths.
    static func all(
        _ paths: [String],
        among artifacts: [VersionManifest.Artifact],
        of version: String
    ) throws -> [DeliveryOrder] {
        guard !paths.isEmpty else { return artifacts.map { DeliveryOrder($0) } }
        return try paths.flatMap { text in
            let path = try RepositoryPath(text.hasSuffix("/") ? String(text.dropLast()) : text)
            let found = artifacts.filter { $0.path == path || $0.path.isInside(path) }
            guard found.isEmpty else { return found.map { DeliveryOrder($0) } }
            if let outer = artifacts.first(where: { path.isInside($0.path) }), outer.pointer.kind == .tree {
                return [DeliveryOrder(outer, inner: path.relative(to: outer.path))]
            }
            throw Failure(
                .failed,
                "\(version) has no artifact \(path)",
                hints: ["it has: " + artifacts.prefix(8).map { "`\($0.path)`" }.joined(separator: ", ")]
            )
        }
    }

    /// Returns what is delivered of the artifact's listing; throws `Failure` for what is not there, and for links.
    func items(in listing: TreeListing) throws -> [Delivery.Item] {
        guard let inner else { return [Delivery.Item(artifact)] }
        let path = artifact.path.appending(inner)
        let entries = listing.entry(at: inner).map { [$0] } ?? listing.entries(inside: inner)
        guard !entries.isEmpty else { throw Failure(.failed, "\(artifact.path) has no \(inner)") }
        return try entries.map { entry in
            guard entry.mode != .link else {
                throw Failure(
                    .failed,
                    "\(artifact.path.appending(entry.path)) is a link, which comes only with all of \(artifact.path)",
                    hints: ["name that instead of \(path): `\(artifact.path)`"]
                )
            }
            return Delivery.Item(entry, of: artifact)
        }
    }
}
