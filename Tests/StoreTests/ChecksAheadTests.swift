import Codec
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

        func checks(
            writingTo drafts: ObjectDrafts? = nil,
            until cancellation: Cancellation = Cancellation()
        ) -> ChecksAhead {
            ChecksAhead(of: [entry], from: 0, in: into, writingTo: drafts, until: cancellation)
        }
    }

    @Test func `An object is right once its last frame is here, in whatever order they came`() async throws {
        let arrival = try await Arrival()
        try arrival.receive(arrival.entry.frame, kind: .metadata)
        let checks = ChecksAhead(of: [arrival.entry], from: 0, in: arrival.into, until: Cancellation())
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
        let size = arrival.entry.size
        let checks = ChecksAhead(of: [arrival.entry], from: size + 1, in: arrival.into, until: Cancellation())
        for frame in arrival.map.frames { try arrival.receive(frame.id, kind: .data) }
        checks.advance()
        #expect(checks.turn(of: arrival.map.frames[0].id) == nil)
        #expect(!checks.isRight(arrival.entry))
        #expect(try WholeObjectCheck(arrival.into, until: Cancellation()).isRight(arrival.entry))
    }

    @Test func `Who stops it does not wait for the rest to be hashed`() async throws {
        let arrival = try await Arrival()
        let cancellation = Cancellation()
        try arrival.receive(arrival.entry.frame, kind: .metadata)
        let checks = arrival.checks(until: cancellation)
        try arrival.receive(arrival.map.frames[0].id, kind: .data)
        checks.advance()
        for frame in arrival.map.frames.dropFirst() { try arrival.receive(frame.id, kind: .data) }
        cancellation.cancel()
        #expect(!checks.isRight(arrival.entry))
        let check = WholeObjectCheck(arrival.into, until: cancellation)
        let error = try await storeError { _ = try check.isRight(arrival.entry) }
        guard case .cancelled = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func `No more files than a process may have open are kept, and another once one took its place`() throws {
        let scratch = try ScratchStore()
        let place = scratch.file("model")
        let drafts = ObjectDrafts { _, _ in place }
        func entry(_ number: Int) -> ObjectEntry {
            let oid = SHA256.digest(of: Array("\(number)".utf8))
            return ObjectEntry(oid: oid, frame: oid, size: 1, kind: .manifest)
        }
        var count = 0
        for number in 0..<300 {
            guard let draft = drafts.begin(entry(number)) else { continue }
            drafts.keep(draft, of: entry(number).oid)
            count += 1
        }
        #expect(count == 256)
        #expect(drafts.put(entry(0).oid, at: place) != nil)
        #expect(drafts.begin(entry(300)) != nil && drafts.put(entry(299).oid, at: place) == nil)
    }

    @Test func `What is checked is in a file meanwhile, which takes its place once`() async throws {
        let arrival = try await Arrival()
        try arrival.receive(arrival.entry.frame, kind: .metadata)
        let (oid, size, place) = (arrival.entry.oid, arrival.entry.size, arrival.target.file("model"))
        func names() throws -> [String] { try DirectoryEntry.all(in: place.removingLastComponent()).map(\.name) }
        do {
            let drafts = ObjectDrafts { $0 == oid && $1 == size ? place : nil }
            let checks = arrival.checks(writingTo: drafts)
            for frame in arrival.map.frames {
                #expect(drafts.put(oid, at: place) == nil)
                try arrival.receive(frame.id, kind: .data)
                checks.advance()
            }
            #expect(checks.isRight(arrival.entry))
            #expect(try names().map(TemporaryFile.isTemporary) == [true])
            #expect(drafts.put(oid, at: place)?.size == arrival.entry.size)
            #expect(SHA256.digest(of: try DurableFile.read(place, limit: 1 << 30)) == oid)
            #expect(drafts.put(oid, at: place) == nil)
        }
        #expect(try names() == ["model"])
    }

    @Test func `A file that cannot be written, is cut short or is not wanted keeps nothing from being checked`()
        async throws
    {
        let arrival = try await Arrival()
        try arrival.receive(arrival.entry.frame, kind: .metadata)
        let (oid, place) = (arrival.entry.oid, arrival.target.file("model"))
        func drafts(beside path: FilePath) throws -> (ObjectDrafts, ChecksAhead) {
            let drafts = ObjectDrafts { _, _ in path }
            let checks = arrival.checks(writingTo: drafts)
            checks.advance()
            return (drafts, checks)
        }
        do {
            let nowhere = try drafts(beside: arrival.target.file("no/directory/model"))
            let unwanted = try drafts(beside: place)
            let unfinished = try drafts(beside: place)
            for frame in arrival.map.frames { try arrival.receive(frame.id, kind: .data) }
            #expect(nowhere.1.isRight(arrival.entry) && unwanted.1.isRight(arrival.entry))
            #expect(nowhere.0.put(oid, at: place) == nil && unfinished.0.put(oid, at: place) == nil)
        }
        #expect(try DirectoryEntry.all(in: place.removingLastComponent()).isEmpty)
    }
}
