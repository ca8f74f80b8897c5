import ModelCore

/// A frame that a new one may be stored as a difference to: one copy of it, decoded and compared with its name.
struct DeltaBase {
    /// The most stored bytes, as a share of the raw ones, from which a frame is rebuilt, its bases included.
    ///
    /// Kept frame by frame, it holds for every object.
    static let closureLimit = 1.5

    /// The frame.
    let id: Digest
    /// The depth of the copy.
    let depth: UInt8
    /// The bytes stored of the copy and of all that it decodes against.
    let closureByteCount: Int
    /// The raw bytes; valid until the reader that decoded them reads again.
    let bytes: UnsafeRawBufferPointer

    /// The most bytes that may be stored of a frame of `rawByteCount` bytes which decodes against this; `nil` for none.
    func room(forRaw rawByteCount: Int) -> Int? {
        guard depth < FrameRecord.maximumDepth else { return nil }
        let limit = Int(DeltaBase.closureLimit * Double(rawByteCount)) - closureByteCount
        return limit > 0 ? limit : nil
    }
}
