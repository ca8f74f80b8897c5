import Codec
import ModelCore
import Remotes
@testable import Store
import SystemIO
import Testing

/// Manifests of a few kilobytes that would take all memory.
@Suite("Manifests that repeat themselves")
struct RepeatedPartTests {
    /// Writes metadata packs with frames each into a remote, and indexes that find them; only one is an object's
    /// manifest.
    private func plant(_ frames: [[UInt8]], manifest: [UInt8], of object: Pointer, in site: Site) throws {
        let other = Pointer(oid: SHA256.digest(of: [9]), size: 1, kind: .file)
        for frame in frames { _ = try site.add(frame, as: .manifest, of: other) }
        _ = try site.add(manifest, as: .manifest, of: object)
    }

    private func reference(_ bytes: [UInt8]) -> FrameReference {
        FrameReference(id: SHA256.digest(of: bytes), byteCount: bytes.count)
    }

    @Test
    func `a manifest that names one part again and again is refused by name, by a fetch and by a store`() async throws {
        let object = Pointer(oid: SHA256.digest(of: [1]), size: 5000, kind: .file)
        let (target, site) = (try Machine(), Site())
        // Nothing is covered by so many segments but by the last part.
        let nothing = Manifest.encodedPart(Array(repeating: Segment(content: .inline([])), count: 65_536))
        let something = [UInt8](repeating: 0, count: 5000)
        let last = Manifest.encodedPart([Segment(content: .frames([reference(something)]))])
        let parts =
            Array(repeating: Manifest.Part(frame: reference(nothing), byteCount: 0), count: 65)
            + [Manifest.Part(frame: reference(last), byteCount: 5000)]
        let manifest = Manifest(oid: object.oid, size: object.size, layout: "", note: "", content: .parts(parts))
            .encoded
        try await target.push([try await target.add([7])], to: site.remote)
        try plant([nothing, something, last], manifest: manifest, of: object, in: site)
        let error = await #expect(throws: RemoteError.self) { try await Machine().fetch([object], from: site.remote) }
        let name = "manifest \(SHA256.digest(of: manifest).abbreviated)"
        let refusal = "more than 4194304 segments and frames"
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(name) && text.contains(refusal), "\(text)")

        let store = try DirectorySite()
        for (file, bytes) in site.remote.contents { try store.write(bytes, to: file) }
        let closure = Closure(of: [object], in: try LocalStore(store.path))
        let reason = try #require(closure.incomplete.first).reason
        #expect("\(reason)".contains(SHA256.digest(of: manifest).hex) && "\(reason)".contains(refusal), "\(reason)")
    }

    @Test
    func `a listing of one frame again and again is refused by name`() async throws {
        let frame = [UInt8](repeating: 65, count: 1_000_000)
        let count = Int(TreeListing.maximumByteCount / Int64(frame.count)) + 1
        let size = Int64(count * frame.count)
        let object = Pointer(oid: SHA256.digest(of: [2]), size: size, kind: .tree)
        let segment = Segment(content: .frames(Array(repeating: reference(frame), count: count)))
        let manifest = Manifest(oid: object.oid, size: size, layout: "", note: "", content: .segments([segment]))
            .encoded
        let (source, store, site) = (try Machine(), try DirectorySite(), Site())
        try await source.push([try await source.add([7])], to: store.remote)
        try plant([frame], manifest: manifest, of: object, in: site)
        for (file, bytes) in site.remote.contents { try store.write(bytes, to: file) }
        let closure = Closure(of: [object], in: try LocalStore(store.path))
        let reason = "\(try #require(closure.incomplete.first).reason)"
        #expect(reason.contains(object.oid.abbreviated) && reason.contains("longer than 268435456 bytes"), "\(reason)")
        let error = await #expect(throws: RemoteError.self) { try await Machine().fetch([object], from: store.remote) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("listing \(object.oid.abbreviated)") && text.contains("longer than"), "\(text)")
    }
}
