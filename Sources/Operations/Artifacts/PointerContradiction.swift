import ModelCore
import Store

extension LocalStore {
    /// The most bytes that are read to see whether they are a tree's listing.
    private static let probeLimit: Int64 = 64 << 20

    /// Returns what a pointer says of its object that is not so, as a clause that calls the pointer "it".
    ///
    /// `nil` where the pointer is right, and where the object is not here, or damaged.
    func contradiction(of pointer: Pointer) -> String? {
        let frames = listedCopies(of: pointer.oid).map { Int64($0.entry.rawLength) }
        let manifests = entries(of: pointer.oid, kind: .manifest).map(\.size)
        guard let size = (frames + manifests).first else { return nil }
        switch pointer.kind {
        case .file:
            if (frames + manifests).contains(pointer.size) { return nil }
            if size <= LocalStore.probeLimit, case .tree = content(of: pointer.oid) {
                return "it says that its object is a file, but that is a tree"
            }
            return "it says \(pointer.size) bytes, but its object has \(size)"
        case .tree:
            guard size <= LocalStore.probeLimit else { return nil }
            switch content(of: pointer.oid) {
            case .other: return "it says that its object is a tree, but that is a file"
            case .tree(let size) where size != pointer.size:
                return "it says \(pointer.size) bytes, but the files of its tree have \(size)"
            case .tree, nil: return nil
            }
        }
    }

    private enum Content {
        /// A listing of files with so many bytes.
        case tree(Int64)
        case other
    }

    /// Returns what an object is; `nil` where it cannot be read.
    private func content(of oid: Digest) -> Content? {
        var reader = FrameReader(self)
        do { return .tree(try listing(oid, reader: &reader).tree.contentSize) } catch {
            // The bytes are those that the digest names, and are no listing.
            if case .notAListing = error { return .other }
            return nil
        }
    }
}
