package import ModelCore

/// The SHA-256 digests of two messages, which the processor computes at the price of one as far as they are of one
/// length.
///
/// One thread at a time may use a value.
package struct PairedSHA256: ~Copyable {
    private var lanes = (SHA256Lane(), SHA256Lane())
    /// In the lanes' place where the processor has none.
    private var firstHash = SHA256Lane.isAvailable ? nil : SHA256()
    private var secondHash = SHA256Lane.isAvailable ? nil : SHA256()

    /// Creates the state of two empty messages.
    package init() {}

    /// Adds bytes at the end of the one message and of the other.
    package mutating func update(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
        if SHA256Lane.isAvailable {
            SHA256Lane.update(&lanes.0, first, &lanes.1, second)
        } else {
            firstHash?.update(first)
            secondHash?.update(second)
        }
    }

    /// Returns the digests of the messages.
    package consuming func finish() -> (Digest, Digest) {
        if let first = firstHash.take(), let second = secondHash.take() { return (first.finish(), second.finish()) }
        return (lanes.0.finish(), lanes.1.finish())
    }
}

extension SHA256 {
    /// Returns the digests of two messages, of which the processor computes two at the price of one where they are of
    /// one length.
    package static func digests(of first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> (Digest, Digest)
    {
        var hash = PairedSHA256()
        hash.update(first, second)
        return hash.finish()
    }
}
