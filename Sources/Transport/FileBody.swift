import NIOCore
import SystemIO
import SystemPackage

/// A file as the body of a request, read piece by piece as the network takes it.
struct FileBody: AsyncSequence, Sendable {
    private static let pieceByteCount = 512 << 10

    let path: FilePath
    let byteCount: Int64
    let pool: WorkerPool
    let meter: TransferMeter
    let limit: RateLimit?
    let sent: @Sendable (Int) -> Void

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: FileBody
        private var offset: Int64 = 0

        init(body: FileBody) { self.body = body }

        mutating func next() async throws -> ByteBuffer? {
            // A piece that is asked for means that the one before is on its way.
            guard offset < body.byteCount else {
                body.meter.setServersTurn(true)
                return nil
            }
            let count = Int(Swift.min(Int64(FileBody.pieceByteCount), body.byteCount - offset))
            try await body.limit?.take(count)
            let (path, start) = (body.path, offset)
            let buffer = try await body.pool.run {
                let file = try OpenFile(reading: path)
                var buffer = ByteBufferAllocator().buffer(capacity: count)
                let read = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                    try file.read(into: UnsafeMutableRawBufferPointer(rebasing: space[0..<count]), at: start)
                }
                guard read == count else { throw TransportError.fileChanged(path.string) }
                return buffer
            }
            offset += Int64(count)
            body.meter.add(count)
            body.sent(count)
            return buffer
        }
    }
}
