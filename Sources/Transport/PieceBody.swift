import NIOCore
import SystemIO
import SystemPackage

/// Pieces of memory and of files as the body of a request, read as the network takes them.
struct PieceBody: AsyncSequence, Sendable {
    private static let bufferByteCount: Int64 = 512 << 10

    let pieces: [HTTPRequest.Piece]
    let pool: WorkerPool
    let meter: TransferMeter
    let limit: RateLimit?
    let sent: @Sendable (Int) -> Void

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: PieceBody
        private var index = 0
        /// Where the rest of the current piece begins.
        private var offset: Int64 = 0

        init(body: PieceBody) { self.body = body }

        mutating func next() async throws -> ByteBuffer? {
            let parts = takeParts()
            // What is asked for means that what came before is on its way.
            guard !parts.isEmpty else {
                body.meter.setServersTurn(true)
                return nil
            }
            let count = Int(parts.reduce(0) { $0 + $1.byteCount })
            try await body.meter.wait(for: count, by: body.limit)
            let buffer = try await body.pool.run { try PieceBody.read(parts, byteCount: count) }
            body.meter.add(count)
            body.sent(count)
            return buffer
        }

        /// Takes what goes into the next buffer: small files share one.
        private mutating func takeParts() -> [HTTPRequest.Piece] {
            var parts: [HTTPRequest.Piece] = []
            var room = body.limit?.pieceByteCount ?? PieceBody.bufferByteCount
            while room > 0, index < body.pieces.count {
                let piece = body.pieces[index]
                let count = Swift.min(room, piece.byteCount - offset)
                if count > 0 { parts.append(piece.part(offset..<(offset + count))) }
                room -= count
                offset += count
                if offset == piece.byteCount { (index, offset) = (index + 1, 0) }
            }
            return parts
        }
    }

    private static func read(_ parts: [HTTPRequest.Piece], byteCount: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: byteCount)
        for part in parts {
            switch part {
            case .bytes(let bytes): buffer.writeBytes(bytes)
            case .file(let path, let range):
                let file = try OpenFile(reading: path)
                let count = range.count
                let read = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: space[0..<count]), at: range.lowerBound)
                }
                guard read == count else { throw TransportError.fileChanged(path.string) }
            }
        }
        return buffer
    }
}

extension HTTPRequest.Piece {
    /// Returns a range of the piece, counted from its start, which has to be in it.
    package func part(_ range: Range<Int64>) -> HTTPRequest.Piece {
        switch self {
        case .bytes(let bytes): .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
        case .file(let path, let whole):
            .file(path, (whole.lowerBound + range.lowerBound)..<(whole.lowerBound + range.upperBound))
        }
    }
}
