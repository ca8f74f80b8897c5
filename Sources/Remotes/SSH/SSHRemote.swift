import Store
import SystemIO
package import SystemPackage
import Transport

/// A remote in a directory of a server that is reached by the user's own OpenSSH, through its SFTP subsystem.
package struct SSHRemote: Remote {
    /// What an operation does to the remote.
    private enum Access {
        case reading, writing
    }

    private let location: SSHLocation
    private let connection: SSHConnection
    private let pool: WorkerPool
    private let limit: RateLimit?

    /// Creates a remote; a server that this machine has not agreed to has to be one whose key it knows.
    init(
        _ location: SSHLocation,
        _ settings: SSHSettings,
        isAgreed: Bool,
        pool: WorkerPool,
        cancellation: Cancellation,
        limit: RateLimit? = nil
    ) {
        self.location = location
        self.pool = pool
        self.limit = limit
        connection = SSHConnection(location, settings, isAgreed: isAgreed, cancellation: cancellation)
    }

    package var name: String { location.text }

    package var isThisMachineOnly: Bool { false }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        try await perform(.reading, file) { session throws(SFTPFailure) in
            let bytes = try await SFTPDownload(session: session).bytes(of: location.path(of: file), in: range)
            try await limit.take(bytes.count)
            return bytes
        }
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        try await perform(.reading, file) { session throws(SFTPFailure) in
            do throws(SFTPFailure) {
                let path = location.path(of: file)
                let attributes = try await session.send(.status(path, followingLinks: true)).attributes()
                return attributes.kind == .regular ? Int64(clamping: attributes.size ?? 0) : nil
            } catch {
                guard error.isNoSuchFile else { throw error }
                return nil
            }
        }
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        try await perform(.reading, directory) { session throws(SFTPFailure) in
            try await SFTPListing(session: session).files(under: location.path(of: directory))
        }
    }

    package func unfinished(in directory: String) async throws(RemoteError) -> [RemoteFile] {
        try await perform(.reading, directory) { session throws(SFTPFailure) in
            let listing = SFTPListing(session: session, areUnfinished: true)
            return try await listing.files(under: location.path(of: directory))
        }
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        try await perform(.writing, file) { session throws(SFTPFailure) in
            let upload = SFTPUpload(session: session, pool: pool, limit: limit)
            try await upload.write(.bytes(bytes), to: location.path(of: file), sent: { _ in })
        }
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        try await perform(.writing, file) { session throws(SFTPFailure) in
            let upload = SFTPUpload(session: session, pool: pool, limit: limit)
            try await upload.write(.file(source), to: location.path(of: file), sent: sent)
        }
    }

    package func delete(_ file: String) async throws(RemoteError) {
        try await perform(.writing, file) { session throws(SFTPFailure) in
            do throws(SFTPFailure) { try await session.send(.remove(location.path(of: file))).done() } catch {
                guard error.isNoSuchFile else { throw error }
            }
        }
    }

    private func perform<Value>(
        _ access: Access,
        _ file: String,
        _ body: (SFTPSession) async throws(SFTPFailure) -> Value
    ) async throws(RemoteError) -> Value {
        do { return try await body(try await connection.current()) } catch { throw failure(error, access, file) }
    }

    private func failure(_ failure: SFTPFailure, _ access: Access, _ file: String) -> RemoteError {
        switch failure {
        case .refused(let status): refusal(status, access, file)
        case .full(let count): .full(name, file: file, reason: "\(count) bytes are left on the server's disk")
        case .readOnly: .readOnly(name, file: file)
        case .tooLong(let limit): .wrongContent(name, file: file, problem: "it is longer than \(limit) bytes")
        case .unexpected: .unreachable(name, cause: "the server does not answer what it is asked")
        case .ended(.denied(let reason)): .denied(name, file: file, reason: reason, tried: [])
        case .ended(let end) where end.isForGood: .unreachable(name, cause: "\(end)")
        case .ended(let end): .busy(name, cause: "\(end)", retryAfter: nil)
        case .file(let error): .io(name, error)
        case .fileChanged(let path): .unreachable(name, cause: "\(path) changed while it was sent")
        case .cancelled: .unreachable(name, cause: "interrupted")
        }
    }

    private func refusal(_ status: SFTPStatus, _ access: Access, _ file: String) -> RemoteError {
        switch (status.code, access) {
        case (.noSuchFile, _): .notFound(name, file: file)
        case (.permissionDenied, .writing): .readOnly(name, file: file)
        case (.permissionDenied, .reading): .denied(name, file: file, reason: status.words, tried: [])
        default: .refused(name, file: file, reason: status.words)
        }
    }
}

extension RateLimit? {
    /// Waits until so many bytes may go, where there is a limit.
    func take(_ count: Int) async throws(SFTPFailure) {
        do { try await self?.take(count) } catch { throw .cancelled }
    }
}
