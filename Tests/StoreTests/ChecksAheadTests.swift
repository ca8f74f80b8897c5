import ModelCore
import SystemIO
import SystemPackage
import TestSupport
import Testing

@testable import Store

@Suite struct ChecksAheadTests {
    /// A store that gets the frames of another one's object one after the other.
    private struct Arrival {
        let source: ScratchStore
        let target: ScratchStore
        let entry: ObjectEntry
        let map: ObjectMap
        private let receiver: FrameReceiver
        private let from: LocalStore
        let into: LocalStore

        init() async throws {
            source = try ScratchStore()
            target = try ScratchStore()
            var generator = PseudoRandom(seed: 7)
            let bytes = (0..<3_000_000).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let pointer = try await source.add(bytes)
            from = try source.reopened()
            into = try target.reopened()
            entry = try #require(from.entries(of: pointer.oid, kind: .manifest).first)
            var reader = FrameReader(from)
            map = try from.map(of: entry, reader: &reader)
            receiver = FrameReceiver(into)
        }

        func receive(_ frame: Digest, kind: PackKind) throws {
            let copy = try #require(from.listedCopies(of: frame).first)
            let pack = try DurableFile.read(source.root.appending(StoreLayout.pack(copy.pack)), limit: 1 << 30)
            try pack.withUnsafeBytes { try receiver.receive([copy], kind: kind, from: $0, startingAt: 0) }
            try receiver.publish()
        }
    }

    @Test func `An object is right once its last frame is here, in whatever order they came`() async throws {
        let arrival = try await Arrival()
        try arrival.receive(arrival.entry.frame, kind: .metadata)
        let checks = ChecksAhead(of: [arrival.entry], from: 0, in: arrival.into)
        let frames = arrival.map.frames.map(\.id)
        #expect(frames.count > 3)
        #expect(checks.turn(of: frames[2]) == 2)
        for frame in [frames[1], frames[0]] + frames[2...].reversed() {
            #expect(!checks.isRight(arrival.entry))
            try arrival.receive(frame, kind: .data)
            checks.advance()
        }
        #expect(checks.isRight(arrival.entry))
    }

    @Test func `What was not begun is left to the check of the whole`() async throws {
        let arrival = try await Arrival()
        try arrival.receive(arrival.entry.frame, kind: .metadata)
        let checks = ChecksAhead(of: [arrival.entry], from: arrival.entry.size + 1, in: arrival.into)
        for frame in arrival.map.frames { try arrival.receive(frame.id, kind: .data) }
        checks.advance()
        #expect(checks.turn(of: arrival.map.frames[0].id) == nil)
        #expect(!checks.isRight(arrival.entry))
        #expect(try WholeObjectCheck(arrival.into).isRight(arrival.entry))
    }
}
