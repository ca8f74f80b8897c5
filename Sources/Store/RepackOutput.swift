import Codec
import ModelCore
import SystemIO

/// Takes the records that a repack writes: into packs of the store, or, where it only says what it would do, nowhere.
final class RepackOutput: Sendable {
    private let store: LocalStore
    private let appenders: [PackKind: PackAppender]

    /// Creates an output into packs of `store`; without `writes`, to nowhere.
    init(_ store: LocalStore, writes: Bool) {
        self.store = store
        let kinds = writes ? PackKind.allCases : []
        appenders = Dictionary(uniqueKeysWithValues: kinds.map { ($0, PackAppender(kind: $0, store: store)) })
    }

    func append(_ record: FrameRecord, stored: UnsafeRawBufferPointer, to kind: PackKind) throws(StoreError) {
        try appenders[kind]?.append(record, stored: stored)
    }

    /// Copies a record as it is.
    func move(_ copy: FrameLocation) throws(StoreError) {
        let pack = try store.pack(copy.pack)
        defer {
            pack.releaseMemory(of: copy.entry)
            extendLifetime(pack)
        }
        let (record, stored) = try pack.record(of: copy.entry)
        try append(record, stored: stored, to: store.indexes.pack(copy.pack)?.kind ?? .data)
    }

    /// Seals the packs and lets the store find their frames.
    func publish() throws(StoreError) {
        var contents = IndexContents()
        for appender in appenders.values {
            for pack in try appender.finish() { contents.add(pack) }
        }
        if !contents.isEmpty { try store.publish(contents) }
    }

    /// The packs that were written.
    var packs: Set<Digest> { appenders.values.reduce(into: []) { $0.formUnion($1.sealedPacks) } }

    /// Removes what is not sealed yet.
    func abandon() {
        for appender in appenders.values { appender.abandon() }
    }
}
