import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport

extension FuzzTarget {
    /// The files of a store: an error that names the file, or entries that are nothing or inside it.
    static let storeFiles: [FuzzTarget] = [
        FuzzTarget(
            name: "pack",
            seeds: golden("pack-data.hex", "pack-metadata.hex", "pack-delta.hex"),
            check: checkPack
        ),
        FuzzTarget(name: "index", seeds: golden("index.hex", "index-delta.hex", "object-index.hex"), check: checkIndex),
        FuzzTarget(name: "format", seeds: golden("format", "format-flags")) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let format = try? StoreFormat(parsing: text) else { return }
            try require(try StoreFormat(parsing: format.text) == format, "it is written as another format")
        },
        FuzzTarget(name: "root", seeds: golden("root")) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let root = try? RootRecord(parsing: text) else { return }
            try require(root.text == text, "it is not the one encoding of a root")
        },
    ]

    private static func golden(_ names: String...) -> [[UInt8]] {
        names.compactMap { try? GoldenFile.bytes($0, of: "StoreTests") }
    }

    @Sendable private static func checkPack(_ bytes: [UInt8]) throws {
        try with(bytes) { path throws(StoreError) in
            let pack = try PackFile(path, id: .zero)
            defer { extendLifetime(pack) }
            for entry in try pack.contents().entries {
                let (record, stored) = try pack.record(of: entry)
                _ = try? PackDecoding.bytes(of: record, stored: stored)
            }
        }
    }

    @Sendable private static func checkIndex(_ bytes: [UInt8]) throws {
        try with(bytes) { path throws(StoreError) in
            let index = try IndexFile(bytes, path: path)
            for oid in [Digest.zero, SHA256.digest(of: [])] {
                _ = index.entries(of: oid)
                _ = index.copies(of: oid)
            }
            for position in 0..<index.frameCount {
                guard let frame = index.frame(at: position) else { continue }
                _ = index.copies(of: frame.entry.id)
            }
            for position in 0..<index.objectCount { _ = index.object(at: position) }
            try index.verify()
        }
    }

    /// Writes bytes to a file; whoever refuses them has to name it.
    private static func with(_ bytes: [UInt8], _ body: (FilePath) throws(StoreError) -> Void) throws {
        let path = FilePath("/tmp/git-model-fuzz-\(UInt64.random(in: .min ... .max))")
        try DurableFile.write(bytes, to: path, durable: false)
        defer { try? DurableFile.remove(path) }
        do throws(StoreError) { try body(path) } catch {
            switch error {
            case .damaged(path, _), .needsNewerVersion(path, _): break
            default: throw Failure("\(error)")
            }
        }
    }
}

extension GoldenFile {
    /// Returns the bytes of a golden file of other tests.
    static func bytes(_ name: String, of tests: String) throws -> [UInt8] {
        try bytes(name, file: "\(PackageFiles.root)/Tests/\(tests)/Tests.swift")
    }
}
