import ModelCore

/// A place among the frames of an index.
struct IndexCursor {
    /// What frames are in the order of: two copies are one where it is the same.
    struct Position: Comparable {
        let id: Digest
        let pack: Digest
        let offset: UInt32

        static func < (left: Position, right: Position) -> Bool {
            if left.id != right.id { return left.id < right.id }
            if left.pack != right.pack { return left.pack < right.pack }
            return left.offset < right.offset
        }
    }

    private let file: IndexFile
    private let isKept: (Digest) -> Bool
    private var next = 0
    /// The copy here.
    private(set) var frame: FrameLocation

    /// Stands at the first frame of a pack that is kept; `nil` where there is none.
    init?(_ file: IndexFile, keepingPack isKept: @escaping (Digest) -> Bool) throws(StoreError) {
        self.file = file
        self.isKept = isKept
        guard let first = try IndexCursor.next(in: file, from: &next, isKept) else { return nil }
        frame = first
    }

    /// Where the cursor stands.
    var position: Position { Position(id: frame.entry.id, pack: frame.pack, offset: frame.entry.offset) }

    /// Goes on to the next frame of a pack that is kept; `false` at the end.
    mutating func advance() throws(StoreError) -> Bool {
        guard let found = try IndexCursor.next(in: file, from: &next, isKept) else { return false }
        guard frame.entry.id <= found.entry.id else { throw IndexCursor.damaged(file) }
        frame = found
        return true
    }

    private static func next(
        in file: IndexFile,
        from position: inout Int,
        _ isKept: (Digest) -> Bool
    ) throws(StoreError) -> FrameLocation? {
        while position < file.frameCount {
            guard let found = file.frame(at: position) else { throw damaged(file) }
            position += 1
            if isKept(found.pack) { return found }
        }
        return nil
    }

    private static func damaged(_ file: IndexFile) -> StoreError {
        .damaged(file.path, FormatError("index", .malformed("its entries contradict one another")))
    }
}
