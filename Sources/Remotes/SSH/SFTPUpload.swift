import SystemIO
import SystemPackage
import Transport

/// Writes a file whole: under a temporary name beside it, to the server's disk, then in place of what is there.
struct SFTPUpload {
    private static let blockByteCount = 4 << 20
    /// No more even where the server takes it: each answer says that bytes arrive, also where they do so slowly.
    private static let length = SFTPFeatures.commonLength
    /// Under so many bytes a server's disk is as good as full.
    private static let leastSpace: UInt64 = 1 << 20

    /// Where the bytes come from.
    enum Source: Sendable {
        case bytes([UInt8])
        case file(FilePath)
    }

    let session: SFTPSession
    let pool: WorkerPool
    let limit: RateLimit?

    /// Writes the file, and its directories where they are missing.
    func write(
        _ source: Source,
        to path: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(SFTPFailure) {
        let size = try await size(of: source)
        let features = try await session.features()
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        let name = String(directory) + TemporaryFile.unusedName(elsewhere: true)
        let handle: SFTPHandle
        do throws(SFTPFailure) { handle = try await create(name, for: path) } catch {
            throw await reason(of: error, writing: path, features)
        }
        do throws(SFTPFailure) {
            try await send(source, size, to: handle, sent: sent)
            if features.has(.fsync) { try await session.send(.synchronize(handle)).done() }
        } catch {
            // What was begun takes room until it goes.
            let reason = await reason(of: error, writing: path, features)
            session.send(.close(handle))
            session.send(.remove(name))
            throw reason
        }
        do throws(SFTPFailure) {
            try await session.send(.close(handle)).done()
            try await replace(path, with: name, features)
        } catch {
            session.send(.remove(name))
            throw error
        }
    }

    /// Finds out why a server said no, for version 3 has one code for a full disk and much else.
    private func reason(
        of failure: SFTPFailure,
        writing path: String,
        _ features: SFTPFeatures
    ) async -> SFTPFailure {
        guard case .refused(let status) = failure, status.code == .failure, features.has(.statvfs) else {
            return failure
        }
        var directory = SFTPUpload.directory(of: path)
        while let place = directory {
            if case .extended(var fields)? = try? await session.send(.space(place)).answer(),
                let space = try? SFTPSpace(&fields)
            {
                if space.isReadOnly { return .readOnly }
                return space.byteCount < SFTPUpload.leastSpace ? .full(byteCount: space.byteCount) : failure
            }
            // The directory may not be there yet.
            directory = place == "/" ? nil : SFTPUpload.directory(of: place)
        }
        return failure
    }

    private func create(_ name: String, for path: String) async throws(SFTPFailure) -> SFTPHandle {
        do throws(SFTPFailure) { return try await session.send(.open(name, .creating)).handle() } catch {
            guard error.isNoSuchFile, let directory = SFTPUpload.directory(of: path) else { throw error }
            try await makeDirectory(directory)
            return try await session.send(.open(name, .creating)).handle()
        }
    }

    private func makeDirectory(_ path: String) async throws(SFTPFailure) {
        do throws(SFTPFailure) { try await session.send(.makeDirectory(path)).done() } catch {
            if error.isNoSuchFile, let parent = SFTPUpload.directory(of: path), parent != path {
                try await makeDirectory(parent)
                return try await makeDirectory(path)
            }
            // Version 3 has no code for what is there already, for another writer may have made it.
            guard let there = try? await session.send(.status(path, followingLinks: true)).attributes(),
                there.kind == .directory
            else { throw error }
        }
    }

    private func send(
        _ source: Source,
        _ size: Int,
        to handle: SFTPHandle,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(SFTPFailure) {
        let length = SFTPUpload.length
        var window = SFTPWindow<Int>(of: length, byteCount: session.windowByteCount)
        for start in stride(from: 0, to: size, by: SFTPUpload.blockByteCount) {
            let block = try await block(of: source, start..<min(start + SFTPUpload.blockByteCount, size))
            try await limit.take(block.count)
            for offset in stride(from: 0, to: block.count, by: length) {
                if Task.isCancelled { throw .cancelled }
                if window.isFull { try await SFTPUpload.settle(&window, sent) }
                let part = block.dropFirst(offset).prefix(length)
                window.add(session.send(.write(part, to: handle, at: start + offset)), part.count)
            }
        }
        while !window.isEmpty { try await SFTPUpload.settle(&window, sent) }
    }

    private static func settle(_ window: inout SFTPWindow<Int>, _ sent: (Int) -> Void) async throws(SFTPFailure) {
        let (reply, count) = window.next()
        try await reply.done()
        sent(count)
    }

    /// Renames, over what is there; where the server cannot do that at once, a reader may miss the file for a moment.
    private func replace(_ path: String, with name: String, _ features: SFTPFeatures) async throws(SFTPFailure) {
        if features.has(.posixRename) { return try await session.send(.rename(name, to: path, .posixRename)).done() }
        do throws(SFTPFailure) { try await session.send(.rename(name, to: path)).done() } catch {
            guard case .refused = error else { throw error }
            _ = try? await session.send(.remove(path)).done()
            try await session.send(.rename(name, to: path)).done()
        }
    }

    private func size(of source: Source) async throws(SFTPFailure) -> Int {
        switch source {
        case .bytes(let bytes): bytes.count
        case .file(let path): Int(try await look { try OpenFile(reading: path).status().size })
        }
    }

    private func block(of source: Source, _ range: Range<Int>) async throws(SFTPFailure) -> ArraySlice<UInt8> {
        switch source {
        case .bytes(let bytes): return bytes[range]
        case .file(let path):
            let block = try await look {
                let file = try OpenFile(reading: path)
                var failure: IOError?
                let block = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
                    do throws(IOError) {
                        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: Int64(range.lowerBound))
                    } catch { failure = error }
                }
                if let failure { throw failure }
                return block
            }
            guard block.count == range.count else { throw .fileChanged(path.string) }
            return block[...]
        }
    }

    private func look<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws(SFTPFailure) -> Value {
        do { return try await pool.run(body) } catch {
            throw (error as? IOError).map(SFTPFailure.file) ?? .cancelled
        }
    }

    private static func directory(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
