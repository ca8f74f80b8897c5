import Codec
import ModelCore

/// What was found of stretches of a tensor beside those of an earlier version.
enum PairFinding: Sendable {
    /// Their elements are numbers, which were compared.
    case numbers(PairMeasurement)
    /// They are not, and whether the bytes are the same is all that is known.
    case bytes(areSame: Bool)

    /// Adds what was found of the stretches that come next.
    func joined(with next: PairFinding) -> PairFinding {
        switch (self, next) {
        case (.numbers(var sum), .numbers(let more)):
            sum.append(more)
            return .numbers(sum)
        case (.bytes(let one), .bytes(let other)): return .bytes(areSame: one && other)
        default: return .bytes(areSame: false)
        }
    }
}

/// Reads and compares stretches of two versions; one a thread.
struct PairReader: ~Copyable {
    private let store: LocalStore
    private var later: StretchReader
    private var earlier: StretchReader

    /// Creates a reader of versions that are in `store`, or on disk.
    init(_ store: LocalStore) {
        self.store = store
        later = StretchReader(store)
        earlier = StretchReader(store)
    }

    /// Compares a stretch of a tensor that has a counterpart.
    mutating func measure(_ stretch: TensorPair.Stretch, of pair: TensorPair) throws(StoreError) -> PairFinding {
        guard let sides = pair.sides else { return .bytes(areSame: false) }
        if let frames = pair.frames(stretch) {
            if sides.type == sides.earlierType, frames.later == frames.earlier {
                let bytes = try later.bytes(stretch.later, of: sides.later)
                return PairMeasurement(unchanged: bytes, of: sides.type).map { .numbers($0) } ?? .bytes(areSame: true)
            }
            // SAFETY: both are one reader's, which decodes nothing more before they are compared.
            if let found = try related(frames) { return PairReader.compare(found.later, found.earlier, sides) }
        }
        // SAFETY: each is of another reader, both outlive the call, and neither reads again before the comparison is
        // done.
        let bytes = try later.bytes(stretch.later, of: sides.later)
        return PairReader.compare(bytes, try earlier.bytes(stretch.earlier, of: sides.earlier), sides)
    }

    /// Returns two frames of which one is stored as a difference to the other: whoever decodes it has both.
    private mutating func related(
        _ frames: (later: FrameReference, earlier: FrameReference)
    ) throws(StoreError) -> (later: UnsafeRawBufferPointer, earlier: UnsafeRawBufferPointer)? {
        if depth(of: frames.later) >= depth(of: frames.earlier) {
            guard let found = try later.bytes(of: frames.later, with: frames.earlier) else { return nil }
            return (found.frame, found.base)
        }
        guard let found = try earlier.bytes(of: frames.earlier, with: frames.later) else { return nil }
        return (found.base, found.frame)
    }

    private func depth(of frame: FrameReference) -> UInt8 { store.listedCopies(of: frame.id).first?.entry.depth ?? 0 }

    private static func compare(
        _ bytes: UnsafeRawBufferPointer,
        _ base: UnsafeRawBufferPointer,
        _ sides: (later: ComparedFile.Bytes, earlier: ComparedFile.Bytes, type: DataType, earlierType: DataType)
    ) -> PairFinding {
        if let measured = PairMeasurement(bytes, of: sides.type, base: base, of: sides.earlierType) {
            return .numbers(measured)
        }
        return .bytes(areSame: bytes.isEqual(to: base))
    }
}
