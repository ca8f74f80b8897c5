package import ModelCore

/// The SHA-256 digests of a message and of each of its parts, of which the processor computes two at the price of one.
///
/// One thread at a time may use a value.
package struct PartwiseSHA256: ~Copyable {
    private var lane = SHA256Lane()
    /// In the lane's place where the processor has none.
    private var hash = SHA256()

    /// Creates the state of no parts.
    package init() {}

    /// Creates the state of a message with that beginning; only where beginnings are available.
    package init(continuing beginning: HashedBeginning) {
        precondition(SHA256Lane.isAvailable, "a beginning is only for processors that have what a lane needs")
        lane = beginning.lane
    }

    /// What was added so far; `nil` where this processor cannot go on from it.
    package var beginning: HashedBeginning? { SHA256Lane.isAvailable ? HashedBeginning(lane) : nil }

    /// Adds a part at the end of the message and returns the part's own digest.
    package mutating func add(_ part: UnsafeRawBufferPointer) -> Digest {
        guard SHA256Lane.isAvailable else {
            hash.update(part)
            return SHA256.digest(of: part)
        }
        var own = SHA256Lane()
        SHA256Lane.update(&lane, part, &own, part)
        return own.finish()
    }

    /// Adds bytes at the end of the message that are no part of interest.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if SHA256Lane.isAvailable { lane.update(bytes) } else { hash.update(bytes) }
    }

    /// Returns the digest of the message.
    package consuming func finish() -> Digest { SHA256Lane.isAvailable ? lane.finish() : hash.finish() }
}
