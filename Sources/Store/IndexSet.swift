package import ModelCore
import SystemIO
import SystemPackage

/// The indexes of a store as they were at one moment, searched as one.
package struct IndexSet: Sendable {
    /// The index files.
    package let files: [IndexFile]
    private let packs: [Digest: IndexContents.Pack]

    /// Creates a set of open files.
    package init(_ files: [IndexFile]) {
        self.files = files
        var packs: [Digest: IndexContents.Pack] = [:]
        for file in files {
            for pack in file.packs { packs[pack.id] = pack }
        }
        self.packs = packs
    }

    /// The packs that the indexes list.
    package var packList: [IndexContents.Pack] { Array(packs.values) }

    /// Returns what the indexes know of a pack.
    package func pack(_ id: Digest) -> IndexContents.Pack? { packs[id] }

    /// Returns every copy of a frame, those of least depth first.
    package func copies(of frame: Digest) -> [FrameLocation] {
        var copies: [FrameLocation] = []
        for file in files { copies += file.copies(of: frame) }
        return copies.count < 2 ? copies : copies.sorted { $0.entry.depth < $1.entry.depth }
    }

    /// Returns whether any copy of a frame is listed.
    package func contains(_ frame: Digest) -> Bool { files.contains { !$0.copies(of: frame).isEmpty } }

    /// Returns every entry of an object of one kind.
    package func entries(of oid: Digest, kind: ObjectEntry.Kind) -> [ObjectEntry] {
        files.flatMap { $0.entries(of: oid) }.filter { $0.kind == kind }
    }
}
