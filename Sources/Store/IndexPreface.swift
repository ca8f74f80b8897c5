import Codec
import ModelCore

/// What an index says before its entries: header, packs and fan-out.
struct IndexPreface {
    let kind: IndexContents.Kind
    /// In the order of their ids.
    let packs: [IndexContents.Pack]
    let baseCount: Int
    /// By the first byte of a frame's id, the number of copies.
    let frameCounts: [UInt32]
    let objectCount: Int

    /// Returns the bytes; an index gets random ones, or those of `nonce`.
    func encoded(nonce: [UInt8]?) -> [UInt8] {
        var writer = ByteWriter(capacity: 4096 + packs.count * IndexContents.Pack.byteCount)
        writer.raw(header(nonce))
        for pack in packs {
            writer.digest(pack.id)
            writer.integer(pack.size)
            writer.integer(pack.kind.rawValue)
            writer.reserved(3)
        }
        var sum: UInt32 = 0
        for count in frameCounts {
            sum += count
            writer.integer(sum)
        }
        return writer.bytes
    }

    private func header(_ nonce: [UInt8]?) -> [UInt8] {
        var header = ByteWriter(capacity: IndexContents.headerByteCount)
        header.raw(IndexContents.magic.utf8)
        header.integer(UInt32(1))
        header.integer(kind.rawValue)
        header.reserved(3)
        for count in [packs.count, Int(frameCounts.reduce(0, +)), baseCount, objectCount] {
            header.integer(UInt32(count))
        }
        // An index's name must never come up twice: one that is being merged away could be the result of another merge.
        header.raw(kind == .index ? nonce ?? Nonce.random() : [UInt8](repeating: 0, count: 16))
        header.reserved(108)
        header.integer(header.bytes.withUnsafeBytes { CRC32C.checksum($0) })
        return header.bytes
    }
}
