import Codec
package import ModelCore
package import SystemIO
import SystemPackage

/// Takes packs of one local store over into another, with what its indexes say of them.
package struct StoreTransfer: Sendable {
    private static let blockByteCount = 1 << 20

    private let source: LocalStore
    private let target: LocalStore
    private let cancellation: Cancellation

    /// Creates a transfer between two stores, whose other users the caller keeps from collecting.
    package init(from source: LocalStore, to target: LocalStore, cancellation: Cancellation) {
        self.source = source
        self.target = target
        self.cancellation = cancellation
    }

    /// What is taken over.
    package enum Scope: Sendable {
        /// The packs that rebuild what pointers name, those of the source's alternates among them.
        case needed
        /// These, and all that the source has.
        case everything
    }

    /// What was taken over.
    package struct Summary: Sendable {
        /// The bytes of packs that were copied.
        package var byteCount: Int64 = 0
        /// The number of objects of which the source has only a part.
        package let partialCount: Int
    }

    /// Copies packs that the target lacks, each compared with its name, then writes an index of them.
    ///
    /// Of an object that the source has in part, that part is taken over: it may be the only copy.
    package func run(_ pointers: [Pointer], _ scope: Scope) throws(StoreError) -> Summary {
        try source.requireUnderstood()
        try target.requireWritable()
        let closure = Closure(of: pointers, in: source)
        let remains = try ObjectRemains(of: pointers, closure, in: source)
        var summary = Summary(partialCount: remains.objects.count)
        var packs = Set(closure.frames.values.map(\.pack)).union(remains.copies.map(\.pack))
        if scope == .everything { packs.formUnion(try source.packsOnDisk()) }
        var contents = IndexContents()
        for pack in packs.sorted() {
            summary.byteCount += try copy(pack)
            if target.indexes.pack(pack) == nil { contents.add(try source.pack(pack).sealed()) }
        }
        for object in closure.objects.union(remains.entries) { contents.add(object) }
        for file in source.indexes.files {
            for position in 0..<file.objectCount {
                let object = file.object(at: position)
                if contents.contains(object.frame) { contents.add(object) }
            }
        }
        if !contents.isEmpty { try target.publish(contents) }
        return summary
    }

    private func copy(_ pack: Digest) throws(StoreError) -> Int64 {
        let path = target.root.appending(StoreLayout.pack(pack))
        do {
            let input = try OpenFile(reading: source.pack(pack).path)
            let size = try input.status().size
            // What is the store's own already is not looked at; a pack of another one may be damaged, and the source's
            // the last that is sound.
            if input.path == path { return 0 }
            if try FileStatus.of(path)?.size == size, try PackFile(damaged: path, id: pack).computedID() == pack {
                return 0
            }
            try Directories.create(path.removingLastComponent())
            let output = try TemporaryFile(beside: path)
            guard try copy(input, to: output) == pack else {
                throw StoreError.damaged(input.path, FormatError("pack", .malformed("its bytes do not match its name")))
            }
            try output.commit(to: path, durable: true)
            return size
        } catch let error as IOError { throw .io(error) } catch let error as StoreError { throw error } catch {
            throw .cancelled
        }
    }

    private func copy(_ input: borrowing OpenFile, to output: borrowing TemporaryFile) throws -> Digest {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: StoreTransfer.blockByteCount, alignment: 64)
        defer { block.deallocate() }
        var hash = SHA256()
        var offset: Int64 = 0
        while true {
            try cancellation.check()
            let count = try input.read(into: block, at: offset)
            if count == 0 { return hash.finish() }
            let bytes = UnsafeRawBufferPointer(rebasing: block[..<count])
            hash.update(bytes)
            try output.write(bytes, at: offset)
            offset += Int64(count)
        }
    }
}
