import Codec
import ModelCore
package import SystemIO
package import SystemPackage

/// Images in a directory, as image-spec lays them out: `oci-layout`, `index.json`, and `blobs/sha256/` with everything
/// by its digest.
///
/// Any number of processes may write to one at once: content takes its place by renaming, and the index changes under a
/// lock: that of `oci-layout`, which nobody writes once it says something, so that no other file stays.
package struct ImageLayout: ImageStore {
    private static let version = "1.0.0"
    private static let marker = "oci-layout"

    /// The directory.
    package let root: FilePath
    private let name: String
    private let pool: WorkerPool

    /// Opens a layout that is there; `name` is what the user calls it.
    ///
    /// Throws `missing`, or `malformed` for one of another version.
    package init(opening root: FilePath, named name: String, pool: WorkerPool) throws(OCIError) {
        self.root = root
        self.name = name
        self.pool = pool
        do {
            guard try ImageLayout.isMarked(root) else {
                throw OCIError.missing(place: name, what: "\(ImageLayout.marker), so that it is no OCI layout")
            }
            let bytes = try DurableFile.read(root.appending(ImageLayout.marker), limit: 1 << 16)
            guard try JSONValue(parsing: bytes).object?["imageLayoutVersion"]?.string == ImageLayout.version else {
                throw OCIError.malformed(place: name, what: "it is no layout of version \(ImageLayout.version)")
            }
        } catch { throw OCIError(error, at: name) }
    }

    /// Opens a layout, or makes one where nothing is, or an empty directory; throws `unsuitable` for a directory of
    /// anything else.
    package init(creating root: FilePath, named name: String, pool: WorkerPool) throws(OCIError) {
        do {
            if try !ImageLayout.isMarked(root) {
                let isThere = try FileStatus.of(root, followingLinks: true) != nil
                let strange =
                    try isThere ? DirectoryEntry.all(in: root).filter { !ImageLayout.own.contains($0.name) } : []
                guard strange.allSatisfy({ TemporaryFile.isTemporary($0.name) || $0.name.hasPrefix(".") }) else {
                    throw OCIError.unsuitable("\(name) is not empty, and no OCI layout")
                }
                try ImageLayout.create(root)
            }
        } catch { throw OCIError(error, at: name) }
        try self.init(opening: root, named: name, pool: pool)
    }

    private static let own: Set<String> = ["blobs", "index.json", marker]

    /// Whether the marker says something: one that does not is that of a layout which is being made, or never was.
    private static func isMarked(_ root: FilePath) throws(IOError) -> Bool {
        try FileStatus.of(root.appending(marker)).map { $0.kind != .regular || $0.size > 0 } ?? false
    }

    /// What the marker says comes last: without it the directory is no layout, and the next one begins again.
    private static func create(_ root: FilePath) throws {
        try Directories.create(root.appending("blobs").appending("sha256"))
        let lock = try lock(root)
        if try FileStatus.of(root.appending("index.json")) == nil {
            try DurableFile.write(encoded(index: [:], entries: []), to: root.appending("index.json"))
        }
        if try !isMarked(root) {
            // In place: another file of this name would be another lock.
            let file = try OpenFile(writing: root.appending(marker))
            let bytes = CanonicalJSON.bytes(of: .object(["imageLayoutVersion": .string(version)]))
            try bytes.span.withUnsafeBytes { (buffer) throws(IOError) in try file.write(buffer, at: 0) }
            try file.synchronize()
            try DurableFile.synchronizeDirectory(root)
        }
        withExtendedLifetime(lock) {}
    }

    /// Keeps others from changing the index.
    private static func lock(_ root: FilePath) throws(LockError) -> FileLock {
        try FileLock(root.appending(marker), mode: .exclusive, wait: .seconds(60))
    }

    /// What the user calls it.
    package var description: String { name }

    private func path(of digest: Digest) -> FilePath {
        root.appending("blobs").appending("sha256").appending(digest.hex)
    }

    /// Whether a file of that digest and size is there.
    package func contains(_ blob: Descriptor) async throws(OCIError) -> Bool {
        do { return try FileStatus.of(path(of: blob.digest))?.size == blob.size } catch { throw .io(error) }
    }

    /// Returns the file of the content; `nil` where it is not there in that size.
    private func content(of blob: Descriptor) -> BlobContent? {
        let path = path(of: blob.digest)
        guard let status = try? FileStatus.of(path), status.kind == .regular, status.size == blob.size else {
            return nil
        }
        return BlobContent(path, byteCount: blob.size)
    }

    /// Writes content unless it is there; what is there is read again, and written anew where it is damaged.
    package func add(
        _ blob: Descriptor,
        _ content: BlobContent,
        sent: @escaping @Sendable (Int) -> Void
    ) async throws(OCIError) {
        let (path, place) = (path(of: blob.digest), description)
        do {
            try await pool.run {
                let status = try FileStatus.of(path)
                if status?.kind == .regular, status?.size == blob.size,
                    try BlobContent(path, byteCount: blob.size).digest() == blob.digest
                {
                    return sent(Int(blob.size))
                }
                try ImageLayout.write(content, blob.digest, to: path, at: place, sent: sent)
            }
        } catch { throw OCIError(error, at: place) }
    }

    private static func write(
        _ content: BlobContent,
        _ digest: Digest,
        to path: FilePath,
        at place: String,
        sent: (Int) -> Void
    ) throws {
        let file = try TemporaryFile(beside: path)
        var hash = SHA256()
        var offset: Int64 = 0
        try content.read { (bytes) throws(OCIError) in
            hash.update(bytes)
            do throws(IOError) { try file.write(bytes, at: offset) } catch { throw .io(error) }
            offset += Int64(bytes.count)
            sent(bytes.count)
        }
        let found = hash.finish()
        guard found == digest else {
            throw OCIError.wrongDigest(place: place, what: "content", expected: digest, found: "\(found)")
        }
        try file.commit(to: path, durable: true)
    }

    /// Nothing is taken over without copying it.
    package func take(_ blob: Descriptor, from other: any ImageStore) async throws(OCIError) -> Bool { false }

    /// Reads content, and compares it with its digest.
    package func bytes(of blob: Descriptor) async throws(OCIError) -> [UInt8] {
        guard let content = content(of: blob) else { throw .missing(place: name, what: "content \(blob.digest)") }
        var bytes: [UInt8] = []
        try content.read { bytes += $0 }
        try ContentCheck.require(bytes, blob.digest, what: "content", at: name)
        return bytes
    }

    /// Returns the file of the content, compared with its digest.
    package func content(of blob: Descriptor, fetchedInto: FilePath) async throws(OCIError) -> BlobContent {
        guard let content = content(of: blob) else { throw .missing(place: name, what: "content \(blob.digest)") }
        try await ContentCheck.require(content, blob.digest, at: name, pool)
        return content
    }

    /// Writes a manifest, which the index does not name yet.
    package func add(_ manifest: ImageManifest) async throws(OCIError) {
        try await add(manifest.descriptor, BlobContent(manifest.encoded)) { _ in }
    }

    /// Reads a manifest by its tag or digest.
    package func manifest(_ name: ManifestName) async throws(OCIError) -> ManifestDocument {
        let digest: Digest
        switch name {
        case .digest(let wanted): digest = wanted
        case .tag(let tag):
            let (_, entries) = try index()
            guard let entry = entries.last(where: { $0.annotations[Annotation.referenceName] == tag }) else {
                throw .missing(place: self.name, what: "tag \(tag)")
            }
            digest = entry.digest
        }
        do {
            guard try FileStatus.of(path(of: digest))?.kind == .regular else {
                throw OCIError.missing(place: self.name, what: "manifest \(digest)")
            }
            let bytes = try DurableFile.read(path(of: digest), limit: ImageManifest.byteLimit)
            try ContentCheck.require(bytes, digest, what: "manifest", at: self.name)
            let type = try JSONValue(parsing: bytes).object?["mediaType"]?.string
            return ManifestDocument(mediaType: type ?? MediaType.manifest, bytes: bytes, digest: digest)
        } catch { throw OCIError(error, at: self.name) }
    }

    /// Lets a tag of the index mean a manifest.
    package func setTag(_ tag: String, to manifest: ManifestDocument) async throws(OCIError) {
        var descriptor = Descriptor(
            mediaType: manifest.mediaType,
            digest: manifest.digest,
            size: Int64(manifest.bytes.count),
            annotations: [Annotation.referenceName: tag]
        )
        do { descriptor.artifactType = try ImageManifest(parsing: manifest.bytes).artifactType } catch {
            throw OCIError(error, at: name)
        }
        let entry = descriptor
        try await change { entries in
            entries.removeAll { $0.annotations[Annotation.referenceName] == tag }
            entries.append(entry)
        }
    }

    /// Takes a tag out of the index; the content stays, for other tags may need it.
    package func removeTag(_ tag: String) async throws(OCIError) -> Bool {
        guard try index().entries.contains(where: { $0.annotations[Annotation.referenceName] == tag }) else {
            return false
        }
        try await change { $0.removeAll { $0.annotations[Annotation.referenceName] == tag } }
        return true
    }

    /// Reads content again.
    package func damage(of blob: Descriptor) async throws(OCIError) -> String? {
        guard let content = content(of: blob) else { return "is missing, or has another size" }
        do {
            let found = try await pool.run { try content.digest() }
            return found == blob.digest ? nil : "has the digest \(found)"
        } catch { throw OCIError(error, at: name) }
    }
}

