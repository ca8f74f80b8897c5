import ModelCore
import Remotes
import Store
import SystemPackage
import TestSupport
import Testing

/// What decision 2 demands of a writer while somebody collects the garbage of the remote.
@Suite("Collection in a remote")
struct CollectionTests {
    /// What happens to packs behind the writer's back.
    enum Event: CaseIterable, Sendable {
        /// The pack is marked as on its way out.
        case buried
        /// It was marked long ago, and goes now, with its index entries and its mark.
        case collected
        /// Its file goes, and an index still names it.
        case lost

        func happen(to packs: [Digest], in site: Site) throws {
            for pack in packs {
                switch self {
                case .buried: site.bury(pack)
                case .collected: try site.collect(pack)
                case .lost: site.remove(StoreLayout.pack(pack))
                }
            }
        }

        /// Returns the last call that could still see it, of those that a push made.
        func lastSight(in calls: [RemoteCall]) -> Int? {
            let directory = self == .buried ? "tomb" : "packs"
            // One list of everything shows packs, but comes after that of the tombs, which counts.
            return calls.lastIndex { $0.kind == .list && ($0.file == directory || self != .buried && $0.file.isEmpty) }
        }
    }

    @Test
    func `a frame in a buried pack is sent again, and nothing new counts on the old copy`() async throws {
        let sample = try await Sample()
        let old = sample.site.packs()
        for pack in old { sample.site.bury(pack) }
        let report = try await sample.source.push(sample.pointers, to: sample.site.remote)
        #expect(report.packCount > 0)
        #expect(Set(report.objects) == Set(sample.pointers.map(\.oid)))
        #expect(try sample.site.has(sample.pointers, as: sample.source))
        for pointer in sample.pointers {
            let hint = try IndexFile(try sample.site.bytes(of: StoreLayout.objectIndex(pointer.oid)), path: "hint")
            #expect(Set(hint.packs.map(\.id)).isDisjoint(with: old))
        }
        #expect(
            sample.site.packs().count == old.count + report.packCount,
            "never a second time under a name that was there"
        )
        #expect(try await sample.source.push(sample.pointers, to: sample.site.remote).packCount == 0)
    }

    @Test
    func `what is buried is read until it is gone`() async throws {
        let sample = try await Sample()
        for pack in sample.site.packs() { sample.site.bury(pack) }
        var target = try Machine()
        guard case .right = try await sample.fetch(to: &target, from: sample.site.remote, "buried") else {
            Issue.record("the objects did not come")
            return
        }
        for pack in sample.site.packs() { try sample.site.collect(pack) }
        guard case .missing = try await sample.fetch(to: &target, from: sample.site.remote, "collected") else {
            Issue.record("what is gone is reported as missing")
            return
        }
    }

    @Test
    func `a pack that no index lists is no reason to send less, and its name is not used again`() async throws {
        let sample = try await Sample()
        let old = Set(sample.site.packs())
        sample.site.remove("index")
        sample.site.remove("objects")
        let report = try await sample.source.push(sample.pointers, to: sample.site.remote)
        #expect(sample.site.packs().count == old.count + report.packCount)
        #expect(try sample.site.has(sample.pointers, as: sample.source))
    }

    @Test(arguments: Event.allCases, PackKind.allCases)
    func `a push that counts on a pack that goes meanwhile sends its frames again`(
        event: Event,
        kind: PackKind
    ) async throws {
        let sample = try await Sample()
        let pack = try sample.pack(kind)
        let pointers = sample.pointers + [try await sample.source.add(Array("new".utf8))]
        for number in 0..<100 {
            let site = sample.copy()
            try sample.source.forgetRemotes()
            let counting = CountingRemote(site.remote)
            let remote = InterferingRemote(counting, when: { $1 == number }) {
                try event.happen(to: [pack], in: site)
            }
            try await sample.source.push(pointers, to: remote)
            #expect(remote.failure == nil)
            guard let fired = remote.firedAt else { return }
            guard let last = event.lastSight(in: counting.calls), fired <= last else { continue }
            #expect(try site.has(pointers, as: sample.source), "before call \(number)")
        }
        Issue.record("no push had fewer calls")
    }

    @Test(arguments: Event.allCases, [false, true])
    func `a push whose own packs go meanwhile sends them again, under other names`(
        event: Event,
        isFlat: Bool
    ) async throws {
        let source = try Machine()
        var random = PseudoRandom(seed: 41)
        // Large enough for its pack to go up as it is.
        let pointer = try await source.add(random.bytes(20_000))
        for number in 0..<100 {
            let site = Site()
            try source.forgetRemotes()
            let counting = CountingRemote(isFlat ? FlatRemote(site.remote) : site.remote)
            let gone = Packs()
            let remote = InterferingRemote(counting, when: { $1 == number }) {
                gone.ids = site.packs()
                try event.happen(to: gone.ids, in: site)
            }
            try await source.push([pointer], to: remote)
            #expect(remote.failure == nil)
            guard let fired = remote.firedAt else { return }
            guard let last = event.lastSight(in: counting.calls), fired <= last else { continue }
            #expect(try site.has([pointer], as: source), "before call \(number)")
            // Another collection may have marked them as well, and delete by name.
            if event == .collected { #expect(Set(site.packs()).isDisjoint(with: gone.ids), "before call \(number)") }
        }
        Issue.record("no push had fewer calls")
    }

    @Test
    func `a push during which everything always goes gives up`() async throws {
        let sample = try await Sample()
        let remote = PlaguedRemote(sample.site)
        let error = await #expect(throws: RemoteError.self) {
            try await sample.source.push(sample.pointers, to: remote)
        }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test
    func `a root that is there proves nothing`() async throws {
        let sample = try await Sample()
        for pack in sample.site.packs() { try sample.site.collect(pack) }
        #expect(sample.site.files(in: "roots").count == 1)
        try await sample.source.push(sample.pointers, to: sample.site.remote)
        #expect(try sample.site.has(sample.pointers, as: sample.source))
    }
}
