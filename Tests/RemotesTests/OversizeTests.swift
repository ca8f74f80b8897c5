import Codec
import ModelCore
import Remotes
@testable import Store
import Synchronization
import SystemIO
import SystemPackage
import Testing

/// Manifests of a few kilobytes that would make far more than anybody asked for.
@Suite("Objects that are larger than they should be")
struct OversizeTests {
    private static let frame = [UInt8](repeating: 65, count: 500_000)
    private let oid = SHA256.digest(of: [3])
    private let site = Site()
    /// A tree whose listing says that it has the object, of ten bytes.
    private let listing: TreeListing

    init() async throws {
        listing = try TreeListing([
            TreeEntry(mode: .regular, size: 10, digest: SHA256.digest(of: [3]), path: try RepositoryPath("a"))
        ])
        let (source, size) = (try Machine(), Int64(100 * OversizeTests.frame.count))
        try await source.push([try await source.add([7])], to: site.remote)
        let reference = FrameReference(id: SHA256.digest(of: OversizeTests.frame), byteCount: OversizeTests.frame.count)
        let segment = Segment(content: .frames(Array(repeating: reference, count: 100)))
        let manifest = Manifest(oid: oid, size: size, layout: "", note: "", content: .segments([segment]))
        let object = Pointer(oid: oid, size: size, kind: .file)
        let other = Pointer(oid: SHA256.digest(of: [9]), size: 1, kind: .file)
        for frame in [OversizeTests.frame, listing.encoded] { _ = try site.add(frame, as: .manifest, of: other) }
        _ = try site.add(manifest.encoded, as: .manifest, of: object)
    }

    @Test(arguments: [ArtifactKind.file, .tree], [true, false])
    func `what is larger than was asked for is refused, and nothing of it is written`(
        kind: ArtifactKind,
        hasHint: Bool
    ) async throws {
        let pointer =
            kind == .file
            ? Pointer(oid: oid, size: 2_000_000, kind: .file)
            : Pointer(oid: SHA256.digest(of: listing.encoded), size: listing.contentSize, kind: .tree)
        if hasHint { try site.writeHint(of: pointer.oid) }
        let target = try Machine()
        let work = target.scratch.path.appending("work")
        try Directories.create(work, durable: false)
        let written = Mutex<[Int64]>([])
        let wanted: Int64 = kind == .file ? 2_000_000 : 10
        do {
            let drafts = ObjectDrafts { _, size in
                guard size == wanted else { return nil }
                written.withLock { $0.append(size) }
                return work.appending("model")
            }
            let error = await #expect(throws: RemoteError.self) {
                try await target.fetch(from: site.remote, drafts: drafts).run([pointer])
            }
            let text = error.map { "\($0)" } ?? ""
            // The object index of a tree does not say which of its objects is which file, so that the bytes decide.
            let problem =
                kind == .tree && hasHint
                ? "object \(oid.abbreviated) is not in the store"
                : "it is of 50000000 bytes, where \(wanted) are expected"
            #expect(text.contains(problem), "\(text)")
        }
        #expect(written.withLock { $0 } == [])
        if kind == .file { #expect(try target.packs().isEmpty) }
        #expect(try !target.has([pointer]))
        // What several are looked at for is not in the way of the rest.
        let other = try await Machine().add([7])
        let planner = try Machine()
        let plan = try await planner.fetch(from: site.remote).dryRun([pointer, other])
        #expect(plan.objects.contains(other.oid))
        #expect(try planner.packs().isEmpty)
    }
}
