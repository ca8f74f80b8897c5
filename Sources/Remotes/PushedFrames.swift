import ModelCore
import Store

/// The frames of a closure that a remote lacks, and how each goes there.
///
/// A base that is part of no object to be pushed, and that the remote does not have, is not dragged along: what decodes
/// against it goes in full.
struct PushedFrames {
    /// A local copy of each frame that goes as it is stored here.
    private(set) var locations: [FrameLocation] = []
    /// A local copy of each frame that is encoded anew, without a base.
    private(set) var encodedInFull: [FrameLocation] = []
    private var depths: [Digest: UInt8] = [:]
    private let inventory: RemoteInventory

    init(of closure: Closure, missingIn inventory: RemoteInventory) {
        self.inventory = inventory
        let wanted = closure.frames.values.filter {
            !closure.bases.contains($0.entry.id) && inventory.chain(of: $0.entry.id).isEmpty
        }
        // By depth, so that it is known of a base whether it goes along.
        for frame in wanted.sorted(by: { $0.entry.depth < $1.entry.depth }) {
            if hasBase(of: frame) {
                locations.append(frame)
                depths[frame.entry.id] = frame.entry.depth
            } else {
                encodedInFull.append(frame)
                depths[frame.entry.id] = 0
            }
        }
    }

    /// Whether the remote has everything.
    var isEmpty: Bool { depths.isEmpty }

    /// The number of frames that go.
    var count: Int { depths.count }

    /// The bytes that the frames take in packs, at most.
    var byteCount: Int64 {
        locations.reduce(0) { $0 + Int64($1.entry.recordLength) }
            + encodedInFull.reduce(0) { $0 + Int64($1.entry.rawLength) }
    }

    /// Returns whether what a frame decodes against, if anything, is in the remote once all this is sent.
    func hasBase(of frame: FrameLocation) -> Bool {
        guard let base = frame.base else { return true }
        if let depth = depths[base], depth < frame.entry.depth { return true }
        return !inventory.chain(of: base, below: frame.entry.depth).isEmpty
    }

    /// Returns whether another closure needs any of these frames.
    func includeAny(of closure: Closure) -> Bool { closure.frames.keys.contains { depths[$0] != nil } }
}
