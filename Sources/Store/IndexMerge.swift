import ModelCore
import SystemPackage

/// Writes one index in place of several, whose entries pass through memory one at a time.
struct IndexMerge {
    private let files: [IndexFile]
    private let isKept: (Digest) -> Bool

    /// Merges `files`, without the packs that are not kept.
    init(_ files: [IndexFile], keepingPack isKept: @escaping (Digest) -> Bool) {
        self.files = files
        self.isKept = isKept
    }

    /// Writes the index into the store at `root` and returns its path; `nil` where nothing is left to list.
    ///
    /// `others` are indexes that stay beside it: an object is listed where they or the result have its frame.
    func write(in root: FilePath, beside others: IndexSet, nonce: [UInt8]? = nil) throws(StoreError) -> FilePath? {
        let summary = try summary()
        let objects = objects(beside: others)
        guard !summary.packs.isEmpty || !objects.isEmpty else { return nil }
        let bases = summary.bases.sorted()
        let preface = IndexPreface(
            kind: .index,
            packs: summary.packs.values.sorted { $0.id < $1.id },
            baseCount: bases.count,
            frameCounts: summary.frameCounts,
            objectCount: objects.count
        )
        let packNumbers = Dictionary(uniqueKeysWithValues: zip(preface.packs.map(\.id), UInt32(0)...))
        let baseNumbers = Dictionary(uniqueKeysWithValues: zip(bases, UInt32(1)...))
        var stream = try IndexStream(beside: root.appending("index").appending("new"))
        try stream.append { $0.raw(preface.encoded(nonce: nonce)) }
        try forEachFrame { frame throws(StoreError) in
            var entry = frame.entry
            entry.pack = packNumbers[frame.pack] ?? 0
            entry.base = frame.base.flatMap { baseNumbers[$0] } ?? 0
            try stream.append { entry.encode(into: &$0) }
        }
        for base in bases { try stream.append { $0.digest(base) } }
        for object in objects { try stream.append { object.encode(into: &$0) } }
        return try stream.commit(in: root)
    }

    /// What the header needs to know of the frames.
    private struct Summary {
        var packs: [Digest: IndexContents.Pack] = [:]
        var bases: Set<Digest> = []
        var frameCounts = [UInt32](repeating: 0, count: 256)
    }

    private func summary() throws(StoreError) -> Summary {
        var summary = Summary()
        for file in files {
            for pack in file.packs where isKept(pack.id) { summary.packs[pack.id] = pack }
        }
        try forEachFrame { frame throws(StoreError) in
            summary.frameCounts[Int(frame.entry.id.firstByte)] += 1
            if let base = frame.base { summary.bases.insert(base) }
        }
        return summary
    }

    private func objects(beside others: IndexSet) -> [ObjectEntry] {
        var objects: Set<ObjectEntry> = []
        for file in files {
            for position in 0..<file.objectCount { objects.insert(file.object(at: position)) }
        }
        return objects.filter { isListed($0.frame) || others.contains($0.frame) }.sorted(by: ObjectEntry.precedes)
    }

    private func isListed(_ frame: Digest) -> Bool {
        files.contains { file in file.copies(of: frame).contains { isKept($0.pack) } }
    }

    /// Hands over every copy of every frame once, in the order of an index.
    private func forEachFrame(_ body: (FrameLocation) throws(StoreError) -> Void) throws(StoreError) {
        var cursors: [IndexCursor] = []
        for file in files {
            if let cursor = try IndexCursor(file, keepingPack: isKept) { cursors.append(cursor) }
        }
        var last: IndexCursor.Position?
        while let least = cursors.indices.min(by: { cursors[$0].position < cursors[$1].position }) {
            let position = cursors[least].position
            if position != last { try body(cursors[least].frame) }
            last = position
            if try !cursors[least].advance() { cursors.remove(at: least) }
        }
    }
}
