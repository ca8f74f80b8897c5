import Codec
package import ModelCore
package import Store
package import SystemIO
package import SystemPackage

/// Brings objects of the local store to a remote: missing frames only, in packs, then what finds them.
package struct Push: Sendable {
    /// What a push did or would do.
    package struct Report: Sendable {
        /// The objects that the remote did not have whole.
        package var objects: [Digest] = []
        /// The packs uploaded.
        package var packCount = 0
        /// The bytes uploaded in packs.
        package var byteCount: Int64 = 0
    }

    /// How often a push starts again because collection took away what it counted on.
    private static let maximumRounds = 5

    private let local: LocalStore
    private let destination: RemoteStore
    private let scratch: FilePath
    private let cancellation: Cancellation
    private let progress: @Sendable (_ done: Int64, _ total: Int64) -> Void

    /// Creates a push from `local`; `scratch` is a directory of this machine for packs that are put together for the remote.
    package init(
        from local: LocalStore,
        to destination: RemoteStore,
        scratch: FilePath,
        cancellation: Cancellation,
        progress: @escaping @Sendable (_ done: Int64, _ total: Int64) -> Void
    ) {
        self.local = local
        self.destination = destination
        self.scratch = scratch
        self.cancellation = cancellation
        self.progress = progress
    }

    /// Returns what `run` would do.
    package func dryRun(_ pointers: [Pointer]) async throws -> Report {
        let inventory = try await destination.format() == nil ? .empty : RemoteInventory(of: destination)
        let closure = try closure(of: pointers, in: inventory)
        let missing = PushedFrames(of: closure, missingIn: inventory)
        return Report(objects: objects(of: pointers, needing: missing), packCount: 0, byteCount: missing.byteCount)
    }

    /// Uploads what the remote lacks of the objects of `pointers`; `root` keeps them alive there.
    ///
    /// In this order: packs, their index, object indexes, the root. Then the remote is looked at once more, and what collection took
    /// away in between is written again: only a look after the root proves that everything is there.
    package func run(_ pointers: [Pointer], root: RootRecord?) async throws -> Report {
        try await destination.requireWritable()
        var report = Report()
        var inventory = try await RemoteInventory(of: destination)
        let closure = try closure(of: pointers, in: inventory)
        var missing = PushedFrames(of: closure, missingIn: inventory)
        report.objects = objects(of: pointers, needing: missing)
        for _ in 0..<Push.maximumRounds {
            let sent = try await upload(missing, of: closure, inventory)
            report.packCount += sent.packCount
            report.byteCount += sent.byteCount
            try await publishObjectIndexes(of: pointers)
            if let root {
                try await destination.remote.write(Array(root.text.utf8), to: StoreLayout.root(root.id))
            } else if sent.packCount == 0 {
                return report
            }
            inventory = try await RemoteInventory(of: destination)
            missing = PushedFrames(of: closure, missingIn: inventory)
            if missing.isEmpty { return report }
        }
        throw RemoteError.unreachable(destination.remote.name, cause: "what is uploaded keeps disappearing")
    }

    /// Returns the closure of the objects here; what is not here must be in the remote already.
    private func closure(of pointers: [Pointer], in inventory: RemoteInventory) throws -> Closure {
        let closure = Closure(of: pointers, in: local)
        for (_, reason) in closure.incomplete where !reason.isAbsence { throw reason }
        let lacking = closure.incomplete.map(\.oid).filter { !inventory.mayHave($0) }
        guard lacking.isEmpty else { throw RemoteError.incomplete(destination.remote.name, objects: lacking) }
        return closure
    }

    private func objects(of pointers: [Pointer], needing missing: PushedFrames) -> [Digest] {
        guard !missing.isEmpty else { return [] }
        return pointers.filter { missing.includeAny(of: Closure(of: [$0], in: local)) }.map(\.oid)
    }

    private func upload(
        _ missing: PushedFrames,
        of closure: Closure,
        _ inventory: RemoteInventory
    ) async throws -> Report {
        var report = Report()
        var contents = IndexContents()
        let total = missing.byteCount
        let packing = PushPacking(local: local)
        for parcel in try packing.parcels(of: missing.locations, isFree: inventory.isFree) {
            try cancellation.check()
            let (pack, path) = try parcel.pack(in: scratch, from: local)
            try await destination.remote.upload(path, to: StoreLayout.pack(pack.id))
            contents.add(pack)
            if parcel.isScratch { try DurableFile.remove(path) }
            report.packCount += 1
            report.byteCount += Int64(pack.byteCount)
            progress(min(report.byteCount, total), total)
        }
        for object in closure.objects where !inventory.knows(object) { contents.add(object) }
        if !contents.isEmpty {
            let bytes = contents.encoded(as: .index)
            try await destination.remote.write(bytes, to: StoreLayout.index(SHA256.digest(of: bytes)))
        }
        return report
    }

    private func publishObjectIndexes(of pointers: [Pointer]) async throws {
        var inventory: RemoteInventory?
        for pointer in pointers {
            let file = StoreLayout.objectIndex(pointer.oid)
            if try await destination.remote.size(of: file) != nil { continue }
            let closure = Closure(of: [pointer], in: local)
            guard closure.isComplete else { continue }
            if inventory == nil { inventory = try await RemoteInventory(of: destination) }
            guard let inventory else { continue }
            var contents = IndexContents()
            for frame in closure.frames.keys {
                guard let copy = inventory.copy(of: frame), let pack = inventory.pack(copy.pack) else { continue }
                contents.add(copy, in: pack)
            }
            for object in closure.objects { contents.add(object) }
            try await destination.remote.write(contents.encoded(as: .objectIndex), to: file)
        }
    }
}
