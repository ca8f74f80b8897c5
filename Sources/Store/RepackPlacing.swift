import ModelCore
import SystemIO

/// Finds or makes the copy of every frame that a repacked store keeps, on all threads: a frame after what it decodes
/// against.
struct RepackPlacing: Sendable {
    private let store: LocalStore
    private let survey: RepackSurvey
    private let output: RepackOutput
    private let pool: WorkerPool
    private let cancellation: Cancellation
    private let progress: @Sendable (Int64) -> Void
    private let layout = FrameLayout()

    init(
        _ store: LocalStore,
        _ survey: RepackSurvey,
        _ output: RepackOutput,
        pool: WorkerPool,
        cancellation: Cancellation,
        progress: @escaping @Sendable (Int64) -> Void
    ) {
        self.store = store
        self.survey = survey
        self.output = output
        self.pool = pool
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Places every frame that has to stay; what nothing here decodes stays as it is.
    func run(_ request: Repack.Request) async throws -> FrameLayout {
        if !request.victims.isEmpty { try await placeRest { .init(frame: $0, width: nil, wish: .untouched) } }
        for generation in request.order.generations { try await place(try frames(of: generation)) }
        try await placeRest { .init(frame: $0, width: nil, wish: .unchanged) }
        for (frame, copy) in try undecodable() { layout.place(frame, as: copy) }
        return layout
    }

    /// Places frames that do not depend on each other.
    private func place(_ items: [FrameToPlace]) async throws {
        let placed = try await pool.map(items.count, state: { FramePlacer(store, layout, output) }) { turn, placer in
            try cancellation.check()
            defer { progress(Int64(items[turn].frame.byteCount)) }
            return (items[turn].frame.id, try placer.place(items[turn]))
        }
        for case (let frame, let placement?) in placed { layout.place(frame, as: placement) }
    }

    /// Returns the frames of objects that have to be full, or that have a base; the others are as good as they are.
    private func frames(of generation: [RepackOrder.Step]) throws(StoreError) -> [FrameToPlace] {
        var seen: Set<Digest> = []
        var items: [FrameToPlace] = []
        var reader = FrameReader(store)
        let steps = try generation.map { step throws(StoreError) in
            (step: step, segments: try segments(of: step.pointer, reader: &reader))
        }
        // What is fetched together may well be differences to each other.
        let together = Set(steps.filter { $0.step.base == nil }.flatMap { $0.segments.flatMap(\.frameIDs) })
        for (step, segments) in steps {
            let catalog = step.base.map { BaseCatalog(of: [$0], in: store) } ?? .empty
            for segment in segments {
                guard case .frames(let frames) = segment.content else { continue }
                let bases = catalog.frames(of: segment.form, named: segment.name, inFile: "")
                for (position, frame) in frames.enumerated() where layout[frame.id] == nil {
                    guard survey.kept[frame.id] != nil, !seen.contains(frame.id) else { continue }
                    if step.base == nil, let base = survey.closure.frames[frame.id]?.base, together.contains(base) {
                        continue
                    }
                    guard let wish = wish(for: frame, of: step, base: position < bases.count ? bases[position] : nil)
                    else { continue }
                    seen.insert(frame.id)
                    items.append(FrameToPlace(frame: frame, width: ElementWidth(of: segment.type), wish: wish))
                }
            }
        }
        return items
    }

    private func wish(
        for frame: FrameReference,
        of step: RepackOrder.Step,
        base: FrameReference?
    ) -> FrameToPlace.Wish? {
        if step.base == nil { return .full }
        guard let base, base.byteCount == frame.byteCount, layout[base.id] != nil else { return nil }
        return .difference(to: base.id)
    }

    /// Returns the segments of a file, or of all files of a tree, as far as they are here.
    private func segments(of pointer: Pointer, reader: inout FrameReader) throws(StoreError) -> [Segment] {
        var files = [(oid: pointer.oid, size: pointer.size)]
        if pointer.kind == .tree {
            guard let listing = try? store.listing(pointer.oid, reader: &reader) else { return [] }
            files = listing.tree.entries.map { (oid: $0.digest, size: $0.size) }
        }
        var segments: [Segment] = []
        for file in files {
            // What cannot be read is not worth an order.
            let maps = (try? store.maps(of: file.oid, size: file.size, reader: &reader)) ?? []
            let map = maps.first { $0.manifest.map(survey.closure.objects.contains) ?? true }
            segments += map?.segments ?? []
        }
        return segments
    }

    /// Places what is not placed yet, and what that still decodes against, in the order of the depth that it has now.
    private func placeRest(_ item: (FrameReference) -> FrameToPlace) async throws {
        var depths: [[FrameReference]] = Array(repeating: [], count: Int(FrameRecord.maximumDepth) + 1)
        var seen: Set<Digest> = []
        var open = survey.kept.keys.filter { layout[$0] == nil }
        while let frame = open.popLast() {
            guard seen.insert(frame).inserted, let copy = try store.presentCopies(of: frame).first else { continue }
            let depth = min(Int(copy.entry.depth), depths.count - 1)
            depths[depth].append(FrameReference(id: frame, byteCount: Int(copy.entry.rawLength)))
            if let base = copy.base, layout[base] == nil, !survey.purged.contains(base) { open.append(base) }
        }
        for frames in depths {
            // In one order, so that two runs over the same store come to the same.
            let unplaced = frames.filter { layout[$0.id] == nil }.sorted { $0.id < $1.id }
            try await place(unplaced.map(item))
        }
    }

    /// What has to stay although nothing here decodes it, as in a store that was fetched in part.
    private func undecodable() throws(StoreError) -> [(Digest, FramePlacement)] {
        var copies: [(Digest, FramePlacement)] = []
        for frame in survey.kept.keys where layout[frame] == nil {
            guard let copy = try store.presentCopies(of: frame).first else { continue }
            copies.append((frame, FramePlacement(undecodable: copy)))
        }
        return copies
    }
}

extension Segment {
    fileprivate var frameIDs: [Digest] {
        guard case .frames(let frames) = content else { return [] }
        return frames.map(\.id)
    }
}
