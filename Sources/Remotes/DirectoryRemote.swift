import Store
package import SystemIO
package import SystemPackage

/// A remote in a directory: on this machine, on a mounted file system, or a copy of a store.
package struct DirectoryRemote: Remote {
    private static let blockByteCount = 4 << 20
    private static let maximumReadByteCount = 1 << 30

    private let root: FilePath
    private let pool: WorkerPool

    /// Creates a remote in `root`, which need not exist before something is written.
    package init(_ root: FilePath, pool: WorkerPool) {
        self.root = root
        self.pool = pool
    }

    package var name: String { root.string }

    package var isThisMachineOnly: Bool { true }

    package var lockableDirectory: FilePath? { root }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        try await perform(file) { () throws(IOError) in
            let path = root.appending(file)
            guard let range else { return try DurableFile.read(path, limit: DirectoryRemote.maximumReadByteCount) }
            let source = try OpenFile(reading: path, followingLinks: true)
            var failure: IOError?
            let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
                do throws(IOError) {
                    count = try source.read(into: UnsafeMutableRawBufferPointer(buffer), at: Int64(range.lowerBound))
                } catch { failure = error }
            }
            if let failure { throw failure }
            return bytes
        }
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        try await perform(file) { () throws(IOError) in
            let status = try FileStatus.of(root.appending(file), followingLinks: true)
            return status?.kind == .regular ? status?.size : nil
        }
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        try await files(in: directory) { !TemporaryFile.isTemporary($0) }
    }

    package func unfinished(in directory: String) async throws(RemoteError) -> [RemoteFile] {
        try await files(in: directory, where: TemporaryFile.isTemporary)
    }

    private func files(
        in directory: String,
        where isMeant: @escaping @Sendable (_ name: String) -> Bool
    ) async throws(RemoteError) -> [RemoteFile] {
        try await perform(directory) { () throws(IOError) in
            let path = root.appending(directory)
            guard try FileStatus.of(path, followingLinks: true) != nil else { return [] }
            return try DirectoryWalk.entries(under: path).compactMap { entry in
                let name = entry.path.split(separator: "/").last.map(String.init) ?? entry.path
                guard entry.status.kind == .regular, isMeant(name) else { return nil }
                return RemoteFile(path: entry.path, size: entry.status.size, modified: entry.status.modified)
            }
        }
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        try await change(file) { () throws(IOError) in
            let path = root.appending(file)
            try Directories.create(path.removingLastComponent())
            try DurableFile.write(bytes, to: path)
        }
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        try await change(file) { () throws(IOError) in
            let path = root.appending(file)
            try Directories.create(path.removingLastComponent())
            let input = try OpenFile(reading: source)
            let output = try TemporaryFile(beside: path)
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: DirectoryRemote.blockByteCount,
                alignment: 4096
            )
            defer { buffer.deallocate() }
            var offset: Int64 = 0
            while true {
                let count = try input.read(into: buffer, at: offset)
                if count == 0 { break }
                try output.writeUncached(UnsafeRawBufferPointer(rebasing: buffer[0..<count]), at: offset)
                offset += Int64(count)
                sent(count)
            }
            try output.commit(to: path, durable: true)
        }
    }

    package func delete(_ file: String) async throws(RemoteError) {
        try await change(file) { () throws(IOError) in
            do throws(IOError) { try DurableFile.remove(root.appending(file)) } catch {
                // Below a file there is nothing to delete.
                guard error.errno == .notDirectory else { throw error }
            }
        }
    }

    private func perform<Value: Sendable>(
        _ file: String,
        _ body: @escaping @Sendable () throws(IOError) -> Value
    ) async throws(RemoteError) -> Value {
        do { return try await pool.run(body) } catch let error as IOError {
            switch error.errno {
            case .noSuchFileOrDirectory, .notDirectory: throw .notFound(name, file: file)
            default: throw .io(name, error)
            }
        } catch { throw .unreachable(name, cause: "\(error)") }
    }

    /// What a write does not find is the file of this machine that it reads, or a directory: never the file that it
    /// makes.
    private func change(
        _ file: String,
        _ body: @escaping @Sendable () throws(IOError) -> Void
    ) async throws(RemoteError) {
        do { try await pool.run(body) } catch let error as IOError {
            throw error.isReadOnly ? .readOnly(name, file: file) : .io(name, error)
        } catch { throw .unreachable(name, cause: "\(error)") }
    }
}
