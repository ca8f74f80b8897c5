import ModelCore

/// Frames that were looked for in vain, so that an index that names them again and again costs no more than it is long.
struct LackingFrames: Sendable {
    /// The largest limit in vain of each.
    private var limits: [Digest: UInt8] = [:]

    /// Whether a copy of less depth than `limit` was looked for in vain.
    func contains(_ frame: Digest, below limit: UInt8) -> Bool { limits[frame].map { limit <= $0 } ?? false }

    /// Notes that there is no copy of less depth than `limit`, or none that could be decoded.
    mutating func insert(_ frame: Digest, below limit: UInt8) { limits[frame] = max(limits[frame] ?? 0, limit) }
}
