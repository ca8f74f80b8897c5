import ModelCore
import Synchronization

/// The copy of a frame that a store is to keep.
struct FramePlacement: Sendable {
    /// The number of frames to decode before this one.
    let depth: UInt8
    /// The frame to decode first, if any.
    let base: Digest?
    /// The bytes that the copy takes in its pack.
    let recordLength: Int
    /// The same with all that it decodes against.
    let closureByteCount: Int
    /// The raw length of the frame in bytes.
    let rawLength: Int
    /// The copy, where it is in the store already; `nil` where it was encoded anew.
    let present: FrameLocation?
    /// Whether the store has all that it decodes against.
    var isDecodable = true
}

extension FramePlacement {
    /// Keeps a copy as it is, whatever it decodes against.
    init(undecodable copy: FrameLocation) {
        self.init(
            depth: copy.entry.depth,
            base: copy.base,
            recordLength: copy.entry.recordLength,
            closureByteCount: copy.entry.recordLength,
            rawLength: Int(copy.entry.rawLength),
            present: copy,
            isDecodable: false
        )
    }
}

/// Which copy of each frame a store is to keep: what a frame decodes against is placed before it.
///
/// Safe from any thread.
final class FrameLayout: Sendable {
    private let placements = Mutex<[Digest: FramePlacement]>([:])

    /// Returns where a frame is placed, if it is.
    subscript(frame: Digest) -> FramePlacement? { placements.withLock { $0[frame] } }

    /// Everything that was placed.
    var all: [Digest: FramePlacement] { placements.withLock { $0 } }

    func place(_ frame: Digest, as placement: FramePlacement) { placements.withLock { $0[frame] = placement } }

    /// Returns a placed frame and all that it decodes against, the nearest first; nothing where it is not placed.
    func chain(of frame: Digest?) -> [Digest] {
        placements.withLock { placements in
            var chain: [Digest] = []
            var next = frame
            while let id = next, let placement = placements[id] {
                chain.append(id)
                next = placement.base
            }
            return chain
        }
    }

    /// Returns a copy as a placement, where it decodes against what is placed and no more bytes than a closure may
    /// have.
    func placement(of copy: FrameLocation) -> FramePlacement? {
        var closureByteCount = copy.entry.recordLength
        if let id = copy.base {
            guard let base = self[id], base.depth < copy.entry.depth else { return nil }
            closureByteCount += base.closureByteCount
            let limit = DeltaBase.closureLimit * Double(copy.entry.rawLength)
            guard Double(closureByteCount) <= limit else { return nil }
        }
        return FramePlacement(
            depth: copy.entry.depth,
            base: copy.base,
            recordLength: copy.entry.recordLength,
            closureByteCount: closureByteCount,
            rawLength: Int(copy.entry.rawLength),
            present: copy
        )
    }

    /// Returns a record that was just encoded as a placement.
    func placement(of record: FrameRecord) -> FramePlacement {
        let length = record.prefixByteCount + Int(record.storedLength)
        return FramePlacement(
            depth: record.depth,
            base: record.base,
            recordLength: length,
            closureByteCount: length + (record.base.flatMap { self[$0] }?.closureByteCount ?? 0),
            rawLength: Int(record.rawLength),
            present: nil
        )
    }
}
