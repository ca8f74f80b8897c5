import Codec
package import ModelCore
package import Store
package import SystemIO

/// Reads objects back from a remote, every byte that rebuilds them, and says which it has whole; nothing is stored.
///
/// Each frame, bases included, is decoded and compared with its name, whatever this machine remembers of the remote.
package struct RemoteVerification: Sendable {
    /// What was found.
    package struct Report: Sendable {
        /// The objects that the remote has whole.
        package var verified: Set<Digest> = []
        /// The objects that the remote does not have, or not whole.
        package var missing: Set<Digest> = []
        /// The objects of which something in the remote is damaged or not understood.
        package var damaged: [Digest: String] = [:]
        /// The bytes that were read.
        package var byteCount: Int64 = 0
    }

    /// How many stretches of packs are on their way at once, each of at most 8 MiB.
    private static let rangesAtOnce = 4

    private let source: RemoteStore
    private let local: LocalStore
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (_ done: Int64, _ total: Int64) -> Void

    /// Creates a verification of what `source` has; manifests, and bases where they are here, are those of `local`.
    package init(
        of source: RemoteStore,
        local: LocalStore,
        pool: WorkerPool,
        cancellation: Cancellation,
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) {
        self.source = source
        self.local = local
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Reads back what `pointers` name.
    package func run(_ pointers: [Pointer]) async throws -> Report {
        try await source.requireReadable()
        let inventory = try await RemoteInventory(of: source)
        let walk = RemoteWalk(source: source, local: local, inventory: inventory)
        var report = Report()
        var closures: [(oid: Digest, frames: [FrameLocation])] = []
        var packs: [Digest: IndexContents.Pack] = [:]
        for pointer in pointers {
            try cancellation.check()
            do {
                guard let found = try await walk.run(pointer) else {
                    report.missing.insert(pointer.oid)
                    continue
                }
                // Frames carry their names; that these, in this order, are the object is known of the manifests that
                // are here. Nothing needs the comparisons, which anybody may have made.
                guard found.objects.allSatisfy({ $0.kind == .comparison || local.knows($0) }) else {
                    report.damaged[pointer.oid] = "the manifest there is none that is known here"
                    continue
                }
                closures.append((pointer.oid, found.frames))
                packs.merge(found.packs) { first, _ in first }
            } catch let error as RemoteError where error.isAboutContent { report.damaged[pointer.oid] = "\(error)" }
        }
        var copies: [FrameCopy: FrameLocation] = [:]
        for frame in closures.flatMap(\.frames) { copies[FrameCopy(frame)] = frame }
        report.byteCount = copies.values.reduce(0) { $0 + Int64($1.entry.recordLength) }
        let bad = try await problems(of: Array(copies.values), packs, inventory, byteCount: report.byteCount)
        for closure in closures {
            if let problem = closure.frames.compactMap({ bad[FrameCopy($0)] }).first {
                report.damaged[closure.oid] = problem
            } else {
                report.verified.insert(closure.oid)
            }
        }
        return report
    }

    /// Reads frames, and returns what is wrong with those that are not what their names say.
    private func problems(
        of frames: [FrameLocation],
        _ packs: [Digest: IndexContents.Pack],
        _ inventory: RemoteInventory,
        byteCount: Int64
    ) async throws -> [FrameCopy: String] {
        let done = ByteTally()
        return try await withThrowingTaskGroup(of: [FrameCopy: String].self) { group in
            var ranges = PackRange.covering(frames, packs: packs).makeIterator()
            func start() {
                guard let range = ranges.next() else { return }
                group.addTask {
                    try cancellation.check()
                    let found = try await self.problems(in: range, inventory)
                    progress(done.add(range.wantedByteCount), byteCount)
                    return found
                }
            }
            for _ in 0..<RemoteVerification.rangesAtOnce { start() }
            var problems: [FrameCopy: String] = [:]
            while let found = try await group.next() {
                problems.merge(found) { first, _ in first }
                start()
            }
            return problems
        }
    }

    private func problems(in range: PackRange, _ inventory: RemoteInventory) async throws -> [FrameCopy: String] {
        var problems: [FrameCopy: String] = [:]
        do {
            let bytes = try await read(range.pack, range.bytes)
            for frame in range.frames {
                let start = Int(frame.entry.offset) - range.bytes.lowerBound
                let record = Array(bytes[start..<(start + frame.entry.recordLength)])
                do { _ = try await decoded(frame, record, inventory) } catch let error as RemoteError {
                    guard error.isAboutContent else { throw error }
                    problems[FrameCopy(frame)] = "\(error)"
                }
            }
        } catch let error as RemoteError where error.isAboutContent {
            for frame in range.frames { problems[FrameCopy(frame)] = "\(error)" }
        }
        return problems
    }

    private func read(_ pack: Digest, _ range: Range<Int>) async throws -> [UInt8] {
        let file = StoreLayout.pack(pack)
        let bytes = try await source.remote.read(file, range: range)
        guard bytes.count == range.count else {
            let problem = "\(bytes.count) bytes came where \(range.count) were asked for"
            throw RemoteError.wrongContent(source.remote.name, file: file, problem: problem)
        }
        return bytes
    }

    /// Decodes a record of the remote, which is the frame that it is said to be.
    private func decoded(
        _ frame: FrameLocation,
        _ record: [UInt8],
        _ inventory: RemoteInventory
    ) async throws -> [UInt8] {
        var base: [UInt8]?
        if let name = frame.base { base = try await bytes(ofBase: name, of: frame, inventory) }
        let result = try await pool.run { [base] in
            record.withUnsafeBytes { buffer in
                Result { () throws(FormatError) in
                    let (header, stored) = try PackDecoding.record(in: buffer)
                    guard header.id == frame.entry.id, header.base == frame.base else {
                        throw FormatError("pack", .malformed("the index and the record differ"))
                    }
                    return try PackDecoding.bytes(of: header, stored: stored, base: base)
                }
            }
        }
        do throws(FormatError) { return try result.get() } catch {
            throw RemoteError(source.remote.name, StoreLayout.pack(frame.pack), error)
        }
    }

    /// Returns the bytes of a base: those that are here, which are the same, else those of the remote.
    private func bytes(
        ofBase base: Digest,
        of frame: FrameLocation,
        _ inventory: RemoteInventory
    ) async throws -> [UInt8] {
        let reference = FrameReference(id: base, byteCount: Int(frame.entry.rawLength))
        let here = try await pool.run {
            var reader = FrameReader(local)
            return try? reader.bytes(of: reference, of: base)
        }
        if let here { return here }
        guard let copy = inventory.chain(of: base, below: frame.entry.depth).first else {
            throw RemoteError.notFound(source.remote.name, file: "frame \(base.abbreviated)")
        }
        let start = Int(copy.entry.offset)
        let record = try await read(copy.pack, start..<(start + copy.entry.recordLength))
        return try await decoded(copy, record, inventory)
    }
}

extension LocalStore {
    /// Whether an index here has an entry, which was compared with its object when it was written.
    fileprivate func knows(_ object: ObjectEntry) -> Bool {
        entries(of: object.oid, kind: object.kind).contains(object)
    }
}
