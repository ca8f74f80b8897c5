import ModelCore
import Store
import SystemIO
import SystemPackage

/// Does what a plan of collection says, in an order such that whatever is there at any moment can be used.
struct RemoteSweep {
    /// Indexes below this size are put together with others, once there are so many of them.
    private static let smallByteCount = 1 << 20
    private static let smallCount = 8
    private static let requestsAtOnce = 8

    private let source: RemoteStore
    private let scratch: FilePath
    private let cancellation: Cancellation

    private var remote: any Remote { source.remote }

    init(of source: RemoteStore, scratch: FilePath, cancellation: Cancellation) {
        self.source = source
        self.scratch = scratch
        self.cancellation = cancellation
    }

    /// Copies what has to be saved, then lets go: index entries, object indexes, packs, and at last their tombs.
    func run(_ plan: RemoteCollectionPlan, _ survey: RemoteSurvey, _ mark: RemoteMark) async throws {
        let saved = try await save(plan.rescued, of: survey)
        let gone = Set(plan.deleted.map(\.id))
        try await renewIndexes(survey, without: gone, saved)
        if !gone.isEmpty { try await renewObjectIndexes(mark, survey, without: gone, saved) }
        try await plan.deleted.forEach(atOnce: RemoteSweep.requestsAtOnce) { pack in
            try cancellation.check()
            try await remote.delete(StoreLayout.pack(pack.id))
            try await remote.delete(StoreLayout.tomb(pack.id))
        }
        try await bury(plan.buried.map(\.id))
    }

    /// Removes what was begun before a time in ns by the server's clock and never finished.
    func removeUnfinished(before time: Int64) async throws {
        for directory in StoreLayout.directories + [StoreLayout.purged] {
            for file in try await remote.unfinished(in: directory) {
                try cancellation.check()
                guard let modified = file.modified, modified < time else { continue }
                try await remote.delete("\(directory)/\(file.path)")
            }
        }
    }

    /// Puts up tombs: from then on nobody counts on these packs.
    func bury(_ packs: [Digest]) async throws {
        try await packs.forEach(atOnce: RemoteSweep.requestsAtOnce) { pack in
            try cancellation.check()
            try await remote.write(Array(StoreLayout.tombText.utf8), to: StoreLayout.tomb(pack))
        }
    }

    /// Lets nothing find what is in packs that are buried and that no root needs, as a survey after their burial found.
    func hide(_ packs: Set<Digest>, _ mark: RemoteMark, _ survey: RemoteSurvey) async throws {
        // Indexes go last: by these, whoever goes on after a kill knows what is to be hidden.
        try await renewObjectIndexes(mark, survey, without: packs, nil)
        try await renewIndexes(survey, without: packs, nil)
    }

    private func renewObjectIndexes(
        _ mark: RemoteMark,
        _ survey: RemoteSurvey,
        without gone: Set<Digest>,
        _ saved: IndexFile?
    ) async throws {
        let files = try await remote.list("objects")
        try await files.forEach(atOnce: RemoteSweep.requestsAtOnce) { file in
            try cancellation.check()
            guard let oid = StoreLayout.digest(inName: file.name) else { return }
            try await renewObjectIndex(of: oid, mark.closures[oid], survey, without: gone, saved)
        }
    }

    /// Copies frames as they are into new packs, and returns the index of these, which is up; `nil` where there is
    /// nothing to copy.
    private func save(_ frames: [FrameLocation], of survey: RemoteSurvey) async throws -> IndexFile? {
        guard !frames.isEmpty else { return nil }
        try Directories.create(scratch, durable: false)
        var packs: [Digest: IndexContents.Pack] = [:]
        for frame in frames { packs[frame.pack] = survey.indexes.pack(frame.pack) }
        var record = PushRecord(in: source)
        for kind in PackKind.allCases {
            var builder = try PackBuilder.start(kind, in: scratch)
            for range in PackRange.covering(frames, packs: packs) where range.kind == kind {
                try cancellation.check()
                let bytes = try await remote.read(StoreLayout.pack(range.pack), range: range.bytes)
                for frame in range.frames {
                    if !builder.hasRoom(forStored: frame.entry.recordLength) {
                        let full = builder
                        builder = try PackBuilder.start(kind, in: scratch)
                        try await send(full, &record)
                    }
                    try append(frame, from: bytes, of: range, to: &builder)
                }
            }
            if builder.frameCount > 0 { try await send(builder, &record) }
        }
        return try await record.finish(with: [])
    }

