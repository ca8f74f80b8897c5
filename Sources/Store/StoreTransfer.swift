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

    /// Copies packs that the target lacks, each compared with its name, then writes an index of them; of packs of which
    /// the target has a part in its own, only the rest.
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
        let rest = RepackOutput(target, writes: true)
        do throws(StoreError) {
            for pack in packs.sorted() {
                if let lacking = try lackingPart(of: pack) {
                    summary.byteCount += try copy(lacking, of: pack, to: rest)
                    continue
                }
                summary.byteCount += try copy(pack)
                if target.indexes.pack(pack) == nil { contents.add(try source.pack(pack).sealed()) }
            }
            try rest.publish()
        } catch {
            rest.abandon()
            throw error
        }
        for object in closure.objects.union(remains.entries) { contents.add(object) }
        for file in source.indexes.files {
            for position in 0..<file.objectCount {
                let object = file.object(at: position)
                var isThere = contents.contains(object.frame)
                if !isThere { isThere = try has(object.frame, below: .max) }
                if isThere { contents.add(object) }
            }
        }
        if !contents.isEmpty { try target.publish(contents) }
        return summary
    }

    /// Returns the frames of a pack that the target does not have in packs of its own; `nil` where it has none of the
    /// others, or where the pack itself is there.
    private func lackingPart(of pack: Digest) throws(StoreError) -> [FrameEntry]? {
        if try isThere(pack) { return nil }
        let file = try source.pack(pack)
        let frames = try file.contents().entries
        var lacking: [FrameEntry] = []
        for frame in frames {
            if cancellation.isCancelled { throw .cancelled }
            // What decodes against it may need a copy that is as shallow.
            let limit = frame.depth < .max ? frame.depth + 1 : .max
            if try !has(frame.id, below: limit) { lacking.append(frame) }
        }
        // Of a damaged pack nobody knows what it holds.
        return lacking.count < frames.count && file.computedID() == pack ? lacking : nil
    }

    /// Whether a copy of a frame is in packs of the target's own as it was written, with all that it decodes against.
    private func has(_ frame: Digest, below limit: UInt8) throws(StoreError) -> Bool {
        for copy in target.indexes.copies(of: frame) where copy.entry.depth < limit {
            guard try isThere(copy.pack), try target.isIntact(copy) else { continue }
            guard let base = copy.base else { return true }
            if try has(base, below: copy.entry.depth) { return true }
        }
        return false
    }

    private func isThere(_ pack: Digest) throws(StoreError) -> Bool {
        do { return try FileStatus.of(target.root.appending(StoreLayout.pack(pack))) != nil } catch { throw .io(error) }
    }

    /// Copies records of a pack that is as its name says.
    private func copy(
        _ frames: [FrameEntry],
        of pack: Digest,
        to output: RepackOutput
    ) throws(StoreError) -> Int64 {
        let file = try source.pack(pack)
        let kind = try file.kind()
        defer { extendLifetime(file) }
        for frame in frames {
            if cancellation.isCancelled { throw .cancelled }
            let (record, stored) = try file.record(of: frame)
            try output.append(record, stored: stored, to: kind)
            file.releaseMemory(of: frame)
        }
        return frames.reduce(0) { $0 + Int64($1.recordLength) }
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