extension ImageLayout {
    private func index() throws(OCIError) -> (fields: [String: JSONValue], entries: [Descriptor]) {
        do {
            let bytes = try DurableFile.read(root.appending("index.json"), limit: ImageManifest.byteLimit)
            guard let fields = try JSONValue(parsing: bytes).object else {
                throw FormatError("index.json", .malformed("it is no object"))
            }
            return (fields, try (fields["manifests"]?.array ?? []).map { try Descriptor(parsing: $0) })
        } catch { throw OCIError(error, at: name) }
    }

    private func change(_ body: @escaping @Sendable (inout [Descriptor]) -> Void) async throws(OCIError) {
        do {
            try await pool.run {
                let lock = try ImageLayout.lock(root)
                var (fields, entries) = try index()
                body(&entries)
                try DurableFile.write(
                    ImageLayout.encoded(index: fields, entries: entries),
                    to: root.appending("index.json")
                )
                withExtendedLifetime(lock) {}
            }
        } catch let error as LockError {
            throw .unsuitable("\(error)")
        } catch { throw OCIError(error, at: name) }
    }

    private static func encoded(index: [String: JSONValue], entries: [Descriptor]) -> [UInt8] {
        let own: [String: JSONValue] = [
            "schemaVersion": JSONValue(2), "mediaType": .string(MediaType.index),
            "manifests": .array(entries.map(\.json)),
        ]
        return CanonicalJSON.bytes(of: .object(index.merging(own) { $1 }))
    }
}
