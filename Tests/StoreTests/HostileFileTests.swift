import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Files of the store that were cut or changed: whatever happens, no wrong byte is handed over.
struct HostileFileTests {
    enum Victim: String, CaseIterable {
        case dataPack = "pack-data.hex"
        case metadataPack = "pack-metadata.hex"
        case index = "index.hex"
        case objectIndex = "object-index.hex"

        func path(of bytes: [UInt8]) -> String {
            switch self {
            case .dataPack, .metadataPack: StoreLayout.pack(SHA256.digest(of: bytes))
            case .index: StoreLayout.index(SHA256.digest(of: bytes))
            case .objectIndex: StoreLayout.objectIndex(GoldenStore.pointer.oid)
            }
        }
    }

    /// Which variants of a file are put into a store in a quick run; all of them take minutes.
    private static let stride = Soak.isOn ? 1 : 61

    @Test(arguments: Victim.allCases)
    func `A store with a file that was cut or changed hands over no wrong byte`(_ victim: Victim) async throws {
        let bytes = try GoldenFile.bytes(victim.rawValue)
        let scratch = try GoldenStore.scratch()
        for position in Swift.stride(from: 0, to: bytes.count, by: Self.stride) {
            for variant in Self.variants(of: bytes, at: position) {
                let path = try scratch.place(variant, at: victim.path(of: bytes))
                let store = try LocalStore(scratch.root)
                let comment: Comment = "\(variant.count) bytes, byte \(position)"
                if victim != .objectIndex {
                    try requireRightBytesOrNamedError(store, path, comment)
                    try requireNothingLiveIsDeleted(store, comment)
                }
                #expect(try await scratch.check().contains { $0.path == path }, comment)
            }
        }
    }

    /// Returns the bytes cut at a position, and with one bit of the byte there flipped.
    private static func variants(of bytes: [UInt8], at position: Int) -> [[UInt8]] {
        var flipped = bytes
        flipped[position] ^= 1 << (position % 8)
        return [Array(bytes.prefix(position)), flipped]
    }

    @Test(arguments: [Victim.index, .objectIndex])
    func `An index that was cut or changed anywhere is known to be`(_ victim: Victim) throws {
        let bytes = try GoldenFile.bytes(victim.rawValue)
        for position in bytes.indices {
            for variant in Self.variants(of: bytes, at: position) {
                do throws(StoreError) {
                    let index = try IndexFile(variant, path: "index")
                    // Whoever only looks something up gets entries that are nothing, or point inside a pack.
                    for oid in [GoldenStore.pointer.oid, .zero] {
                        _ = index.entries(of: oid)
                        _ = index.copies(of: oid)
                    }
                    for position in 0..<index.frameCount { _ = index.frame(at: position) }
                    try index.verify()
                    Issue.record("byte \(position): nothing was thrown")
                } catch {
                    switch error {
                    case .damaged("index", _), .needsNewerVersion("index", _): break
                    default: Issue.record("\(error)")
                    }
                }
            }
        }
    }

    @Test(arguments: [Victim.dataPack, .metadataPack])
    func `Every frame of a pack that was cut or changed anywhere is right or refused`(_ victim: Victim) throws {
        let bytes = try GoldenFile.bytes(victim.rawValue)
        let scratch = try ScratchStore()
        let intact = try PackFile(try scratch.placePack(bytes), id: .zero).contents().entries
        for position in bytes.indices {
            for variant in Self.variants(of: bytes, at: position) {
                let path = try scratch.place(variant, at: "pack")
                do throws(StoreError) {
                    let pack = try PackFile(path, id: .zero)
                    defer { extendLifetime(pack) }
                    let entries = Result { () throws(StoreError) in try pack.contents().entries }
                    for entry in intact + ((try? entries.get()) ?? []) {
                        let (record, stored) = try pack.record(of: entry)
                        let raw = try? PackDecoding.bytes(of: record, stored: stored)
                        #expect(raw.map { SHA256.digest(of: $0) == entry.id } ?? true)
                    }
                    _ = try entries.get()
                } catch {
                    switch error {
                    case .damaged(path, _), .needsNewerVersion(path, _): break
                    default: Issue.record("\(error)")
                    }
                }
            }
        }
    }

