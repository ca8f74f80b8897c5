import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// Purging where nobody can be locked out, by a clock that the tests turn.
@Suite("Purging a remote")
struct RemotePurgeTests {
    /// A remote with three versions of a model, of which later ones are differences to the first, and a tree beside
    /// them; all in the same packs, or each in its own.
    fileprivate struct Place {
        let source: Machine
        let site: Site
        let versions: [(pointer: Pointer, bytes: [UInt8])]
        let tree: Pointer
        /// Every frame that only the first version has.
        let sole: Set<Digest>

        init(isMixed: Bool) async throws {
            source = try Machine()
            site = Site()
            var model = SafetensorsBytes([("embedding", 46_000), ("layer.0", 23_000), ("bias", 40)], seed: 1)
            var versions: [(pointer: Pointer, bytes: [UInt8])] = []
            for turn in 0..<3 {
                if turn > 0 { model.train(["embedding", "layer.0"], seed: UInt64(turn)) }
                let earlier = versions.map(\.pointer)
                versions.append((try await source.addModel(model.bytes, after: earlier, isCompared: true), model.bytes))
            }
            var random = PseudoRandom(seed: 3)
            tree = try await source.addTree(["a": random.bytes(30_000), "b": random.bytes(300)])
            self.versions = versions
            let all = versions.map(\.pointer) + [tree]
            if isMixed {
                try await source.pushMixed(all, to: site.remote)
            } else {
                for pointer in all { try await source.push([pointer], to: site.remote) }
            }
            let store = source.store
            func own(_ pointers: [Pointer]) -> Set<Digest> {
                let closure = Closure(of: pointers, in: store)
                return Set(closure.frames.keys).subtracting(closure.bases)
            }
            sole = own([versions[0].pointer]).subtracting(own(Array(all.dropFirst())))
            for (pointer, _) in versions.dropFirst() {
                let bases = Closure(of: [pointer], in: store).bases
                #expect(!bases.isEmpty && !bases.isDisjoint(with: sole))
            }
        }

        var victim: Pointer { versions[0].pointer }
        var kept: [Pointer] { versions.dropFirst().map(\.pointer) + [tree] }

        /// Whether what is kept can be rebuilt, as a newcomer finds, by object indexes and without.
        func isWhole(in site: Site? = nil) async throws -> Bool {
            for hasHints in [true, false] {
                let view = Site()
                view.remote.contents = (site ?? self.site).remote.contents
                if !hasHints { view.remove("objects") }
                let target = try Machine()
                guard try await target.fetch(kept, from: view.remote).missing.isEmpty else { return false }
                for (pointer, bytes) in versions.dropFirst() {
                    guard try await target.restored(pointer.oid, size: bytes.count) == bytes else { return false }
                }
                guard try target.has([tree]) else { return false }
            }
            return true
        }

        /// Whether an index or an object index leads to anything that was to go, or to a difference to it.
        func isFound(in site: Site? = nil) throws -> Bool {
            let site = site ?? self.site
            let hints = try site.files(in: "objects").map { file in
                try IndexFile(site.bytes(of: "objects/" + file), path: FilePath(file))
            }
            return try (Array(site.indexes().values) + hints).contains { index in
                (0..<index.frameCount).contains { position in
                    guard let copy = index.frame(at: position) else { return false }
                    return sole.contains(copy.entry.id) || copy.base.map(sole.contains) == true
                }
            }
        }

        /// Whether any pack that is there has a record of what was to go, or of a difference to it.
        func isThere(in site: Site? = nil) throws -> Bool {
            let site = site ?? self.site
            return try site.packs().contains { pack in
                let scratch = try Scratch()
                let path = scratch.path.appending("pack")
                try DurableFile.write(site.bytes(of: StoreLayout.pack(pack)), to: path, durable: false)
                let contents = try PackFile(path, id: pack).contents()
                return contents.entries.contains { entry in
                    sole.contains(entry.id) || contents.base(of: entry).map(sole.contains) == true
                }
            }
        }
    }

    @Test(arguments: [false, true], [false, true])
    func `what only a purged version had goes in a day, and the others stay whole all the time`(
        isMixed: Bool,
        isHere: Bool
    ) async throws {
        let place = try await Place(isMixed: isMixed)
        // One who has nothing of it fetches what has to be sent anew, and keeps none of that.
        let machine = isHere ? place.source : try Machine()
        if isHere { try await machine.purgeHere([place.victim], live: place.kept) }
        let report = try await machine.purge([place.victim], live: place.kept, in: place.site.remote)
        #expect(report.droppedFrames == place.sole.count)
        #expect(report.sentFrames > 0 && !report.isUnchanged)
        #expect(report.goneAfter == place.site.remote.now + RemoteCollection.gracePeriod)
        #expect(try machine.packs().isEmpty == !isHere)
        #expect(try !place.isFound() && place.isThere())
        #expect(place.site.files(in: "purged") == [place.victim.oid.hex])
        #expect(place.remote[StoreLayout.objectIndex(place.victim.oid)] == nil)
        #expect(try await place.isWhole())
        place.remote.wait(hours: 23)
        #expect(try await place.source.collect(in: place.remote).deleted.isEmpty)
        place.remote.wait(hours: 2)
        let plan = try await place.source.collect(in: place.remote)
        #expect(!plan.deleted.isEmpty && plan.rescuedCount == 0)
        #expect(try !place.isThere())
        #expect(try await place.isWhole())
        let missing = try await Machine().fetch([place.victim], from: place.remote).missing
        #expect(missing == [place.victim.oid])
    }

