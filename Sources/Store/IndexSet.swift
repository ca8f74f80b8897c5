package import ModelCore
import Synchronization
import SystemIO
import SystemPackage

/// The indexes of a store as they were at one moment, searched as one.
package struct IndexSet: Sendable {
    /// The index files.
    package let files: [IndexFile]
    /// Why files that should be among these are not: they are damaged or need a newer git-model.
    package let problems: [StoreError]
    /// Packs of which nothing counts, though indexes list them.
    private let excluded: Set<Digest>
    private let verification = Verification()

    /// Remembers what `verify` found, for the files never change.
    private final class Verification: Sendable {
        let result = Mutex<Result<Void, StoreError>?>(nil)
    }

    /// Creates a set of open files, and of those that could not be opened; packs that are `excluded` count as not
    /// listed.
    package init(_ files: [IndexFile], problems: [StoreError] = [], excluding excluded: Set<Digest> = []) {
        self.files = files
        self.problems = problems
        self.excluded = excluded
    }

    /// The packs that the indexes list; all are read, which takes its time where there are many.
    package var packList: [IndexContents.Pack] {
        var packs: [Digest: IndexContents.Pack] = [:]
        for file in files {
            for pack in file.packs where !excluded.contains(pack.id) { packs[pack.id] = pack }
        }
        return Array(packs.values)
    }

    /// Returns what the indexes know of a pack.
    package func pack(_ id: Digest) -> IndexContents.Pack? {
        guard !excluded.contains(id) else { return nil }
        for file in files { if let pack = file.pack(id) { return pack } }
        return nil
    }

    /// Throws what keeps the set from saying that something is not in the store: a file that is damaged or not
    /// understood.
    package func verify() throws(StoreError) {
        let result = verification.result.withLock { result in
            let known =
                result
                ?? Result { () throws(StoreError) in
                    if let problem = problems.first { throw problem }
                    for file in files { try file.verify() }
                }
            result = known
            return known
        }
        try result.get()
    }

    /// Returns every copy of a frame, those of least depth first.
    package func copies(of frame: Digest) -> [FrameLocation] {
        var copies: [FrameLocation] = []
        for file in files { copies += file.copies(of: frame) }
        if !excluded.isEmpty { copies.removeAll { excluded.contains($0.pack) } }
        return copies.count < 2 ? copies : copies.sorted { $0.entry.depth < $1.entry.depth }
    }

    /// Returns whether any copy of a frame is listed.
    package func contains(_ frame: Digest) -> Bool {
        files.contains { file in file.copies(of: frame).contains { !excluded.contains($0.pack) } }
    }

    /// Returns every entry of an object of one kind.
    package func entries(of oid: Digest, kind: ObjectEntry.Kind) -> [ObjectEntry] {
        files.flatMap { $0.entries(of: oid) }.filter { $0.kind == kind }
    }
}
