import Codec
import ModelCore
import SystemIO

/// The digest of an object's bytes in their order, as far as the store has them.
struct RunningDigest: ~Copyable {
    /// The manifest whose frames are hashed.
    let entry: ObjectEntry
    private let stretches: [ObjectMap.Stretch]
    /// Whether each frame is compared with its name; else the digest of the whole has to prove them.
    private let provesFrames: Bool
    /// What takes the bytes, too, as they are hashed.
    private let draft: ObjectDraft?
    private let cancellation: Cancellation
    private let buffer = FrameBuffer.allocate()
    private var hash = SHA256()
    private var position = 0

    /// Creates the digest of nothing yet; `cancelled` is thrown as soon as it is.
    init(
        of map: ObjectMap,
        by entry: ObjectEntry,
        provesFrames: Bool,
        writingTo draft: ObjectDraft? = nil,
        until cancellation: Cancellation
    ) {
        self.entry = entry
        self.cancellation = cancellation
        self.provesFrames = provesFrames
        self.draft = draft
        stretches = map.stretches
    }

    /// Adds up to `count` stretches, as far as `store` lists their frames, and returns whether that was everything.
    mutating func add(
        upTo count: Int,
        listedIn store: LocalStore,
        reader: inout FrameReader
    ) throws(StoreError) -> Bool {
        for _ in 0..<min(count, stretches.count - position) {
            if case .frame(let frame) = stretches[position].source, store.listedCopies(of: frame.id).isEmpty { break }
            try addNext(reader: &reader)
        }
        return position == stretches.count
    }

    /// Adds everything that is left and returns the digest; `nil` where the store lacks any of it.
    consuming func finish(reader: inout FrameReader) throws(StoreError) -> Digest? {
        while position < stretches.count {
            do throws(StoreError) { try addNext(reader: &reader) } catch {
                if error.isAbsence { return nil }
                throw error
            }
        }
        return hash.finish()
    }

    private mutating func addNext(reader: inout FrameReader) throws(StoreError) {
        // A small manifest may name one frame millions of times.
        if cancellation.isCancelled { throw .cancelled }
        switch stretches[position].source {
        case .inline(let bytes): bytes.withUnsafeBytes { add($0) }
        case .frame(let frame):
            // SAFETY: `buffer` has room for the largest frame, and outlives the bytes, which are read before the next
            // are written.
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[0..<frame.byteCount])
            if provesFrames {
                try reader.read(frame, of: entry.oid, into: bytes)
            } else {
                try reader.readUnproven(frame, of: entry.oid, into: bytes)
            }
            add(UnsafeRawBufferPointer(bytes))
        }
        position += 1
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bytes)
        draft?.write(bytes, at: stretches[position].offset)
    }
}
