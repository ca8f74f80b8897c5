import Remotes
import SystemPackage

/// A remote that does what another one does, except for what a conforming type changes.
protocol RemoteDecorator: Remote {
    var inner: any Remote { get }
    /// Called before each operation; what it throws takes the operation's place.
    func before(_ call: RemoteCall) async throws(RemoteError)
    /// Called after each operation that succeeded; what it throws hides that it did.
    func after(_ call: RemoteCall) async throws(RemoteError)
    /// Returns what the caller gets in place of the bytes that were read.
    func altered(_ bytes: [UInt8], of call: RemoteCall) -> [UInt8]
    /// Returns what the caller gets in place of the files that were listed.
    func altered(_ files: [RemoteFile], of call: RemoteCall) -> [RemoteFile]
}

extension RemoteDecorator {
    func before(_ call: RemoteCall) async throws(RemoteError) {}
    func after(_ call: RemoteCall) async throws(RemoteError) {}
    func altered(_ bytes: [UInt8], of call: RemoteCall) -> [UInt8] { bytes }
    func altered(_ files: [RemoteFile], of call: RemoteCall) -> [RemoteFile] { files }

    var name: String { inner.name }
    var isThisMachineOnly: Bool { inner.isThisMachineOnly }
    var isFlat: Bool { inner.isFlat }
    var mayTakeWritersTimes: Bool { inner.mayTakeWritersTimes }

    func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        let call = RemoteCall(kind: .read, file: file, range: range)
        try await before(call)
        let bytes = altered(try await inner.read(file, range: range), of: call)
        try await after(call)
        return bytes
    }

    func size(of file: String) async throws(RemoteError) -> Int64? {
        let call = RemoteCall(kind: .size, file: file)
        try await before(call)
        let size = try await inner.size(of: file)
        try await after(call)
        return size
    }

    func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        let call = RemoteCall(kind: .list, file: directory)
        try await before(call)
        let files = altered(try await inner.list(directory), of: call)
        try await after(call)
        return files
    }

    func unfinished(in directory: String) async throws(RemoteError) -> [RemoteFile] {
        try await inner.unfinished(in: directory)
    }

    func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        let call = RemoteCall(kind: .write, file: file)
        try await before(call)
        try await inner.write(bytes, to: file)
        try await after(call)
    }

    func write(probe bytes: [UInt8], to file: String) async throws(RemoteError) {
        let call = RemoteCall(kind: .write, file: file)
        try await before(call)
        try await inner.write(probe: bytes, to: file)
        try await after(call)
    }

    func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        let call = RemoteCall(kind: .upload, file: file)
        try await before(call)
        try await inner.upload(source, to: file, sent: sent)
        try await after(call)
    }

    func delete(_ file: String) async throws(RemoteError) {
        let call = RemoteCall(kind: .delete, file: file)
        try await before(call)
        try await inner.delete(file)
        try await after(call)
    }
}

extension RemoteDecorator {
    func publish() async throws(RemoteError) { try await inner.publish() }

    func announce(_ packs: [RemoteFile], for access: RemoteAccess) async { await inner.announce(packs, for: access) }
}

extension Remote {
    /// Writes a file, and leaves out to count its bytes.
    func upload(_ source: FilePath, to file: String) async throws(RemoteError) {
        try await upload(source, to: file, sent: { _ in })
    }
}
