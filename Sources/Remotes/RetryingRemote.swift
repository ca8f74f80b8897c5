package import SystemPackage

/// A remote that tries again what failed for a reason that passes: a broken connection, a server with too much to do.
///
/// The more often that happens, the fewer requests go at once.
package struct RetryingRemote: Remote {
    private let inner: any Remote
    private let policy: RetryPolicy
    private let gate = RequestGate()

    /// Creates a remote that does what `inner` does.
    package init(_ inner: any Remote, policy: RetryPolicy = RetryPolicy()) {
        self.inner = inner
        self.policy = policy
    }

    package var name: String { inner.name }

    package var isThisMachineOnly: Bool { inner.isThisMachineOnly }

    package var isReadOnly: Bool { inner.isReadOnly }

    package var isFlat: Bool { inner.isFlat }

    package var mayTakeWritersTimes: Bool { inner.mayTakeWritersTimes }

    package var lockableDirectory: FilePath? { inner.lockableDirectory }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.read(file, range: range) }
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.size(of: file) }
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.list(directory) }
    }

    package func unfinished(in directory: String) async throws(RemoteError) -> [RemoteFile] {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.unfinished(in: directory) }
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.write(bytes, to: file) }
    }

    package func write(probe bytes: [UInt8], to file: String) async throws(RemoteError) {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.write(probe: bytes, to: file) }
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        try await perform { @Sendable () async throws(RemoteError) in
            try await inner.upload(source, to: file, sent: sent)
        }
    }

    package func delete(_ file: String) async throws(RemoteError) {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.delete(file) }
    }

    package func publish() async throws(RemoteError) {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.publish() }
    }

    package func probePacks(for access: RemoteAccess) async throws(RemoteError) {
        try await perform { @Sendable () async throws(RemoteError) in try await inner.probePacks(for: access) }
    }

    package func announce(_ packs: [RemoteFile], for access: RemoteAccess) async {
        await inner.announce(packs, for: access)
    }

    private func perform<Value: Sendable>(
        _ request: @Sendable () async throws(RemoteError) -> Value
    ) async throws(RemoteError) -> Value {
        try await policy.perform { () async throws(RemoteError) in try await gate.perform(request) }
    }
}
