package import ModelCore
import Store

/// What a collection of a remote does, or would do.
package struct RemoteCollectionPlan: Sendable {
    /// A pack and how many bytes its file has.
    package struct Pack: Sendable {
        /// The pack.
        package let id: Digest
        /// The size of its file in bytes; 0 where the file is gone already.
        package let byteCount: Int64
    }

    /// Packs that nothing needs and that are old enough to be buried.
    package let buried: [Pack]
    /// Packs that were buried long enough ago, and go.
    package let deleted: [Pack]
    /// Packs that are buried and stay for now.
    package let waiting: [Pack]
    /// When all of `waiting` could go, in ns by the server's clock; `nil` where nothing waits.
    package let waitingUntil: Int64?
    /// The number of packs that stay because a root needs something in them.
    package let liveCount: Int
    /// The number of packs that nothing needs and that are too young to be buried.
    package let recentCount: Int
    /// Frames that a root needs and that are in buried packs only: they are copied into new ones.
    let rescued: [FrameLocation]

    /// The number of frames that are copied into new packs because they would go with buried ones.
    package var rescuedCount: Int { rescued.count }
    /// Their size in bytes.
    package var rescuedByteCount: Int64 { rescued.reduce(0) { $0 + Int64($1.entry.recordLength) } }

    init(_ survey: RemoteSurvey, _ mark: RemoteMark, now: Int64, remote: String) throws(RemoteError) {
        func pack(_ id: Digest) -> Pack { Pack(id: id, byteCount: survey.packs[id]?.size ?? 0) }
        func isOld(_ time: Int64) -> Bool { now - time >= RemoteCollection.gracePeriod }
        let needed = Set(mark.frames.values.map(\.pack))
        var dead: [Pack] = []
        var recentCount = 0
        for (id, file) in survey.packs where survey.tombs[id] == nil && !needed.contains(id) {
            guard let modified = file.modified else { throw .ageless(remote) }
            if isOld(modified) { dead.append(pack(id)) } else { recentCount += 1 }
        }
        buried = dead.sorted { $0.id < $1.id }
        self.recentCount = recentCount
        liveCount = survey.packs.keys.count { survey.tombs[$0] == nil && needed.contains($0) }
        deleted = survey.tombs.filter { isOld($0.value) }.keys.sorted().map(pack)
        let young = survey.tombs.filter { !isOld($0.value) }
        waiting = young.keys.sorted().map(pack)
        waitingUntil = young.values.max().map { $0 + RemoteCollection.gracePeriod }
        rescued = mark.frames.values.filter { survey.tombs[$0.pack] != nil }.sorted {
            ($0.pack, $0.entry.offset) < ($1.pack, $1.entry.offset)
        }
    }
}
