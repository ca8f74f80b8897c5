import ModelCore
import SystemIO
import SystemPackage

/// Mends a store from what is in it; every step leaves a store that works, should the next not come.
struct StoreMend {
    let store: LocalStore
    let cancellation: Cancellation

    /// Copies what is still right in damaged packs into new ones; `indexes` know frames whose pack's own table is lost.
    func salvage(_ packs: [Digest], from indexes: [IndexFile]) throws(StoreError) {
        guard !packs.isEmpty else { return }
        let appenders = Dictionary(
            uniqueKeysWithValues: PackKind.allCases.map { ($0, PackAppender(kind: $0, store: store)) }
        )
        for id in packs {
            let pack = try PackFile(damaged: store.root.appending(StoreLayout.pack(id)), id: id)
            let kind = store.indexes.pack(id)?.kind ?? .data
            for entry in entries(of: pack, in: indexes) { try salvage(entry, of: pack, into: appenders[kind]) }
        }
        var contents = IndexContents()
        for appender in appenders.values {
            for pack in try appender.finish() { contents.add(pack) }
        }
        if !contents.isEmpty { try store.publish(contents) }
    }

    private func entries(of pack: PackFile, in indexes: [IndexFile]) -> Set<FrameEntry> {
        var entries: Set<FrameEntry> = []
        func add(_ entry: FrameEntry) {
            var entry = entry
            entry.pack = 0
            entries.insert(entry)
        }
        do throws(StoreError) {
            for entry in try pack.contents().entries { add(entry) }
        } catch {
            // Then the indexes are all there is.
        }
        for file in indexes where file.packs.contains(where: { $0.id == pack.id }) {
            for position in 0..<file.frameCount {
                if let frame = file.frame(at: position), frame.pack == pack.id { add(frame.entry) }
            }
        }
        return entries
    }

    private func salvage(_ entry: FrameEntry, of pack: PackFile, into appender: PackAppender?) throws(StoreError) {
        do throws(StoreError) {
            let (record, stored) = try pack.record(of: entry)
            defer { pack.releaseMemory(of: entry) }
            // A delta's base may be in the pack that is lost; its checksum says that it is as it was written.
            if record.base == nil {
                do throws(FormatError) { _ = try PackDecoding.bytes(of: record, stored: stored) } catch {
                    // What only a later version decodes is right as far as its checksums say.
                    guard error.needsNewerVersion else { return }
                }
            }
            try appender?.append(record, stored: stored)
        } catch { guard error.isAboutContent else { throw error } }
    }

    /// Writes an index of packs that none lists.
    func list(_ packs: [Digest]) throws(StoreError) {
        guard !packs.isEmpty else { return }
        try store.publish(try IndexRecovery(store, until: cancellation).frames(of: packs))
    }

    /// Writes an index of the objects of `packs` that none lists.
    func listObjects(of packs: [Digest]) throws(StoreError) {
        let objects = try IndexRecovery(store, until: cancellation).objects(of: packs)
        if !objects.isEmpty { try store.publish(objects) }
    }

    /// Drops packs that are lost from the indexes, and whole indexes that are damaged.
    func forget(_ packs: Set<Digest>, indexes damaged: [FilePath]) throws(StoreError) {
        var stale: [IndexFile] = []
        for file in store.indexes.files
        where !damaged.contains(file.path) && file.packs.contains(where: { packs.contains($0.id) }) {
            // One that this version does not understand stays as it is.
            do throws(StoreError) {
                try file.verify()
                stale.append(file)
            } catch { guard error.isAboutContent else { throw error } }
        }
        if !stale.isEmpty { try store.replace(stale) { !packs.contains($0) } }
        for path in damaged { try remove(path) }
        try store.refresh()
    }

    /// Moves damaged packs out of the way, so that what is lost counts as missing and can be fetched again.
    func quarantine(_ packs: [Digest]) throws(StoreError) {
        guard !packs.isEmpty else { return }
        do {
            let directory = store.root.appending(StoreLayout.quarantine)
            try Directories.create(directory)
            for id in packs {
                let path = store.root.appending(StoreLayout.pack(id))
                try DurableFile.rename(path, to: directory.appending(id.hex + ".pack"))
            }
        } catch { throw .io(error) }
        store.forgetPacks()
    }

    func remove(_ path: FilePath) throws(StoreError) {
        do { try DurableFile.remove(path) } catch { throw .io(error) }
    }
}