    private func append(
        _ frame: FrameLocation,
        from bytes: [UInt8],
        of range: PackRange,
        to builder: inout PackBuilder
    ) throws {
        let start = Int(frame.entry.offset) - range.bytes.lowerBound
        let file = StoreLayout.pack(range.pack)
        guard start >= 0, start + frame.entry.recordLength <= bytes.count else {
            throw RemoteError(remote.name, file, FormatError("pack", .truncated))
        }
        let result = bytes[start..<(start + frame.entry.recordLength)].withUnsafeBytes { buffer in
            Result { () throws -> Void in
                let (header, stored) = try PackDecoding.record(in: buffer)
                guard header.id == frame.entry.id, header.base == frame.base, header.depth == frame.entry.depth else {
                    throw FormatError("pack", .malformed("the index and the record differ"))
                }
                try builder.append(header, stored: stored)
            }
        }
        do { try result.get() } catch let error as FormatError { throw RemoteError(remote.name, file, error) }
    }

    private func send(_ builder: consuming PackBuilder, _ record: inout PushRecord) async throws {
        let pack = try builder.scratch()
        try await remote.upload(pack.path, to: StoreLayout.pack(pack.pack.id), sent: { _ in })
        try await record.add(pack.pack)
    }

    /// Writes indexes anew that list packs which are gone or go, and many small ones as one; the old ones go once the
    /// new one is up (G5).
    private func renewIndexes(_ survey: RemoteSurvey, without gone: Set<Digest>, _ saved: IndexFile?) async throws {
        func isDead(_ pack: Digest) -> Bool { gone.contains(pack) || survey.packs[pack] == nil }
        let files = survey.indexes.files
        var stale = files.filter { $0.packs.contains { isDead($0.id) } }
        let small = files.filter { $0.byteCount < RemoteSweep.smallByteCount }
        if small.count >= RemoteSweep.smallCount {
            stale += small.filter { file in !stale.contains { $0.path == file.path } }
        }
        guard !stale.isEmpty else { return }
        func isKnown(_ object: ObjectEntry) -> Bool {
            let copies = survey.indexes.copies(of: object.frame) + (saved?.copies(of: object.frame) ?? [])
            return copies.contains { saved?.pack($0.pack) != nil || !isDead($0.pack) }
        }
        var contents = IndexContents()
        for file in stale { contents.add(file) { !isDead($0) } }
        for file in stale {
            for position in 0..<file.objectCount {
                let object = file.object(at: position)
                if isKnown(object) { contents.add(object) }
            }
        }
        var kept: String?
        if !contents.isEmpty {
            kept = try await source.write(index: contents.encoded(as: .index))
        }
        for file in stale {
            guard let name = file.path.lastComponent?.string, "index/\(name)" != kept else { continue }
            try await remote.delete("index/\(name)")
        }
    }

    /// Writes an object index anew that names packs which go, or deletes it where no root names the object.
    private func renewObjectIndex(
        of oid: Digest,
        _ found: RemoteClosure.Found?,
        _ survey: RemoteSurvey,
        without gone: Set<Digest>,
        _ saved: IndexFile?
    ) async throws {
        do {
            guard let index = try await source.objectIndex(oid),
                index.packs.contains(where: { gone.contains($0.id) })
            else { return }
        } catch {
            // One that cannot be read helps nobody.
            guard error.isAboutContent else { throw error }
        }
        let file = StoreLayout.objectIndex(oid)
        guard let found else { return try await remote.delete(file) }
        var contents = IndexContents()
        for frame in found.frames {
            if survey.tombs[frame.pack] == nil, let pack = survey.indexes.pack(frame.pack) {
                contents.add(frame, in: pack)
            }
            for copy in saved?.copies(of: frame.entry.id) ?? [] {
                if let pack = saved?.pack(copy.pack) { contents.add(copy, in: pack) }
            }
        }
        for object in found.objects where contents.contains(object.frame) { contents.add(object) }
        try await remote.write(contents.encoded(as: .objectIndex), to: file)
    }
}
