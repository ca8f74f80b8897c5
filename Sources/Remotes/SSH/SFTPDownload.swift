/// Reads a file, or a range of it, with many requests on their way.
struct SFTPDownload {
    /// How much room is made before the server has sent anything.
    private static let trust = 64 << 20
    /// The longest file that is read whole, in bytes.
    private static let limit = 1 << 30

    let session: SFTPSession

    /// Returns the bytes of a range of the file, as many as are there, or all of them.
    func bytes(of path: String, in range: Range<Int>?) async throws(SFTPFailure) -> [UInt8] {
        let length = try await session.features().readLength
        let handle = try await session.send(.open(path, .reading)).handle()
        // The server forgets the file when it gets to it; nobody has to wait for that.
        defer { session.send(.close(handle)) }
        if let range { return try await read(range, of: handle, length, after: []) }
        // Most files fit into one answer, which comes with that to the question for the size.
        let status = session.send(.status(handle))
        let first = session.send(.read(handle, at: 0, count: length))
        let size = try await status.attributes().size.map { Int(min($0, UInt64(SFTPDownload.limit + 1))) }
        guard size ?? 0 <= SFTPDownload.limit else { throw .tooLong(limit: SFTPDownload.limit) }
        let start = try await first.data()
        guard start.count < size ?? SFTPDownload.limit else { return Array(start) }
        return try await read(start.count..<(size ?? SFTPDownload.limit), of: handle, length, after: start)
    }

    private func read(
        _ range: Range<Int>,
        of handle: SFTPHandle,
        _ length: Int,
        after start: ArraySlice<UInt8>
    ) async throws(SFTPFailure) -> [UInt8] {
        var bytes = Array(start)
        bytes.reserveCapacity(bytes.count + min(range.count, SFTPDownload.trust))
        var window = SFTPWindow<Range<Int>>(of: length, byteCount: session.windowByteCount)
        var offset = range.lowerBound
        while offset < range.upperBound || !window.isEmpty {
            if offset < range.upperBound, !window.isFull {
                let part = offset..<min(offset + length, range.upperBound)
                window.add(session.send(.read(handle, at: part.lowerBound, count: part.count)), part)
                offset = part.upperBound
                continue
            }
            if Task.isCancelled { throw .cancelled }
            let (reply, part) = window.next()
            var (data, position) = (try await reply.data(), part.lowerBound)
            while true {
                guard data.count <= part.upperBound - position else { throw .unexpected }
                bytes.append(contentsOf: data)
                position += data.count
                if data.isEmpty || position == part.upperBound { break }
                // A server may give less than it has.
                data = try await session.send(.read(handle, at: position, count: part.upperBound - position)).data()
            }
            if position < part.upperBound { break }
        }
        return bytes
    }
}
