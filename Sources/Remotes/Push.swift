package import ModelCore
import Codec
package import Store
package import SystemIO
import SystemPackage

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

    private struct Plan {
        var report = Report()
        var remote: IndexSet
        var missing: [FrameLocation] = []
        var pending: [Pointer] = []
        var closure: Closure
    }

    /// Returns what `run` would do.
    package func dryRun(_ pointers: [Pointer]) async throws -> Report {
        guard try await destination.format() != nil else {
            return try await plan(pointers, remote: IndexSet([]), tombs: []).report
        }
        return try await plan(pointers, remote: try await destination.indexes(), tombs: try await destination.tombs())
            .report
    }

    /// Uploads what the remote lacks of the objects of `pointers`; `root` keeps them alive there.
    ///
    /// In this order: packs, their index, object indexes, the root; then the tombs are looked at once more.
    package func run(_ pointers: [Pointer], root: RootRecord?) async throws -> Report {
        try await destination.requireWritable()
        var report = Report()
        // A pack that was buried between the first look and the root is written again, as many times as that happens.
        while true {
            let tombs = try await destination.tombs()
            let plan = try await plan(pointers, remote: try await destination.indexes(), tombs: tombs)
            report.objects = report.objects.isEmpty ? plan.report.objects : report.objects
            let sent = try await upload(plan, tombs: tombs)
            report.packCount += sent.packCount
            report.byteCount += sent.byteCount
            if let root {
                try await destination.remote.write(Array(root.text.utf8), to: StoreLayout.root(root.id))
            }
            let buried = try await destination.tombs().subtracting(tombs)
            if buried.isEmpty || plan.closure.frames.isEmpty { return report }
        }
    }

    private func plan(_ pointers: [Pointer], remote: IndexSet, tombs: Set<Digest>) async throws -> Plan {
        let closure = Closure(of: pointers, in: local)
        var plan = Plan(remote: remote, closure: closure)
        if !closure.isComplete {
            let absent = closure.incomplete.map(\.oid)
            let lacking = absent.filter { !remote.contains($0) && remote.entries(of: $0, kind: .manifest).isEmpty }
            guard lacking.isEmpty else { throw RemoteError.incomplete(destination.remote.name, objects: lacking) }
        }
        plan.missing = closure.frames.values.filter { frame in
            !remote.copies(of: frame.entry.id).contains { !tombs.contains($0.pack) }
        }
        plan.report.byteCount = plan.missing.reduce(0) { $0 + Int64($1.entry.recordLength) }
        if plan.report.byteCount > 0 {
            let missing = Set(plan.missing.map(\.entry.id))
            for pointer in pointers
            where Closure(of: [pointer], in: local).frames.keys.contains(where: missing.contains) {
                plan.report.objects.append(pointer.oid)
            }
        }
        plan.pending = pointers
        return plan
    }

    private func upload(_ plan: Plan, tombs: Set<Digest>) async throws -> Report {
        var report = Report()
        var uploaded = IndexContents()
        let total = plan.report.byteCount
        let parcels = try await PushPacking(local: local, scratch: scratch).parcels(of: plan.missing) { pack in
            // The name of a pack that is there, but in no live index or on its way out, may vanish at any moment.
            if plan.remote.pack(pack) != nil || tombs.contains(pack) { return false }
            return try await destination.remote.size(of: StoreLayout.pack(pack)) == nil
        }
        for parcel in parcels {
            try cancellation.check()
            let sealed = try parcel.pack(in: scratch, from: local)
            try await destination.remote.upload(sealed.path, to: StoreLayout.pack(sealed.pack.id))
            uploaded.add(sealed.pack)
            if parcel.isScratch { try DurableFile.remove(sealed.path) }
            report.packCount += 1
            report.byteCount += Int64(sealed.pack.byteCount)
            progress(min(report.byteCount, total), total)
        }
        for object in plan.closure.objects where plan.remote.entries(of: object.oid, kind: object.kind).isEmpty {
            uploaded.add(object)
        }
        if !uploaded.isEmpty {
            let bytes = uploaded.encoded(as: .index)
            try await destination.remote.write(bytes, to: StoreLayout.index(SHA256.digest(of: bytes)))
        }
        try await publishObjectIndexes(of: plan.pending, isNew: !uploaded.isEmpty)
        return report
    }

    private func publishObjectIndexes(of pointers: [Pointer], isNew: Bool) async throws {
        var fresh: IndexSet?
        for pointer in pointers {
            let file = StoreLayout.objectIndex(pointer.oid)
            if try await destination.remote.size(of: file) != nil { continue }
            let closure = Closure(of: [pointer], in: local)
            guard closure.isComplete else { continue }
            if fresh == nil { fresh = try await destination.indexes() }
            guard let indexes = fresh else { continue }
            var contents = IndexContents()
            for frame in closure.frames.keys {
                guard let copy = indexes.copies(of: frame).first, let pack = indexes.pack(copy.pack) else { continue }
                contents.add(copy, in: pack)
            }
            for object in closure.objects { contents.add(object) }
            try await destination.remote.write(contents.encoded(as: .objectIndex), to: file)
        }
    }
}
