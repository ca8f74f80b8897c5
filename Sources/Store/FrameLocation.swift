package import ModelCore

/// One copy of a frame: its entry, and by name the pack and base that the entry gives by number.
package struct FrameLocation: Hashable, Sendable {
    /// The copy's record; its `pack` and `base` numbers belong to the file it was read from.
    package let entry: FrameEntry
    /// The pack that holds the copy.
    package let pack: Digest
    /// The frame to decode first, if any.
    package let base: Digest?
}
