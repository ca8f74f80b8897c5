import Codec
package import ModelCore

/// The content of an index or object index about to be written.
package struct IndexContents: Sendable {
    /// Which of the two files with this format it is.
    package enum Kind: UInt8, Sendable {
        /// Lists whole packs.
        case index = 1
        /// Lists the closure of one object.
        case objectIndex = 2
    }

    /// A pack that the index lists frames of.
    package struct Pack: Hashable, Sendable {
        /// The number of bytes in the encoding.
        package static let byteCount = 40
        /// The pack's name.
        package let id: Digest
        /// The size of the pack's file in bytes.
        package let size: UInt32
        /// What the pack's frames hold.
        package let kind: PackKind

        /// Creates an entry of a pack.
        package init(id: Digest, size: UInt32, kind: PackKind) {
            self.id = id
            self.size = size
            self.kind = kind
        }
    }

    static let headerByteCount = 160
    static let trailerByteCount = 16
    static let magic = "gmindex\n"
    static let endMagic = "gmidxend"

    private var packs: [Digest: Pack] = [:]
    private var frames: Set<FrameLocation> = []
    private var frameIDs: Set<Digest> = []
    private var objects: Set<ObjectEntry> = []

    /// Creates empty contents.
    package init() {}

    /// Whether nothing was added.
    package var isEmpty: Bool { packs.isEmpty && objects.isEmpty }

    /// The number of packs that frames were added of.
    package var packCount: Int { packs.count }

    /// Returns whether a copy of a frame was added.
    package func contains(_ frame: Digest) -> Bool { frameIDs.contains(frame) }

    /// Adds a pack with all its frames.
    package mutating func add(_ pack: SealedPack) {
        packs[pack.id] = Pack(id: pack.id, size: UInt32(pack.byteCount), kind: pack.kind)
        for entry in pack.contents.entries {
            insert(FrameLocation(entry: entry, pack: pack.id, base: pack.contents.base(of: entry)))
        }
    }

    /// Adds one copy of a frame and the pack it is in.
    package mutating func add(_ frame: FrameLocation, in pack: Pack) {
        packs[pack.id] = pack
        insert(frame)
    }

    /// Adds the frames that a file lists of packs that are kept.
    package mutating func add(_ file: IndexFile, keeping isKept: (Digest) -> Bool) {
        let packs = Dictionary(file.packs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for position in 0..<file.frameCount {
            if let frame = file.frame(at: position), let pack = packs[frame.pack], isKept(pack.id) {
                add(frame, in: pack)
            }
        }
    }

    /// Two copies are one where they name the same bytes of the same pack, whatever numbers their files gave pack and
    /// base.
    private mutating func insert(_ frame: FrameLocation) {
        var entry = frame.entry
        entry.pack = 0
        entry.base = frame.base == nil ? 0 : 1
        frames.insert(FrameLocation(entry: entry, pack: frame.pack, base: frame.base))
        frameIDs.insert(entry.id)
    }

    /// Adds what rebuilds or describes an object.
    package mutating func add(_ object: ObjectEntry) { objects.insert(object) }

    /// Returns the file's bytes; an index gets random bytes, or those that a test hands over.
    package func encoded(as kind: Kind, nonce: [UInt8]? = nil) -> [UInt8] {
        let baseList = Set(frames.compactMap(\.base)).sorted()
        let preface = IndexPreface(
            kind: kind,
            packs: packs.values.sorted { $0.id < $1.id },
            baseCount: baseList.count,
            frameCounts: frameCounts,
            objectCount: objects.count
        )
        let entries = numbered(packs: preface.packs, bases: baseList)
        var writer = ByteWriter(capacity: 4096 + entries.count * FrameEntry.byteCount)
        writer.raw(preface.encoded(nonce: nonce))
        for entry in entries { entry.encode(into: &writer) }
        for base in baseList { writer.digest(base) }
        for object in objects.sorted(by: ObjectEntry.precedes) { object.encode(into: &writer) }
        writer.raw(IndexContents.trailer(checksum: writer.bytes.withUnsafeBytes { CRC32C.checksum($0) }))
        return writer.bytes
    }

    /// Returns what follows the entries.
    static func trailer(checksum: UInt32) -> [UInt8] {
        var writer = ByteWriter(capacity: trailerByteCount)
        writer.integer(checksum)
        writer.reserved(4)
        writer.raw(endMagic.utf8)
        return writer.bytes
    }

    private var frameCounts: [UInt32] {
        var counts = [UInt32](repeating: 0, count: 256)
        for frame in frames { counts[Int(frame.entry.id.firstByte)] += 1 }
        return counts
    }

    private func numbered(packs: [Pack], bases: [Digest]) -> [FrameEntry] {
        let packNumbers = Dictionary(uniqueKeysWithValues: zip(packs.map(\.id), UInt32(0)...))
        let baseNumbers = Dictionary(uniqueKeysWithValues: zip(bases, UInt32(1)...))
        var entries = frames.map { location in
            var entry = location.entry
            entry.pack = packNumbers[location.pack] ?? 0
            entry.base = location.base.flatMap { baseNumbers[$0] } ?? 0
            return entry
        }
        entries.sort { ($0.id, $0.pack, $0.offset) < ($1.id, $1.pack, $1.offset) }
        return entries
    }
}
