import ModelCore

/// Where a tree's listing is cut into frames: between entries, so that one changed file rewrites one small frame.
enum ListingCuts {
    private static let minimumByteCount = 4 << 10
    private static let maximumByteCount = 64 << 10
    private static let digestMask: UInt64 = 0x7f

    /// Returns the ends of the frames in `bytes`, the encoding of `listing` (the rule is in `docs/formats.md`).
    static func ends(in bytes: [UInt8], of listing: TreeListing) -> [Int] {
        var ends: [Int] = []
        var start = 0
        var entryEnd = 0
        var entries = listing.entries.makeIterator()
        for (position, byte) in bytes.enumerated() where byte == 0 {
            guard let entry = entries.next() else { break }
            if position + 1 - start > maximumByteCount, entryEnd > start {
                ends.append(entryEnd)
                start = entryEnd
            }
            entryEnd = position + 1
            if entryEnd - start >= minimumByteCount, entry.digest.words.3 & digestMask == 0 {
                ends.append(entryEnd)
                start = entryEnd
            }
        }
        if ends.last != bytes.count { ends.append(bytes.count) }
        return ends
    }
}
