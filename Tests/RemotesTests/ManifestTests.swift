import Codec
import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import Testing

@Suite("Hostile manifests")
struct ManifestTests {
    /// Returns manifests that are none or do not rebuild the object that they claim to; each in many frames, so that
    /// some sort before any other manifest, and some after it.
    private static func lies(about sample: Sample) throws -> [String: [UInt8]] {
        let frames = Closure(of: [sample.tree], in: sample.source.store).frames.values
        let frame = try #require(frames.first { $0.entry.rawLength == 100 })
        let reference = FrameReference(id: frame.entry.id, byteCount: 100)
        func manifest(_ content: Manifest.Content, oid: Digest = sample.file.oid, size: Int64 = sample.file.size)
            -> [UInt8]
        {
            Manifest(oid: oid, size: size, layout: "opaque", note: "a lie", content: content).encoded
        }
        let count = Int(sample.file.size / 100)
        let rest = Int(sample.file.size) - 100 * count
        let wrong = [
            Segment(content: .frames(Array(repeating: reference, count: count))),
            Segment(content: .inline([UInt8](repeating: 7, count: rest))),
        ]
        let nowhere = FrameReference(id: SHA256.digest(of: Array("nowhere".utf8)), byteCount: 100)
        let part = Manifest.Part(frame: reference, byteCount: sample.file.size)
        var newer = manifest(.segments(wrong))
        newer[8] = 2
        return [
            "other bytes": manifest(.segments(wrong)),
            "frames that are nowhere": manifest(
                .segments([Segment(content: .frames(Array(repeating: nowhere, count: count)))] + wrong.suffix(1))
            ),
            "another object": manifest(
                .segments([Segment(content: .frames([reference]))]),
                oid: frame.entry.id,
                size: 100
            ),
            "a part that is none": manifest(.parts([part])),
            "no manifest": Array("gmmanif\n no".utf8),
            "cut short": Array(manifest(.segments(wrong)).dropLast(10)),
            "newer": newer,
        ]
    }

    @Test(arguments: [true, false])
    func `a manifest that lies is refused beside none that is right`(hasHints: Bool) async throws {
        let sample = try await Sample()
        for (name, lie) in try ManifestTests.lies(about: sample) {
            let site = Site()
            site.remote.contents = sample.site.remote.contents
            // The remote lists everything but the object's own manifest.
            let contents = try #require(try sample.site.indexes().values.first)
            var without = IndexContents()
            for position in 0..<contents.frameCount {
                let frame = try #require(contents.frame(at: position))
                without.add(frame, in: try #require(contents.packs.first { $0.id == frame.pack }))
            }
            site.remove("index")
            site.write(without)
            let entry = try site.add(lie, as: .manifest, of: sample.file)
            site.remove("objects")
            if hasHints {
                var hint = without
                let own = try #require(try site.indexes().values.first { $0.copies(of: entry.frame).count == 1 })
                hint.add(try #require(own.copies(of: entry.frame).first), in: try #require(own.packs.first))
                hint.add(entry)
                site.remote[StoreLayout.objectIndex(sample.file.oid)] = hint.encoded(as: .objectIndex)
            }
            var target = try Machine()
            let outcome = try await sample.fetch(to: &target, from: site.remote, "\(name)")
            if case .right = outcome { Issue.record("\(name) was believed") }
        }
    }

    @Test(arguments: [true, false])
    func `a manifest that lies does not hide one that is right`(hasHints: Bool) async throws {
        let sample = try await Sample()
        let own = try #require(Closure(of: [sample.file], in: sample.source.store).objects.first)
        for (name, lie) in try ManifestTests.lies(about: sample) {
            let site = Site()
            site.remote.contents = sample.site.remote.contents
            let entry = try site.add(lie, as: .manifest, of: sample.file)
            var all = IndexContents()
            for index in try site.indexes().values {
                for position in 0..<index.frameCount {
                    let frame = try #require(index.frame(at: position))
                    all.add(frame, in: try #require(index.packs.first { $0.id == frame.pack }))
                }
                for position in 0..<index.objectCount { all.add(index.object(at: position)) }
            }
            site.remove("index")
            site.remove("objects")
            site.write(all)
            if hasHints { site.remote[StoreLayout.objectIndex(sample.file.oid)] = all.encoded(as: .objectIndex) }
            let comment: Comment = "\(name), which sorts \(entry.frame < own.frame ? "before" : "after")"
            var target = try Machine()
            guard case .right = try await sample.fetch(to: &target, from: site.remote, comment) else {
                Issue.record(comment)
                continue
            }
        }
    }
}
