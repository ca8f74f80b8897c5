import ModelCore
import Store

/// The frames of a closure that a remote lacks.
struct PushedFrames {
    /// A local copy of each.
    let locations: [FrameLocation]
    private let ids: Set<Digest>

    init(of closure: Closure, missingIn inventory: RemoteInventory) {
        locations = closure.frames.values.filter { inventory.copy(of: $0.entry.id) == nil }
        ids = Set(locations.map(\.entry.id))
    }

    /// Whether the remote has everything.
    var isEmpty: Bool { locations.isEmpty }

    /// The bytes that the frames take in packs.
    var byteCount: Int64 { locations.reduce(0) { $0 + Int64($1.entry.recordLength) } }

    /// Returns whether another closure needs any of these frames.
    func includeAny(of closure: Closure) -> Bool { closure.frames.keys.contains { ids.contains($0) } }
}
