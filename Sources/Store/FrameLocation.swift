package import ModelCore

/// One copy of a frame: its entry, and by name the pack and base that the entry gives by number.
package struct FrameLocation: Hashable, Sendable {
    /// The copy's record; its `pack` and `base` numbers belong to the file it was read from.
    package let entry: FrameEntry
    /// The pack that holds the copy.
    package let pack: Digest
    /// The frame to decode first, if any.
    package let base: Digest?

    /// Creates a location; `base` is what the entry's number of a base stands for.
    package init(entry: FrameEntry, pack: Digest, base: Digest?) {
        self.entry = entry
        self.pack = pack
        self.base = base
    }
}
