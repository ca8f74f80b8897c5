import ModelCore
import SystemIO
import SystemPackage

/// A file that is being added: its bytes, how they are to be cut, and what is known of them.
struct FileReading: Sendable {
    let source: FileSource
    /// The wall-clock time in ns before its first byte was read.
    let readAt: Int64
    let assembly: SegmentAssembly

    /// Opens a file and finds out what it is.
    static func begin(
        _ path: FilePath,
        _ sizes: StoreSizes,
        bases: FileBases,
        beside models: ModelsBeside,
        known: KnownFile? = nil
    ) throws(StoreError) -> FileReading {
        let readAt = WallClock.now()
        let source = try FileSource(path)
        let plan = try SegmentPlan(adding: source, beside: models, sizes)
        return FileReading(
            source: source,
            readAt: readAt,
            assembly: SegmentAssembly(plan, bases: bases, known: known)
        )
    }

    var plan: SegmentPlan { assembly.plan }
}
