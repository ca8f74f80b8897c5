import ModelCore
import Store

/// A stretch of a pack that is fetched at once, and the wanted frames in it.
struct PackRange: Sendable {
    /// Frames that lie no farther apart than this are fetched together.
    private static let maximumGap = 1 << 20
    /// No more than this is asked for at once, unless a pack is fetched whole.
    private static let maximumByteCount = 8 << 20
    /// A pack of which at least this share is wanted is fetched in few large stretches, gaps included.
    private static let wholePackShare = 0.6

    let pack: Digest
    let kind: PackKind
    let bytes: Range<Int>
    let frames: [FrameLocation]

    /// The bytes of the wanted frames.
    var wantedByteCount: Int64 { frames.reduce(0) { $0 + Int64($1.entry.recordLength) } }

    /// Returns how many frames are needed before any of these; `Int.max` where no object says so.
    func turn(in checks: ChecksAhead) -> Int { frames.compactMap { checks.turn(of: $0.entry.id) }.min() ?? .max }

    /// Returns stretches that cover every frame once.
    static func covering(_ frames: [FrameLocation], packs: [Digest: IndexContents.Pack]) -> [PackRange] {
        var ranges: [PackRange] = []
        for (id, group) in Dictionary(grouping: frames, by: \.pack).sorted(by: { $0.key < $1.key }) {
            guard let pack = packs[id] else { continue }
            let sorted = group.sorted { $0.entry.offset < $1.entry.offset }
            let wanted = sorted.reduce(0) { $0 + $1.entry.recordLength }
            let isMostly = Double(wanted) >= wholePackShare * Double(pack.size)
            let gap = isMostly ? Int(pack.size) : maximumGap
            ranges += runs(of: sorted, maximumGap: gap).map { run in
                let end = run.map { Int($0.entry.offset) + $0.entry.recordLength }.max() ?? 0
                return PackRange(pack: id, kind: pack.kind, bytes: Int(run[0].entry.offset)..<end, frames: run)
            }
        }
        return ranges
    }

    private static func runs(of frames: [FrameLocation], maximumGap: Int) -> [[FrameLocation]] {
        var runs: [[FrameLocation]] = []
        var start = 0
        var end = 0
        for frame in frames {
            let offset = Int(frame.entry.offset)
            let isNear = !runs.isEmpty && offset - end <= maximumGap
            if isNear, offset + frame.entry.recordLength - start <= maximumByteCount {
                runs[runs.count - 1].append(frame)
            } else {
                runs.append([frame])
                start = offset
            }
            end = offset + frame.entry.recordLength
        }
        return runs
    }
}
