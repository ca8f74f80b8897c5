import Codec
import ModelCore
import TensorFormats

/// Stores the manifest of an object whose data frames are in the store.
struct ManifestIngest {
    let frames: FrameIngest

    /// Stores the manifest of an object without a layout and remembers it for the session's index; one frame needs
    /// none.
    func add(
        oid: Digest,
        size: Int64,
        references: [FrameReference],
        worker: inout FrameWorker
    ) throws(StoreError) {
        let plan = SegmentPlan(.unknown, byteCount: size)
        let stored = references.map { StoredFrame(reference: $0, piece: 0) }
        let segments = SegmentAssembly(plan, bases: FileBases()).segments(of: stored, inline: [:])
        try add(oid: oid, size: size, plan: plan, segments: segments, worker: &worker)
    }

    /// Stores the manifest of a file that was cut as a plan says and remembers it for the session's index.
    func add(
        oid: Digest,
        size: Int64,
        plan: SegmentPlan,
        segments: [Segment],
        worker: inout FrameWorker
    ) throws(StoreError) {
        guard SegmentList.count(of: segments) <= SegmentList.maximumCount else { throw .tooManyPieces(oid) }
        if segments.count == 1, case .frames(let frames) = segments[0].content, frames.map(\.id) == [oid] { return }
        let frame = try add(
            oid: oid,
            size: size,
            layout: plan.layout,
            note: plan.note,
            segments: segments,
            worker: &worker
        )
        frames.remember(ObjectEntry(oid: oid, frame: frame.id, size: size, kind: .manifest))
    }

    private func add(
        oid: Digest,
        size: Int64,
        layout: String,
        note: String,
        segments: [Segment],
        worker: inout FrameWorker
    ) throws(StoreError) -> FrameReference {
        func manifest(_ content: Manifest.Content) -> [UInt8] {
            Manifest(oid: oid, size: size, layout: layout, note: note, content: content).encoded
        }
        let whole = manifest(.segments(segments))
        let limit = frames.sizes.frameByteCount
        if whole.count <= limit { return try put(whole, worker: &worker) }
        var parts: [Manifest.Part] = []
        for group in ManifestIngest.groups(of: segments, atMost: limit) {
            let frame = try put(Manifest.encodedPart(group), worker: &worker)
            parts.append(Manifest.Part(frame: frame, byteCount: group.reduce(0) { $0 + $1.byteCount }))
        }
        return try put(manifest(.parts(parts)), worker: &worker)
    }

    /// Returns stretches of `segments` each of which encodes to less than a frame.
    private static func groups(of segments: [Segment], atMost limit: Int) -> [ArraySlice<Segment>] {
        var groups: [ArraySlice<Segment>] = []
        var start = 0
        var byteCount = 0
        for (position, segment) in segments.enumerated() {
            let length = Manifest.encodedPart([segment]).count
            if byteCount + length > limit, position > start {
                groups.append(segments[start..<position])
                start = position
                byteCount = 0
            }
            byteCount += length
        }
        groups.append(segments[start...])
        return groups
    }

    /// Stores a frame of metadata.
    func put(_ bytes: [UInt8], worker: inout FrameWorker) throws(StoreError) -> FrameReference {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(StoreError) in try frames.put(buffer, as: .metadata, worker: &worker) }
        }
        return try result.get()
    }
}
