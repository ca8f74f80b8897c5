package import ModelCore
import SystemIO
package import SystemPackage

/// The names of a store's files, the same locally and in every remote (`docs/formats.md`).
package enum StoreLayout {
    /// The file that says what a reader has to understand.
    package static let format = "format"
    /// The directory of packs that were taken out because they are damaged, for whoever wants to look at them.
    package static let quarantine = "damaged"
    /// The directories of a store, in the order in which a writer needs them.
    package static let directories = ["packs", "index", "objects", "roots", "tomb"]

    /// Returns the path of a pack relative to the store.
    package static func pack(_ id: Digest) -> String { "packs/\(id.fanOut)/\(id.hex).pack" }

    /// Returns the path of an index relative to the store.
    package static func index(_ id: Digest) -> String { "index/\(id.hex).idx" }

    /// Returns the path of the object index of `oid` relative to the store.
    package static func objectIndex(_ oid: Digest) -> String { "objects/\(oid.fanOut)/\(oid.hex).idx" }

    /// Returns the path of a root relative to the store.
    package static func root(_ id: Digest) -> String { "roots/\(id.hex)" }

    /// Returns the path of the tomb of a pack relative to the store.
    package static func tomb(_ pack: Digest) -> String { "tomb/\(pack.hex)" }

    /// What the tomb of a pack holds.
    package static let tombText = "git-model-tomb 1\n"

    /// The directory of the repositories that use the store together.
    package static let users = "users"
    /// The file that names the stores to read from beside this one.
    package static let alternates = "alternates"
    /// The directory of what says which objects were purged.
    package static let purged = "purged"
    /// What such a file holds.
    package static let purgedText = "git-model-purged 1\n"
    /// Returns the path relative to the store of what says that an object was purged.
    package static func purged(_ oid: Digest) -> String { "\(purged)/\(oid.hex)" }

    /// The file that is locked while what lists other files is rewritten.
    package static let mergeLock = "merge.lock"

    /// Returns whether a file is a store's by its path relative to the store, so that nothing else is taken for its
    /// own.
    package static func isOwn(_ path: FilePath) -> Bool {
        guard let name = path.lastComponent?.string, let top = path.components.first?.string else { return false }
        if path.components.count == 1 { return [format, alternates, "lock", mergeLock].contains(name) }
        guard (directories + [users, purged, quarantine]).contains(top) else { return false }
        return digest(inName: name) != nil || TemporaryFile.isTemporary(name)
    }

    /// Returns the digest that a file of the store is named by, or `nil` where the name is not of this layout.
    package static func digest(inName name: String) -> Digest? {
        let stem = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return Digest(hex: stem)
    }
}
