package import ModelCore
package import Store
import SystemIO

/// Brings single segments of a file from a remote: its manifest, and the frames of what is wanted, whatever they decode
/// against.
///
/// The store does not come to know the object: its manifest was not checked as a whole, and most of its frames are not
/// here.
package struct PartialFetch: Sendable {
    private let fetch: Fetch

    /// Creates a partial fetch between the stores of `fetch`.
    package init(_ fetch: Fetch) { self.fetch = fetch }

    /// Brings the segments of the file `object` that are wanted, and returns the manifest's entry; `nil` where the
    /// remote lacks any.
    ///
    /// `artifact` names the object index to look into first: the file itself, or the tree that the file is of.
    package func run(
        _ object: Pointer,
        in artifact: Pointer,
        isWanted: @Sendable (Segment) -> Bool
    ) async throws -> ObjectEntry? {
        try fetch.local.requireWritable()
        try await fetch.source.requireReadable()
        return try await find(by: artifact.oid, isNeeded: true) { indexes in
            try await run(object, in: indexes, isWanted: isWanted)
        }
    }

    /// Returns the listing of a tree, of which nothing is stored; `nil` where the remote lacks it.
    package func listing(of tree: Pointer) async throws -> TreeListing? {
        try await fetch.source.requireReadable()
        return try await find(by: tree.oid, isNeeded: true) { try await walk($0).listing(of: tree) }
    }

    /// Looks into the object index of that name, and into all indexes where it does not lead to what is looked for.
    ///
    /// Of what is needed, none is only known to be there where every index could be read. Of what is not, the object
    /// index says enough, for it is written anew with each, and so does a remote that has none and lists nothing.
    private func find<Value>(
        by oid: Digest,
        isNeeded: Bool,
        _ look: (IndexSet) async throws -> Value?
    ) async throws -> Value? {
        var failure: RemoteError?
        do {
            if let hint = try await fetch.source.objectIndex(oid) {
                let found = try await look(IndexSet([hint]))
                if found != nil || !isNeeded { return found }
            }
        } catch let error as RemoteError where error.isAboutContent {
            // The indexes know better than a damaged hint.
            failure = error
        }
        let indexes: IndexSet
        do { indexes = try await fetch.source.indexes() } catch {
            // What was wrong with the file that led there says more.
            if error.isUnlisted, let failure { throw failure }
            guard error.isUnlisted, !isNeeded else { throw error }
            return nil
        }
        if let found = try await look(indexes) { return found }
        if isNeeded { try fetch.source.requireEvery(indexes) }
        return nil
    }

    private func walk(_ indexes: IndexSet) -> RemoteWalk {
        RemoteWalk(source: fetch.source, local: fetch.local, indexes: indexes, isHere: fetch.local.hasFrame)
    }

    /// Brings the comparisons of `object` with earlier versions, and the store comes to know them; returns whether
    /// there are any.
    ///
    /// Their frames alone are fetched. What the remote's object index says suffices, for it is written anew with each.
    package func comparisons(of object: Pointer) async throws -> Bool {
        try fetch.local.requireWritable()
        try await fetch.source.requireReadable()
        let areFound: Bool? = try await find(by: object.oid, isNeeded: false) { indexes in
            try await comparisons(of: object, in: indexes) ? true : nil
        }
        return areFound ?? false
    }

    private func comparisons(of object: Pointer, in indexes: IndexSet) async throws -> Bool {
        let known = Set(fetch.local.entries(of: object.oid, kind: .comparison))
        var contents = IndexContents()
        var isFound = false
        var failure: RemoteError?
        for entry in Set(indexes.entries(of: object.oid, kind: .comparison)) {
            let check = WholeObjectCheck(fetch.local, until: fetch.cancellation)
            do {
                guard try await bring([entry.frame], from: indexes), try check.isRight(entry) else { continue }
            } catch {
                failure = try failure ?? problem(error, of: entry)
                continue
            }
            isFound = true
            if !known.contains(entry) { contents.add(entry) }
        }
        if !contents.isEmpty { try fetch.local.publish(contents) }
        if let failure, !isFound { throw failure }
        return isFound
    }

    /// Returns what is wrong with a manifest or comparison of the remote, which must not hide another that is right;
    /// throws what is about anything else.
    private func problem(_ error: any Error, of entry: ObjectEntry) throws -> RemoteError {
        let name = fetch.source.remote.name
        let file = "\(entry.kind == .comparison ? "comparison" : "manifest") \(entry.frame.abbreviated)"
        switch error {
        case let error as RemoteError where error.isAboutContent: return error
        case let error as FormatError: return RemoteError(name, file, error)
        case StoreError.damaged(_, let error): return RemoteError(name, file, error)
        case StoreError.needsNewerVersion(_, let what): return .needsNewerVersion(name, file: file, what)
        case StoreError.wrongObject: return .wrongContent(name, file: file, problem: "\(error)")
        default: throw error
        }
    }

    private func run(
        _ object: Pointer,
        in indexes: IndexSet,
        isWanted: @Sendable (Segment) -> Bool
    ) async throws -> ObjectEntry? {
        var failure: RemoteError?
        for entry in indexes.entries(of: object.oid, kind: .manifest) where entry.size == object.size {
            do {
                if try await bringSegments(of: entry, in: indexes, isWanted: isWanted) { return entry }
            } catch { failure = try failure ?? problem(error, of: entry) }
        }
        if let failure { throw failure }
        return nil
    }

    /// Brings what is wanted by one of an object's manifests; `false` where the remote lacks any.
    private func bringSegments(
        of entry: ObjectEntry,
        in indexes: IndexSet,
        isWanted: @Sendable (Segment) -> Bool
    ) async throws -> Bool {
        guard try await bring([entry.frame], from: indexes), try await bringParts(of: entry, from: indexes) else {
            return false
        }
        var reader = FrameReader(fetch.local)
        let segments = try fetch.local.map(of: entry, reader: &reader).segments.filter(isWanted)
        var frames: [Digest] = []
        for case .frames(let references) in segments.map(\.content) { frames += references.map(\.id) }
        return try await bring(frames, from: indexes)
    }

    /// Brings the parts of a manifest that is split.
    private func bringParts(of entry: ObjectEntry, from indexes: IndexSet) async throws -> Bool {
        guard let copy = try fetch.local.presentCopies(of: entry.frame).first else { return false }
        var reader = FrameReader(fetch.local)
        let frame = FrameReference(id: entry.frame, byteCount: Int(copy.entry.rawLength))
        let bytes = try reader.bytes(of: frame, of: entry.oid)
        let manifest = bytes.withUnsafeBytes { buffer in
            Result { () throws(FormatError) in try Manifest(parsing: buffer) }
        }
        guard case .parts(let parts) = try manifest.get().content else { return true }
        return try await bring(parts.map(\.frame.id), from: indexes)
    }

    /// Brings those of `frames` that are not here; `false` where the remote lacks any.
    private func bring(_ frames: [Digest], from indexes: IndexSet) async throws -> Bool {
        var found = RemoteClosure.Found()
        for frame in frames {
            let isThere = try found.want(frame, unless: fetch.local.hasFrame) { id, limit in
                indexes.copies(of: id).filter { $0.entry.depth < limit }
            }
            guard isThere else { return false }
        }
        guard !found.frames.isEmpty else { return true }
        found.notePacks(indexes.pack)
        let receiver = FrameReceiver(fetch.local)
        _ = try await fetch.receive(found, into: receiver)
        try receiver.publish()
        return true
    }
}
