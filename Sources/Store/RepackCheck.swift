import ModelCore
import SystemIO

/// Reads back what a repack wrote, in the store as it will be without the packs that are to go.
struct RepackCheck: Sendable {
    private let store: LocalStore
    private let survey: RepackSurvey
    private let change: RepackChange
    private let pool: WorkerPool
    private let cancellation: Cancellation

    init(
        _ store: LocalStore,
        _ survey: RepackSurvey,
        _ change: RepackChange,
        pool: WorkerPool,
        cancellation: Cancellation
    ) {
        self.store = store
        self.survey = survey
        self.change = change
        self.pool = pool
        self.cancellation = cancellation
    }

    /// Returns the store as it will be, or throws where that would lack anything.
    func run() async throws -> LocalStore {
        let view = LocalStore(store, without: change.removed)
        let frames = Array(change.placements)
        _ = try await pool.map(frames.count, state: { FrameReader(view) }) { turn, reader in
            try cancellation.check()
            let (frame, placement) = frames[turn]
            try check(frame, placement, in: view, &reader)
        }
        let after = Closure(of: survey.live, in: view)
        let lost = Set(after.incomplete.map(\.oid)).subtracting(survey.closure.incomplete.map(\.oid))
        if let first = after.incomplete.first(where: { lost.contains($0.oid) }) { throw first.reason }
        return view
    }

    /// Decodes a copy that is new, or of which another goes; the others are compared with their checksums.
    private func check(
        _ frame: Digest,
        _ placement: FramePlacement,
        in view: LocalStore,
        _ reader: inout FrameReader
    ) throws(StoreError) {
        let copies = try view.presentCopies(of: frame)
        guard let copy = copies.first(where: { $0.entry.depth == placement.depth && $0.base == placement.base }) else {
            throw .missingFrame(frame, object: frame)
        }
        let isUntouched = placement.present == copy && store.indexes.copies(of: frame).count == 1
        try reader.check(copy, decoding: placement.isDecodable && !isUntouched)
    }
}
