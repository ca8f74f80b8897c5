import ModelCore
import Store
import SystemIO
import SystemPackage

/// Decides which local packs go to a remote as they are and which frames are put together into new ones.
struct PushPacking {
    /// A pack goes up as it is when at least this share of its bytes is missing in the remote.
    private static let wholePackShare = 0.7

    let local: LocalStore
    /// A directory of this machine for packs that are put together for the upload and not kept.
    let scratch: FilePath

    /// One pack to upload.
    enum Parcel: Sendable {
        /// A local pack as it is.
        case whole(Digest)
        /// A new pack of these frames as they are stored here.
        case assembled([FrameLocation], PackKind)
        /// A new pack of these frames, without bases.
        case encodedInFull([FrameLocation])
    }

    /// Opens a pack that goes up as it is, and refuses one whose bytes do not match its name.
    func checked(_ id: Digest) throws(StoreError) -> PackFile {
        let file = try local.pack(id)
        guard file.computedID() == id else {
            throw .damaged(file.path, FormatError("pack", .malformed("its bytes do not match its name")))
        }
        return file
    }

    /// Puts frames together in a new pack, as they are stored here.
    func assemble(_ frames: [FrameLocation], _ kind: PackKind) throws -> ScratchPack {
        try Directories.create(scratch, durable: false)
        var builder = try PackBuilder.start(kind, in: scratch)
        for frame in frames {
            let pack = try local.pack(frame.pack)
            defer { extendLifetime(pack) }
            let (record, stored) = try pack.record(of: frame.entry)
            try builder.append(record, stored: stored)
        }
        return try builder.scratch()
    }

    /// Encodes frames without bases and puts them together in a new pack.
    func encodeInFull(_ frames: [FrameLocation]) throws -> ScratchPack {
        try Directories.create(scratch, durable: false)
        var builder = try PackBuilder.start(.data, in: scratch)
        var transcoder = FrameTranscoder(local)
        for frame in frames { try transcoder.append(frame, to: &builder) }
        return try builder.scratch()
    }

    /// Returns the packs that bring `missing` to a remote, where `isFree` says that a pack's name can be used.
    func parcels(of missing: PushedFrames, isFree: (Digest) -> Bool) throws -> [Parcel] {
        var parcels: [Parcel] = []
        var rest: [PackKind: [FrameLocation]] = [:]
        let byPack = Dictionary(grouping: missing.locations, by: \.pack).sorted { $0.key < $1.key }
        for (id, frames) in byPack {
            guard let pack = local.listedPack(id) else { throw StoreError.missingFrame(frames[0].entry.id, object: id) }
            let needed = frames.reduce(0) { $0 + $1.entry.recordLength }
            if Double(needed) >= PushPacking.wholePackShare * Double(pack.size), isFree(id),
                try isDecodable(id, after: missing)
            {
                parcels.append(.whole(id))
            } else {
                rest[pack.kind, default: []] += frames.sorted { $0.entry.offset < $1.entry.offset }
            }
        }
        for kind in PackKind.allCases {
            for group in groups(of: rest[kind] ?? [], by: \.entry.recordLength) {
                parcels.append(.assembled(group, kind))
            }
        }
        for group in groups(of: missing.encodedInFull, by: { Int($0.entry.rawLength) }) {
            parcels.append(.encodedInFull(group))
        }
        return parcels
    }

    /// Returns whether the remote could decode every frame of a pack, also those that nobody asks for: it would count
    /// on them.
    private func isDecodable(_ pack: Digest, after sent: PushedFrames) throws -> Bool {
        try local.pack(pack).contents().locations(in: pack).allSatisfy(sent.hasBase)
    }

    /// Returns runs of frames that each make one pack of the target size.
    private func groups(of frames: [FrameLocation], by length: (FrameLocation) -> Int) -> [[FrameLocation]] {
        var groups: [[FrameLocation]] = []
        var byteCount = PackFormat.targetByteCount
        for frame in frames {
            if byteCount + length(frame) > PackFormat.targetByteCount {
                groups.append([])
                byteCount = 0
            }
            groups[groups.count - 1].append(frame)
            byteCount += length(frame) + FrameEntry.byteCount
        }
        return groups
    }
}
