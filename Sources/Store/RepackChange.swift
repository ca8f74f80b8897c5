import ModelCore

/// What a layout changes in a store: which packs go, and what of them is copied first.
struct RepackChange: Sendable {
    /// Where every frame is to be.
    let placements: [Digest: FramePlacement]
    /// The packs that have something in them that is not to stay.
    let removed: Set<Digest>
    /// The copies in these packs that stay, in the order in which they lie there.
    let moved: [FrameLocation]
    /// What this comes to.
    let report: Repack.Report

    init(_ store: LocalStore, _ survey: RepackSurvey, _ layout: FrameLayout) throws(StoreError) {
        placements = layout.all
        var report = Repack.Report()
        var removed: Set<Digest> = []
        var moved: [FrameLocation] = []
        var dropped: Set<Digest> = []
        for listed in survey.packs {
            let pack: PackFile
            do throws(StoreError) { pack = try store.pack(listed.id) } catch {
                guard error.isAbsence else { throw error }
                continue
            }
            report.byteCountBefore += Int64(pack.byteCount)
            var stays: [FrameLocation] = []
            let copies = try pack.contents().locations(in: listed.id)
            for copy in copies {
                let placement = placements[copy.entry.id]
                if placement == nil { dropped.insert(copy.entry.id) }
                guard let present = placement?.present, present.pack == listed.id,
                    present.entry.offset == copy.entry.offset
                else { continue }
                stays.append(copy)
            }
            if stays.count == copies.count {
                report.byteCountAfter += Int64(pack.byteCount)
            } else {
                removed.insert(listed.id)
                moved += stays.sorted { $0.entry.offset < $1.entry.offset }
            }
        }
        let encoded = placements.values.filter { $0.present == nil }
        report.encodedFrames = encoded.count
        report.droppedFrames = dropped.count
        report.removedPacks = removed.count
        report.byteCountAfter += encoded.reduce(0) { $0 + Int64($1.recordLength) }
        report.byteCountAfter += moved.reduce(0) { $0 + Int64($1.entry.recordLength) }
        self.removed = removed
        self.moved = moved
        self.report = report
    }
}
