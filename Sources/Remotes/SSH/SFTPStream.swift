/// The packets in a stream of bytes that comes in pieces.
struct SFTPStream {
    /// Longer than any answer to what is asked, so that a server cannot make this machine hold more than that.
    private static let longestPacket = 1 << 20

    private var bytes: [UInt8] = []
    private var start = 0

    mutating func add(_ piece: UnsafeRawBufferPointer) {
        // What was taken goes when it is most of it, for moving the rest costs time.
        if start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: piece)
    }

    /// Takes the next packet without its length; `nil` while it is not there whole.
    mutating func next() throws(SFTPMalformed) -> [UInt8]? {
        guard bytes.count - start >= 4 else { return nil }
        var fields = SFTPFields(bytes[start..<(start + 4)])
        let count = Int(try fields.number())
        guard (1...SFTPStream.longestPacket).contains(count) else { throw SFTPMalformed() }
        guard bytes.count - start - 4 >= count else { return nil }
        defer { start += 4 + count }
        return Array(bytes[(start + 4)..<(start + 4 + count)])
    }
}
