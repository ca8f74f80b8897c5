import ModelCore
import Codec
import Store
import SystemIO
package import SystemPackage
import Transport

/// A remote in a Git host's own storage: packs are objects of its LFS server, named by pointers on a branch that has
/// everything else.
///
/// What is written is on the branch once it is published. Packs stay: Git LFS deletes nothing.
package struct LFSRemote: Remote {
    /// The directory whose files are in LFS.
    private static let packs = "packs/"

    /// The URL in messages.
    package let name: String
    private let objects: LFSObjects
    private let files: StoreBranchFiles
    private let pool: WorkerPool

    init(_ name: String, objects: LFSObjects, branch: any StoreBranch, pool: WorkerPool) {
        self.name = name
        self.objects = objects
        files = StoreBranchFiles(name, branch)
        self.pool = pool
    }

    package var isThisMachineOnly: Bool { false }

    package var isFlat: Bool { true }

    package func read(_ file: String, range: Range<Int>?) async throws(RemoteError) -> [UInt8] {
        if let object = try await files.pointers(in: LFSRemote.isPack(file) ? [file] : [])[file] {
            return try await objects.read(object, file, range: range)
        }
        guard let bytes = try await files.bytes(of: file) else { throw .notFound(name, file: file) }
        guard let range else { return bytes }
        return Array(bytes[range.clamped(to: 0..<bytes.count)])
    }

    package func size(of file: String) async throws(RemoteError) -> Int64? {
        if let object = try await files.pointers(in: LFSRemote.isPack(file) ? [file] : [])[file] { return object.size }
        return try await files.size(of: file)
    }

    package func list(_ directory: String) async throws(RemoteError) -> [RemoteFile] {
        let prefix = directory.isEmpty ? "" : directory + "/"
        let sizes = try await files.sizes(below: prefix)
        let pointers = try await files.pointers(in: sizes.keys.filter(LFSRemote.isPack))
        return sizes.compactMap { file, size in
            let path = String(file.dropFirst(prefix.count))
            let entry = RemoteFile(path: path, size: pointers[file]?.size ?? size)
            guard file != StoreBranchFiles.attributesFile, !TemporaryFile.isTemporary(entry.name) else { return nil }
            return entry
        }
    }

    package func write(_ bytes: [UInt8], to file: String) async throws(RemoteError) {
        guard LFSRemote.isPack(file) else { return try await files.set(bytes, for: file) }
        let object = LFSPointer(oid: SHA256.digest(of: bytes), size: Int64(bytes.count))
        try await write(.bytes(bytes), as: object, to: file, sent: { _ in })
    }

    package func upload(
        _ source: FilePath,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        let content = try await LocalContent(of: source, pool: pool, for: name)
        let object = LFSPointer(oid: content.digest, size: content.byteCount)
        try await write(.file(source, byteCount: content.byteCount), as: object, to: file, sent: sent)
    }

    private func write(
        _ body: HTTPRequest.Body,
        as object: LFSPointer,
        to file: String,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(RemoteError) {
        // An empty object is in no LFS server.
        if object.size > 0 { try await objects.send(body, as: object, file, sent: sent) }
        try await files.set(object.text, for: file)
    }

    package func delete(_ file: String) async throws(RemoteError) {
        guard !LFSRemote.isPack(file) else {
            throw .refused(name, file: file, reason: "what is in Git LFS stays: only the host's owner can delete it")
        }
        guard try await files.size(of: file) != nil else { return }
        try await files.set(nil, for: file)
    }

    package func publish() async throws(RemoteError) { try await files.publish() }

    package func probePacks(for access: RemoteAccess) async throws(RemoteError) {
        switch access {
        case .reading: try await objects.probe(.download, "packs")
        case .writing: try await objects.probe(.upload, "packs")
        }
    }

    package func announce(_ packs: [RemoteFile], for access: RemoteAccess) async {
        let objects = packs.compactMap { pack in
            StoreLayout.digest(inName: pack.name).map { LFSPointer(oid: $0, size: pack.size) }
        }
        switch access {
        case .reading: await self.objects.downloads.announce(objects)
        case .writing: await self.objects.uploads.announce(objects)
        }
    }

    private static func isPack(_ file: String) -> Bool { file.hasPrefix(packs) }
}
