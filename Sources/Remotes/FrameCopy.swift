import ModelCore
import Store

/// A record of a pack, whatever index it was found by.
struct FrameCopy: Hashable, Sendable {
    let pack: Digest
    let offset: UInt32

    init(_ frame: FrameLocation) {
        pack = frame.pack
        offset = frame.entry.offset
    }
}
