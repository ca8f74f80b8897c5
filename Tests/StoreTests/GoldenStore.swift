import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What the golden files of the store hold: three frames, an object of all three, and a tree of two files.
enum GoldenStore {
    /// Frames stored raw, as a constant and by zstd.
    static let rawFrame = Array("git-model\n".utf8)
    static let constantFrame = [UInt8](repeating: 0, count: 300)
    static let zstdFrame = Array(("abc" + String(repeating: "x", count: 97)).utf8)

    static let object = rawFrame + constantFrame + zstdFrame
    static let pointer = Pointer(oid: SHA256.digest(of: object), size: 410, kind: .file)

    static let manifest = Manifest(
        oid: pointer.oid,
        size: 410,
        layout: "opaque",
        note: "",
        content: .segments([
            Segment(content: .frames([rawFrame, constantFrame, zstdFrame].map(reference)))
        ])
    )

    static func listing() throws -> TreeListing {
        try TreeListing([
            TreeEntry(
                mode: .regular,
                size: 10,
                digest: SHA256.digest(of: rawFrame),
                path: RepositoryPath("README")
            ),
            TreeEntry(mode: .executable, size: 410, digest: pointer.oid, path: RepositoryPath("bin/object")),
        ])
    }

    static func treePointer() throws -> Pointer {
        Pointer(oid: SHA256.digest(of: try listing().encoded), size: 420, kind: .tree)
    }

    static func reference(_ bytes: [UInt8]) -> FrameReference {
        FrameReference(id: SHA256.digest(of: bytes), byteCount: bytes.count)
    }

    static let packNames = ["pack-data.hex", "pack-metadata.hex"]

    /// Returns a store of nothing but golden files.
    static func scratch() throws -> ScratchStore {
        let scratch = try ScratchStore()
        for name in packNames { try scratch.placePack(try GoldenFile.bytes(name)) }
        try scratch.placeIndex(try GoldenFile.bytes("index.hex"))
        try scratch.place(try GoldenFile.bytes("object-index.hex"), at: StoreLayout.objectIndex(pointer.oid))
        try scratch.place(try GoldenFile.bytes("format"), at: StoreLayout.format)
        return scratch
    }
}

extension ScratchStore {
    /// Writes a file of the store as it is.
    @discardableResult
    func place(_ bytes: [UInt8], at name: String) throws -> FilePath {
        let path = root.appending(name)
        try Directories.create(path.removingLastComponent(), durable: false)
        try DurableFile.write(bytes, to: path, durable: false)
        return path
    }

    /// Writes a pack under the name that its bytes give it.
    @discardableResult
    func placePack(_ bytes: [UInt8]) throws -> FilePath {
        try place(bytes, at: StoreLayout.pack(SHA256.digest(of: bytes)))
    }

    /// Writes an index under the name that its bytes give it.
    @discardableResult
    func placeIndex(_ bytes: [UInt8]) throws -> FilePath {
        try place(bytes, at: StoreLayout.index(SHA256.digest(of: bytes)))
    }

    /// Writes a pack of frames that are stored raw.
    func pack(of frames: [[UInt8]], _ kind: PackKind) throws -> SealedPack {
        var builder = try PackBuilder.start(kind, in: root.appending("packs"))
        for frame in frames {
            try frame.withUnsafeBytes { stored in
                let id = SHA256.digest(of: frame)
                let record = FrameRecord(id: id, codec: .raw, rawLength: frame.count, stored: stored)
                try builder.append(record, stored: stored)
            }
        }
        return try builder.seal(in: root)
    }
}
