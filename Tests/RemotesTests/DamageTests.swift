import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import Testing

@Suite("Damaged remotes")
struct DamageTests {
    /// A file of the remote, and whether the object indexes are there.
    enum Place: CaseIterable, Sendable {
        case format, dataPack, dataPackByIndex, metadataPack, metadataPackByIndex, index, objectIndex

        var hasHints: Bool { self != .index && self != .dataPackByIndex && self != .metadataPackByIndex }

        func file(of sample: Sample) throws -> String {
            switch self {
            case .format: StoreLayout.format
            case .dataPack, .dataPackByIndex: StoreLayout.pack(try sample.pack(.data))
            case .metadataPack, .metadataPackByIndex: StoreLayout.pack(try sample.pack(.metadata))
            case .index: try #require(try sample.site.indexes().keys.first)
            case .objectIndex: StoreLayout.objectIndex(sample.tree.oid)
            }
        }
    }

    /// No more than this many places of a file are spoiled.
    private static let limit = 6

    private static func positions(_ count: Int) -> StrideTo<Int> { stride(from: 0, to: count, by: 1 + count / limit) }

    private func check(
        _ place: Place,
        of sample: Sample,
        spoiling: (_ bytes: [UInt8]) -> [(what: String, bytes: [UInt8]?)]
    ) async throws {
        let file = try place.file(of: sample)
        let bytes = try sample.site.bytes(of: file)
        if !place.hasHints { sample.site.remove("objects") }
        var target = try Machine()
        for (what, spoiled) in spoiling(bytes) {
            let comment: Comment = "\(file) \(what)"
            let remote = TamperedRemote(sample.site.remote, [file: spoiled])
            switch try await sample.fetch([sample.tree], to: &target, from: remote, comment) {
            case .right: break
            case .missing: Issue.record("\(comment): reported as missing")
            case .refused(let error):
                #expect(place != .objectIndex, "the indexes replace a hint: \(error)")
                if place != .format { #expect(error.description.contains(file), comment) }
            }
        }
    }

    @Test(arguments: [true, false])
    func `a pack that no index names any more when it is gone is not damaged`(isUnlisted: Bool) async throws {
        let sample = try await Sample()
        let site = sample.site
        let packs = Set(site.packs())
        let remote = InterferingRemote(site.remote, when: { call, _ in call.kind == .read && call.area == "packs" }) {
            for pack in packs {
                if isUnlisted { try site.collect(pack) } else { site.remove(StoreLayout.pack(pack)) }
            }
        }
        let machine = try Machine()
        let check = RemotePackCheck(machine.view(of: remote), cancellation: Cancellation())
        #expect(try await Set(check.damaged { _ in }) == (isUnlisted ? [] : packs))
        #expect(remote.failure == nil && remote.firedAt != nil && packs.count > 1)
    }

    @Test(arguments: Place.allCases)
    func `a file that is cut short never leads to a wrong store`(place: Place) async throws {
        let sample = try await Sample()
        try await check(place, of: sample) { bytes in
            DamageTests.positions(bytes.count).map { ("cut at \($0)", Array(bytes[..<$0])) }
        }
    }

    @Test(arguments: Place.allCases)
    func `a file with a bit flipped never leads to a wrong store`(place: Place) async throws {
        let sample = try await Sample()
        try await check(place, of: sample) { bytes in
            DamageTests.positions(bytes.count).map { position in
                var spoiled = bytes
                spoiled[position] ^= 1 << UInt8(position % 8)
                return ("flipped at \(position)", spoiled)
            }
        }
    }

    @Test(arguments: Place.allCases)
    func `a file that is gone or longer or other never leads to a wrong store`(place: Place) async throws {
        let sample = try await Sample()
        try await check(place, of: sample) { bytes in
            let zeros = [UInt8](repeating: 0, count: bytes.count)
            var all: [(String, [UInt8]?)] = [("longer", bytes + zeros), ("zeros", zeros), ("twice", bytes + bytes)]
            // Without its format or its last index a remote is empty, which is no damage.
            if place != .index { all.append(("gone", nil)) }
            return all
        }
    }

    @Test
    func `the bytes of frames are right or refused, whichever byte of their pack is wrong`() async throws {
        let sample = try await Sample()
        for kind in PackKind.allCases {
            let pack = StoreLayout.pack(try sample.pack(kind))
            let bytes = try sample.site.bytes(of: pack)
            // The records lie between the header and the table of contents.
            let index = try #require(try sample.site.indexes().values.first { $0.packs.contains { $0.kind == kind } })
            let frames = (0..<index.frameCount).compactMap(index.frame).filter { StoreLayout.pack($0.pack) == pack }
            let records = frames.map { Int($0.entry.offset)..<(Int($0.entry.offset) + $0.entry.recordLength) }
            var target = try Machine()
            for record in records {
                for position in stride(from: record.lowerBound, to: record.upperBound, by: 61) {
                    var spoiled = bytes
                    spoiled[position] ^= 0x41
                    let remote = TamperedRemote(sample.site.remote, [pack: spoiled])
                    let outcome = try await sample.fetch([sample.tree], to: &target, from: remote, "byte \(position)")
                    guard case .refused(let error) = outcome, error.description.hasPrefix(pack) else {
                        Issue.record("byte \(position) of \(pack): \(outcome)")
                        continue
                    }
                }
            }
        }
    }

    // MARK: Another copy

    /// Pushes the same objects once more, as a machine would that saw nothing of the first push.
    private func duplicate(_ sample: Sample) async throws {
        let other = Site()
        let machine = try Machine()
        try await machine.fetch(sample.pointers, from: sample.site.remote)
        try await machine.push(sample.pointers, to: other.remote)
        for (file, bytes) in other.remote.contents where !file.hasPrefix("objects/") {
            sample.site.remote[file] = bytes
        }
    }

    @Test(arguments: PackKind.allCases, [true, false])
    func `a frame that is damaged in one pack comes from another`(kind: PackKind, hasHints: Bool) async throws {
        let sample = try await Sample()
        let packs = sample.site.packs()
        try await duplicate(sample)
        if !hasHints { sample.site.remove("objects") }
        let doubled = sample.site.packs()
        #expect(doubled.count > packs.count)
        var target = try Machine()
        for pack in doubled {
            let file = StoreLayout.pack(pack)
            let zeros = [UInt8](repeating: 0, count: try sample.site.bytes(of: file).count)
            for spoiled in [nil, zeros] as [[UInt8]?] {
                let remote = TamperedRemote(sample.site.remote, [file: spoiled])
                let outcome = try await sample.fetch([sample.tree], to: &target, from: remote, "\(file)")
                guard case .right = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
        }
    }

    @Test
    func `an index that is damaged does not hide what others list`() async throws {
        let sample = try await Sample()
        try await duplicate(sample)
        sample.site.remove("objects")
        var target = try Machine()
        let indexes = try sample.site.indexes()
        #expect(indexes.count == 2)
        for file in indexes.keys {
            for spoiled in [[], Array("gmindex\n".utf8), [UInt8](repeating: 0, count: 2000)] as [[UInt8]] {
                let remote = TamperedRemote(sample.site.remote, [file: spoiled])
                let outcome = try await sample.fetch([sample.tree], to: &target, from: remote, "\(file)")
                guard case .right = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
        }
    }

    // MARK: Pushing to what is damaged

    @Test
    func `a push writes again what a damaged index hides`() async throws {
        let sample = try await Sample()
        let file = try #require(try sample.site.indexes().keys.first)
        sample.site.remote[file] = [1, 2, 3]
        try sample.source.forgetRemotes()
        try await sample.source.push(sample.pointers, to: sample.site.remote)
        var target = try Machine()
        sample.site.remove("objects")
        guard
            case .right = try await sample.fetch(
                [sample.tree],
                to: &target,
                from: sample.site.remote,
                "by the new index"
            )
        else {
            Issue.record("the objects did not come")
            return
        }
    }

    @Test(arguments: PackKind.allCases)
    func `a push writes again what a pack lost that is too short`(kind: PackKind) async throws {
        let sample = try await Sample()
        let pack = StoreLayout.pack(try sample.pack(kind))
        sample.site.remote[pack] = Array(try sample.site.bytes(of: pack).dropLast(40))
        let report = try await sample.source.push(sample.pointers, to: sample.site.remote)
        #expect(report.packCount == 1)
        for hasHints in [true, false] {
            if !hasHints { sample.site.remove("objects") }
            var target = try Machine()
            guard case .right = try await sample.fetch([sample.tree], to: &target, from: sample.site.remote, "\(pack)")
            else {
                Issue.record("the objects did not come")
                continue
            }
        }
    }

    @Test
    func `a push from a damaged store is refused, and the remote learns nothing wrong`() async throws {
        let sample = try await Sample(source: Machine(), site: Site())
        let site = Site()
        let packs = try sample.source.packs()
        for pack in packs {
            let path = sample.source.root.appending(StoreLayout.pack(pack))
            let bytes = try sample.source.bytes(of: path)
            var spoiled = bytes
            spoiled[spoiled.count / 3] ^= 1
            try sample.source.replace(path, with: spoiled)
            await #expect(throws: StoreError.self) {
                try await Machine(reopening: sample.source).push(sample.pointers, to: site.remote)
            }
            #expect(site.files(in: "roots") == [])
            try sample.source.replace(path, with: bytes)
        }
    }
}
