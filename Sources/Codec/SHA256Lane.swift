import CIntrinsics
import ModelCore

/// One of two SHA-256 states (FIPS 180-4) that the processor advances together, at the price of one.
///
/// The instructions wait for one another along one message, so that a second message fills the gaps: on an AMD EPYC
/// with `sha_ni` two messages take as long as one does by OpenSSL.
struct SHA256Lane {
    private static let blockByteCount = 64
    /// Section 5.3.3.
    private static let initial: SIMD8<UInt32> = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    /// Whether this processor has what a lane needs.
    static let isAvailable = ci_has_sha256_two() != 0

    private var words = SHA256Lane.initial
    /// The bytes at the end that are no whole block.
    private var rest = SIMD64<UInt8>()
    private var restByteCount = 0
    private var byteCount: UInt64 = 0

    /// Adds bytes at the end of one message, and other bytes, or the same, at the end of another.
    static func update(
        _ first: inout SHA256Lane,
        _ firstBytes: UnsafeRawBufferPointer,
        _ second: inout SHA256Lane,
        _ secondBytes: UnsafeRawBufferPointer
    ) {
        let p = first.completeBlock(firstBytes)
        let q = second.completeBlock(secondBytes)
        let common = min(p.count, q.count) / blockByteCount * blockByteCount
        compress(&first.words, p, &second.words, q, byteCount: common)
        first.finishUpdate(UnsafeRawBufferPointer(rebasing: p[common...]))
        second.finishUpdate(UnsafeRawBufferPointer(rebasing: q[common...]))
    }

    /// Adds bytes at the end of one message.
    mutating func update(_ bytes: UnsafeRawBufferPointer) { finishUpdate(completeBlock(bytes)) }

    /// Returns the digest of everything added.
    consuming func finish() -> Digest {
        let bitCount = (byteCount &* 8).bigEndian
        var padding = SIMD64<UInt8>()
        padding[0] = 0x80
        // The length's eight bytes end a block (section 5.1.1).
        let count = SHA256Lane.blockByteCount - (restByteCount + 8) % SHA256Lane.blockByteCount
        withUnsafeBytes(of: padding) { update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        withUnsafeBytes(of: bitCount) { update($0) }
        func pair(_ index: Int) -> UInt64 { UInt64(words[2 * index]) << 32 | UInt64(words[2 * index + 1]) }
        return Digest(words: (pair(0), pair(1), pair(2), pair(3)))
    }

    /// Completes the block that was begun, as far as the bytes go, and returns the bytes that are left.
    private mutating func completeBlock(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        byteCount += UInt64(bytes.count)
        guard restByteCount > 0 else { return bytes }
        let count = min(SHA256Lane.blockByteCount - restByteCount, bytes.count)
        keep(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        if restByteCount == SHA256Lane.blockByteCount {
            withUnsafeBytes(of: rest) { compress($0) }
            restByteCount = 0
        }
        return UnsafeRawBufferPointer(rebasing: bytes[count...])
    }

    /// Compresses whole blocks and keeps what follows them.
    private mutating func finishUpdate(_ bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / SHA256Lane.blockByteCount * SHA256Lane.blockByteCount
        if whole > 0 { compress(UnsafeRawBufferPointer(rebasing: bytes[..<whole])) }
        keep(UnsafeRawBufferPointer(rebasing: bytes[whole...]))
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes(of: &rest) {
            UnsafeMutableRawBufferPointer(rebasing: $0[restByteCount...]).copyMemory(from: bytes)
        }
        restByteCount += bytes.count
    }

    private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
        var idle = SHA256Lane.initial
        SHA256Lane.compress(&words, blocks, &idle, blocks, byteCount: blocks.count)
    }

    private static func compress(
        _ first: inout SIMD8<UInt32>,
        _ firstBytes: UnsafeRawBufferPointer,
        _ second: inout SIMD8<UInt32>,
        _ secondBytes: UnsafeRawBufferPointer,
        byteCount: Int
    ) {
        guard byteCount > 0, let p = firstBytes.baseAddress, let q = secondBytes.baseAddress else { return }
        withUnsafeMutableBytes(of: &first) { first in
            withUnsafeMutableBytes(of: &second) { second in
                // SAFETY: a state is eight words, and both messages have `byteCount` bytes, which are whole blocks.
                ci_sha256_two(
                    first.assumingMemoryBound(to: UInt32.self).baseAddress,
                    second.assumingMemoryBound(to: UInt32.self).baseAddress,
                    p.assumingMemoryBound(to: UInt8.self),
                    q.assumingMemoryBound(to: UInt8.self),
                    byteCount / blockByteCount
                )
            }
        }
    }
}

extension SHA256Lane {
    /// Reads the state after `byteCount` bytes, as `encode` writes it.
    init(from reader: inout ByteReader, byteCount: UInt64) throws(FormatError) {
        self.init()
        for index in words.indices { words[index] = try reader.integer(UInt32.self) }
        self.byteCount = byteCount
        keep(try reader.slice(Int(byteCount % UInt64(SHA256Lane.blockByteCount))))
    }

    /// Writes the state, without the number of bytes.
    func encode(into writer: inout ByteWriter) {
        for index in words.indices { writer.integer(words[index]) }
        for index in 0..<restByteCount { writer.integer(rest[index]) }
    }
}