    private func requireRightBytesOrNamedError(_ store: LocalStore, _ path: FilePath, _ comment: Comment) throws {
        func attempt(_ body: () throws -> Void) throws {
            do { try body() } catch let error as StoreError {
                let name = try #require(path.stem).prefix(12)
                #expect("\(error)".contains(name), comment)
            }
        }
        try attempt {
            var read: [UInt8] = []
            try ObjectStream.read(GoldenStore.pointer.oid, size: 410, from: store) { read += $0 }
            #expect(read == GoldenStore.object, comment)
        }
        try attempt {
            var reader = FrameReader(store)
            let listing = try store.listing(GoldenStore.treePointer().oid, reader: &reader).tree
            #expect(try listing == GoldenStore.listing(), comment)
        }
        let closure = Closure(of: [try GoldenStore.treePointer()], in: store)
        for (_, reason) in closure.incomplete { try attempt { throw reason } }
    }

    private func requireNothingLiveIsDeleted(_ store: LocalStore, _ comment: Comment) throws {
        let collection = GarbageCollection(store, now: .max)
        do {
            let plan = try collection.plan(live: [try GoldenStore.treePointer()], gracePeriod: 0)
            #expect(plan.candidates.isEmpty, comment)
        } catch is StoreError {
            // Refusing is right.
        }
    }

    @Test func `An index that is wrong about where a frame is gets the blame, not the pack`() async throws {
        let bytes = try GoldenFile.bytes(Victim.index.rawValue)
        let index = try IndexFile(bytes, path: "index")
        let scratch = try GoldenStore.scratch()
        // The offset in the first entry, which follows header, two packs and fan-out.
        var variant = bytes
        variant[160 + 2 * 40 + 1024 + 32] ^= 1
        let first = try #require(index.frame(at: 0)).entry
        let path = try scratch.place(variant, at: Victim.index.path(of: bytes))
        let pointer = Pointer(oid: first.id, size: Int64(first.rawLength), kind: .file)
        let error = try await storeError { _ = try await scratch.restored(pointer) }
        guard case .damaged(path, _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `A format file that is cut or changed is refused, or says the same`() throws {
        let scratch = try GoldenStore.scratch()
        let bytes = try GoldenFile.bytes("format-flags")
        let cuts = (0..<bytes.count).map { Array(bytes.prefix($0)) }
        let flips = bytes.indices.map { position in
            bytes.enumerated().map { $0.offset == position ? $0.element ^ 1 << (position % 7) : $0.element }
        }
        for variant in cuts + flips {
            let path = try scratch.place(variant, at: StoreLayout.format)
            do throws(StoreError) {
                let store = try LocalStore(scratch.root)
                // Only a cut between two lines, or another chunker, leaves a store that may be read.
                #expect(store.format.requirements.isEmpty)
            } catch {
                switch error {
                case .damaged(path, _), .needsNewerVersion(path, _): break
                default: Issue.record("\(error)")
                }
            }
        }
    }

    @Test func `A root that is cut or changed is refused, or has another name`() throws {
        let bytes = try GoldenFile.bytes("root")
        let name = SHA256.digest(of: bytes)
        for position in bytes.indices {
            var flipped = bytes
            flipped[position] ^= 1 << (position % 7)
            for variant in [Array(bytes.prefix(position)), flipped] {
                do throws(FormatError) {
                    let root = try RootRecord(parsing: String(decoding: variant, as: UTF8.self))
                    #expect(Array(root.text.utf8) == variant)
                    #expect(root.id != name)
                } catch {
                    #expect(error.format == "root")
                }
            }
        }
    }
}