    @Test func `a second run changes nothing, and says when it will be gone`() async throws {
        let place = try await Place(isMixed: true)
        let first = try await place.source.purge([place.victim], live: place.kept, in: place.site.remote)
        let before = place.remote.contents
        place.remote.wait(hours: 1)
        let second = try await place.source.purge([place.victim], live: place.kept, in: place.site.remote)
        #expect(second.isUnchanged && second.goneAfter == first.goneAfter)
        #expect(place.remote.contents == before)
    }

    @Test func `a dry run says the same and writes nothing`() async throws {
        let place = try await Place(isMixed: false)
        let before = place.remote.contents
        let dry = try await place.source.purge(
            [place.victim],
            live: place.kept,
            in: place.site.remote,
            dryRunAt: place.remote.now
        )
        #expect(place.remote.contents == before)
        let wet = try await place.source.purge([place.victim], live: place.kept, in: place.site.remote)
        #expect(dry.droppedFrames == wet.droppedFrames && dry.sentFrames == wet.sentFrames)
        #expect(dry.goneAfter == wet.goneAfter && dry.byteCountBefore == wet.byteCountBefore)
        #expect(abs(dry.byteCountAfter - wet.byteCountAfter) * 4 < wet.byteCountAfter)
    }

    @Test func `what another repository's root names stays, and this one's roots let go of it all the same`()
        async throws
    {
        let place = try await Place(isMixed: true)
        let other = try #require(
            RootRecord(
                repository: "https://example.org/other",
                reference: "refs/heads/main",
                commit: "c0ffee",
                oids: [place.victim.oid]
            )
        )
        place.remote[StoreLayout.root(other.id)] = Array(other.text.utf8)
        let error = await #expect(throws: RemoteError.self) {
            try await place.source.purge([place.victim], live: place.kept, in: place.site.remote)
        }
        #expect("\(try #require(error))".contains("because https://example.org/other needs them at refs/heads/main"))
        #expect(place.site.files(in: "tomb").isEmpty && place.site.files(in: "purged").isEmpty)
        let records = try place.site.files(in: "roots").map { file in
            try RootRecord(parsing: String(decoding: place.site.bytes(of: "roots/" + file), as: UTF8.self))
        }
        #expect(records.filter { $0.oids.contains(place.victim.oid) } == [other])
        #expect(Set(records.filter { $0 != other }.flatMap(\.oids)) == Set(place.kept.map(\.oid)))
        let target = try Machine()
        #expect(try await target.fetch([place.victim], from: place.remote).missing.isEmpty)
    }

    @Test func `of another repository's tree what is the same stays, and it is told`() async throws {
        let source = try Machine()
        let site = Site()
        var random = PseudoRandom(seed: 5)
        let bytes = random.bytes(300_000)
        let file = try await source.add(bytes)
        let tree = try await source.addTree(["file": bytes, "more": random.bytes(4000)])
        try await source.push([file], to: site.remote)
        let root = RootRecord(
            repository: "https://example.org/other",
            reference: "HEAD",
            commit: "c0",
            oids: [tree.oid]
        )
        try await source.push([tree], to: site.remote, root: root)
        let report = try await source.purge([file], live: [], in: site.remote)
        #expect(report.shared == [file.oid] && report.isUnchanged)
        for _ in 0..<2 {
            site.remote.wait(hours: 25)
            try await source.collect(in: site.remote)
        }
        let target = try Machine()
        #expect(try await target.fetch([tree], from: site.remote).missing.isEmpty)
    }

    @Test func `one who pushes a version again during it does so in vain, and what was acknowledged stays`()
        async throws
    {
        let place = try await Place(isMixed: false)
        let writer = try Machine()
        try await writer.fetch(place.versions.map(\.pointer), from: place.remote)
        let start = place.remote.contents
        for moment in stride(from: 0, to: 60, by: Soak.isOn ? 1 : 9) {
            let site = Site()
            site.remote.contents = start
            try writer.forgetRemotes()
            try place.source.forgetRemotes()
            let root = RootRecord(
                repository: "https://example.org/r",
                reference: "refs/heads/other",
                commit: "c0ffee",
                oids: [place.versions[1].pointer.oid]
            )
            let remote = InterferingRemote(site.remote, when: { $1 == moment }) {
                try await writer.push([place.versions[1].pointer], to: site.remote, root: root)
                try await writer.push([place.victim], to: site.remote)
            }
            try await place.source.purge([place.victim], live: place.kept, in: remote)
            if let failure = remote.failure { throw failure }
            for _ in 0..<2 {
                site.remote.wait(hours: 25)
                try await writer.collect(in: site.remote)
            }
            #expect(try await place.isWhole(in: site), "at call \(moment)")
            if remote.firedAt == nil { return }
        }
    }

    @Test func `a purge that buried one pack of several completes after that was collected`() async throws {
        // Which pack comes first by its name is chance.
        for _ in 0..<3 {
            let place = try await Place(isMixed: true)
            try await place.source.purgeHere([place.victim], live: place.kept)
            let site = Site()
            site.remote.contents = place.remote.contents
            let failing = FailingRemote(site.remote, .afterFirstChange(area: "tomb"))
            _ = try? await place.source.purge([place.victim], live: place.kept, in: failing)
            #expect(site.remote.contents.keys.count { $0.hasPrefix("tomb/") } == 1)
            site.remote.wait(hours: 25)
            try await place.source.collect(in: site.remote)
            _ = try await place.source.purge([place.victim], live: place.kept, in: site.remote)
            #expect(try !place.isFound(in: site))
            #expect(try await place.isWhole(in: site))
        }
    }

    @Test(arguments: [FailingRemote.Moment.before, .after])
    func `a purge that is cut short anywhere loses nothing, and the same again completes it`(
        moment: FailingRemote.Moment
    ) async throws {
        let place = try await Place(isMixed: moment == .before)
        try await place.source.purgeHere([place.victim], live: place.kept)
        let start = place.remote.contents
        for number in stride(from: 0, to: 300, by: Soak.isOn ? 1 : 11) {
            let site = Site()
            site.remote.contents = start
            try place.source.forgetRemotes()
            let failing = FailingRemote(site.remote, .from(number), moment)
            let report = try? await place.source.purge([place.victim], live: place.kept, in: failing)
            #expect(try await place.isWhole(in: site), "after \(number) calls")
            let clean = number % 2 == 0
            if !clean {
                // Others collect meanwhile.
                site.remote.wait(hours: 25)
                try await place.source.collect(in: site.remote)
                #expect(try await place.isWhole(in: site), "after \(number) calls and a collection")
            }
            let again = try await place.source.purge([place.victim], live: place.kept, in: site.remote)
            #expect(try !place.isFound(in: site) && (!clean || again.goneAfter != nil), "after \(number) calls")
            #expect(try await place.isWhole(in: site), "after \(number) calls and another run")
            for _ in 0..<2 {
                site.remote.wait(hours: 25)
                try await place.source.collect(in: site.remote)
            }
            #expect(try !place.isThere(in: site), "after \(number) calls")
            #expect(try await place.isWhole(in: site), "after \(number) calls, in the end")
            if report != nil { return }
        }
        Issue.record("no purge had fewer calls")
    }

    @Test(arguments: [true, false])
    func `where nothing has a date nothing is begun`(isDry: Bool) async throws {
        let place = try await Place(isMixed: false)
        let before = place.remote.contents
        let remote = UndatedRemote(inner: place.remote)
        let error = await #expect(throws: RemoteError.self) {
            let time = isDry ? place.remote.now : nil
            try await place.source.purge([place.victim], live: place.kept, in: remote, dryRunAt: time)
        }
        #expect("\(try #require(error))".contains("it does not say when its files were written"))
        #expect(place.remote.contents == before)
    }

    @Test func `what was purged and brought back on purpose is not collected`() async throws {
        let place = try await Place(isMixed: false)
        let writer = try Machine()
        try await writer.fetch([place.victim], from: place.remote)
        try await place.source.purge([place.victim], live: place.kept, in: place.site.remote)
        try await writer.push([place.victim], to: place.remote)
        for _ in 0..<3 {
            place.remote.wait(hours: 25)
            try await writer.collect(in: place.remote)
        }
        #expect(try place.site.has([place.victim], as: writer))
    }
}

