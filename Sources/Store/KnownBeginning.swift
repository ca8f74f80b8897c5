import Codec
import ModelCore
import Synchronization

/// The beginning of a file that may be as it was when the file was added before.
///
/// Any number of threads compare its cuts with those of then, each two at a time, for the digests of two cost what one
/// costs. The digest of the file goes on from the state that it had behind the last cut that is the same.
final class KnownBeginning: Sendable {
    /// What became of the cuts before the first that is another.
    struct Outcome {
        /// The frames that are in the store.
        var stored: [StoredFrame] = []
        /// The bytes of the pieces that lie in the manifest, by piece.
        var inline: [Int: [UInt8]] = [:]
        /// The state of the file's digest behind each cut.
        var hashes: [HashedBeginning] = []
        /// The piece in which the rest begins, and the number of the cut in it.
        var piece = 0, position = 0
        /// Where the rest begins.
        var offset: Int64 = 0
    }

    private struct State {
        var stored: [Int: StoredFrame] = [:]
        var inline: [Int: [UInt8]] = [:]
        var end: Int
    }

    let places: [KnownFile.Place]
    private let plan: SegmentPlan
    private let turns: Turns
    private let state: Mutex<State>

    /// Creates the beginning of a file whose frames have at most so many bytes; `nil` where nothing of it can be as it
    /// was.
    init?(of assembly: SegmentAssembly, frameByteCount: Int) {
        plan = assembly.plan
        places = assembly.known?.places(in: plan, frameByteCount: frameByteCount) ?? []
        guard !places.isEmpty else { return nil }
        turns = Turns(count: (places.count + 1) / 2)
        state = Mutex(State(end: places.count))
    }

    /// Returns the next places to look at, one or two; `nil` when there are no more.
    func next() -> Range<Int>? {
        turns.next().map { (2 * $0)..<min(2 * $0 + 2, places.count) }
    }

    /// Notes that a frame is as it was, and in the store.
    func take(_ frame: StoredFrame, at index: Int) { state.withLock { $0.stored[index] = frame } }

    /// Notes that bytes that lie in the manifest are as they were.
    func take(_ bytes: [UInt8], at index: Int) { state.withLock { $0.inline[index] = bytes } }

    /// Ends the beginning before a place that is not as it was.
    func end(before index: Int) {
        turns.stop()
        state.withLock { $0.end = min($0.end, index) }
    }

    /// Returns what was found when all threads are done, and how many bytes were looked at in vain.
    func finish() -> (Outcome, wasted: Int64) {
        let state = state.withLock { $0 }
        var end = state.end
        // Where something is left of the plan, something has to be left of the file.
        if end < places.count || places[end - 1].piece < plan.pieces.count - 1 {
            let size = plan.pieces.last?.range.upperBound ?? 0
            while end > 0, places[end - 1].range.upperBound == size { end -= 1 }
        }
        var outcome = Outcome()
        for (index, place) in places[..<end].enumerated() {
            if let frame = state.stored[index] { outcome.stored.append(frame) }
            if let bytes = state.inline[index] { outcome.inline[place.piece] = bytes }
            outcome.hashes.append(place.cut.hash)
        }
        if end > 0 { outcome.offset = places[end - 1].range.upperBound }
        outcome.piece = end < places.count ? places[end].piece : (places.last?.piece ?? 0) + 1
        outcome.position = end < places.count ? places[end].position : 0
        let wasted = state.stored.reduce(Int64(0)) { $0 + ($1.key < end ? 0 : Int64($1.value.reference.byteCount)) }
        return (outcome, wasted)
    }
}
