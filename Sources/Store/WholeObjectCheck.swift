import ModelCore
package import SystemIO

/// Checks that a manifest from elsewhere rebuilds the object that it claims to, and that a comparison is of it.
///
/// Frames carry their own names, but only the digest of the whole proves that they are these frames in this order.
package struct WholeObjectCheck {
    private let store: LocalStore
    private let cancellation: Cancellation

    /// Creates a check on `store`, which has the manifest's frames; it throws `StoreError.cancelled` once it is.
    package init(_ store: LocalStore, until cancellation: Cancellation) {
        self.store = store
        self.cancellation = cancellation
    }

    /// Returns whether an entry is what it says: a manifest that rebuilds exactly its object, or a comparison of that.
    ///
    /// A manifest that is of another object, is none, or names frames that are not in the store does not rebuild it.
    /// The figures of a comparison are its author's word.
    package func isRight(_ entry: ObjectEntry) throws(StoreError) -> Bool {
        var reader = FrameReader(store)
        guard entry.kind == .comparison else { return try isRebuilt(by: entry, reader: &reader) }
        return try unlessWrong { () throws(StoreError) in
            try store.comparisonPart(of: entry, reader: &reader)
        } != nil
    }

    private func isRebuilt(by entry: ObjectEntry, reader: inout FrameReader) throws(StoreError) -> Bool {
        let map = try unlessWrong { () throws(StoreError) in try store.map(of: entry, reader: &reader) }
        guard let map else { return false }
        // The digest of the whole proves all of it; only where it is another is each frame asked whether it is itself.
        for provesFrames in [false, true] {
            let digest = RunningDigest(of: map, by: entry, provesFrames: provesFrames, until: cancellation)
            if try digest.finish(reader: &reader) == entry.oid { return true }
        }
        return false
    }

    /// Returns `nil` where what is read is not what it should be, or not here.
    private func unlessWrong<Value>(_ read: () throws(StoreError) -> Value) throws(StoreError) -> Value? {
        do throws(StoreError) { return try read() } catch {
            switch error {
            case .damaged, .wrongObject: return nil
            default:
                if error.isAbsence { return nil }
                throw error
            }
        }
    }
}