/// A remote that lists its files without dates, as Git LFS does.
private struct UndatedRemote: RemoteDecorator {
    let inner: any Remote

    func altered(_ files: [RemoteFile], of call: RemoteCall) -> [RemoteFile] {
        files.map { RemoteFile(path: $0.path, size: $0.size) }
    }
}

extension RemotePurgeTests.Place {
    fileprivate var remote: MemoryRemote { site.remote }
}

extension Machine {
    /// Takes out of the store here what only some objects have.
    fileprivate func purgeHere(_ victims: [Pointer], live: [Pointer]) async throws {
        let repack = Repack(store, pool: Machine.pool, now: WallClock.now(), cancellation: Cancellation())
        let models = live.filter { $0.kind == .file }
        let order = RepackOrder(newest: models.suffix(1), histories: [models.reversed()])
        _ = try await repack.run(.purge(victims, live: live, order: order))
    }

    /// Pushes objects in packs that have something of each.
    fileprivate func pushMixed(_ pointers: [Pointer], to remote: any Remote) async throws {
        let push = Push(
            from: store,
            to: view(of: remote),
            scratch: scratch.path.appending("packs"),
            avoiding: [LocalStore.emptyObject],
            pool: Machine.pool,
            cancellation: Cancellation(),
            progress: { _, _ in }
        )
        let visit = try await RemoteVisit(writingTo: view(of: remote))
        _ = try await push.run(pointers, root: Machine.rootRecord(of: pointers), after: visit)
    }
}
