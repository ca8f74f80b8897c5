import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

@Suite("Faults")
struct FaultTests {
    /// A tree with a file of several frames, and a file of one: every kind of file that a store has, in few requests.
    private static func sample(on machine: Machine) async throws -> [Pointer] {
        var random = PseudoRandom(seed: 21)
        let large = [UInt8](repeating: 0, count: 1_050_000)
        let tree = try await machine.addTree(["a": random.bytes(500), "b/c": random.bytes(3000), "e": [], "l": large])
        return [tree, try await machine.add(random.bytes(2000))]
    }

    /// What holds of a remote at any time: an index lists packs that are there, and a root names objects that are.
    private func requireOrder(in site: Site, of pointers: [Pointer], on source: Machine, _ comment: Comment) throws {
        let packs = Set(site.packs())
        for index in try site.indexes().values {
            #expect(index.packs.allSatisfy { packs.contains($0.id) }, comment)
        }
        if site.files(in: "roots") != [] { #expect(try site.has(pointers, as: source), comment) }
    }

    // MARK: Push

    @Test(arguments: FailingRemote.Moment.allCases)
    func `a push that fails at any one call is completed by the next`(moment: FailingRemote.Moment) async throws {
        let source = try Machine()
        let pointers = try await FaultTests.sample(on: source)
        for number in 0..<100 {
            let site = Site()
            try source.forgetRemotes()
            let failing = FailingRemote(site.remote, .once(number), moment)
            let comment: Comment = "call \(number)"
            do {
                try await source.push(pointers, to: failing)
                #expect(try site.has(pointers, as: source), comment)
                if failing.failureCount == 0 { return }
            } catch let error as RemoteError {
                #expect(error.description.contains(site.remote.name), comment)
            }
            try requireOrder(in: site, of: pointers, on: source, comment)
            try await source.push(pointers, to: site.remote)
            #expect(try site.has(pointers, as: source), comment)
        }
        Issue.record("no push had fewer calls")
    }

    @Test(arguments: FailingRemote.Moment.allCases)
    func `a push over a line that breaks farther on each time ends, and sends nothing twice`(
        moment: FailingRemote.Moment
    ) async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = try await FaultTests.sample(on: source)
        for number in 0..<100 {
            let failing = FailingRemote(site.remote, .from(number), moment)
            do {
                try await source.push(pointers, to: failing)
                #expect(try site.has(pointers, as: source))
                // A pack that arrived without an index, or whose arrival was never confirmed, is sent under another
                // name.
                let listed = try site.indexes().values.flatMap { index in
                    (0..<index.frameCount).compactMap { index.frame(at: $0)?.entry.id }
                }
                #expect(Set(listed).count == listed.count)
                return
            } catch is RemoteError {
                try requireOrder(in: site, of: pointers, on: source, "call \(number)")
            }
        }
        Issue.record("the push never ended")
    }

    @Test(arguments: [FailingRemote.Schedule.always, .every(.write), .every(.upload), .every(.list), .every(.read)])
    func `a push to a remote that always fails says so`(schedule: FailingRemote.Schedule) async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = try await FaultTests.sample(on: source)
        let error = await #expect(throws: RemoteError.self) {
            try await source.push(pointers, to: FailingRemote(site.remote, schedule))
        }
        guard case .unreachable(site.remote.name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(site.files(in: "roots") == [])
    }

    @Test
    func `a push to a remote without room says so, and goes on once there is some`() async throws {
        let source = try Machine()
        let pointers = try await FaultTests.sample(on: source)
        for room in 0..<100 {
            let site = Site()
            try source.forgetRemotes()
            do {
                try await source.push(pointers, to: FullRemote(site.remote, room: room))
                #expect(try site.has(pointers, as: source))
                return
            } catch RemoteError.io(let name, let cause) {
                #expect(name == site.remote.name)
                #expect(cause.errno == .noSpace)
            }
            try requireOrder(in: site, of: pointers, on: source, "room for \(room) files")
            try await source.push(pointers, to: site.remote)
            #expect(try site.has(pointers, as: source))
        }
        Issue.record("there was never enough room")
    }

    @Test
    func `a push for which this machine has no room says so, and not that the remote cannot be reached`() async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = try await FaultTests.sample(on: source)
        let cache = source.scratch.path.appending("cache")
        let remote = InterferingRemote(
            site.remote,
            when: { call, _ in call.kind == .write && call.area == "index" },
            do: {
                // No directory can be made where a file is.
                try source.forgetRemotes()
                try DurableFile.write([1], to: cache, durable: false)
            }
        )
        let error = await #expect(throws: RemoteError.self) { try await source.push(pointers, to: remote) }
        guard case .io(site.remote.name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: 0...6)
    func `a push that sees lists of the past is right or says that it is not`(lists: Int) async throws {
        let (source, site) = (try Machine(), Site())
        var random = PseudoRandom(seed: 22)
        let old = try await source.add(random.bytes(1000))
        try await source.push([old], to: site.remote)
        let past = try await StaleRemote.lists(of: site.remote)
        let pointers = try await FaultTests.sample(on: source)
        try await source.push(pointers, to: StaleRemote(site.remote, past: past, lists: lists), root: nil)
        #expect(try site.has([old] + pointers, as: source))
    }

    @Test
    func `a push whose lists never show what it sends gives up`() async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = try await FaultTests.sample(on: source)
        let error = await #expect(throws: RemoteError.self) {
            try await source.push(pointers, to: StaleRemote(site.remote, lists: .max))
        }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: CorruptingRemote.Fault.allCases)
    func `a push that reads spoiled answers is right or says what is wrong`(fault: CorruptingRemote.Fault) async throws
    {
        let source = try Machine()
        let pointers = try await FaultTests.sample(on: source)
        for number in 0..<100 {
            let site = Site()
            try await source.push([pointers[0]], to: site.remote)
            try source.forgetRemotes()
            let corrupting = CorruptingRemote(site.remote, fault, read: number)
            do {
                try await source.push(pointers, to: corrupting)
                #expect(try site.has(pointers, as: source))
            } catch let error as RemoteError {
                #expect(error.description.contains(site.remote.name))
            }
            if !corrupting.wasReached { return }
        }
        Issue.record("no push had fewer reads")
    }

    @Test
    func `a push and a fetch over a slow line are right`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointers = try await FaultTests.sample(on: source)
        try await source.push(pointers, to: SlowRemote(site.remote))
        try await target.fetch(pointers, from: SlowRemote(site.remote))
        #expect(try target.has(pointers))
        #expect(try await target.problems() == [])
    }

    @Test
    func `machines that push to one remote at once all get through`() async throws {
        let (site, target) = (Site(), try Machine())
        let machines = try (0..<4).map { _ in try Machine() }
        let pushed = try await withThrowingTaskGroup(of: (Machine, [Pointer]).self) { group in
            for (number, machine) in machines.enumerated() {
                group.addTask {
                    var random = PseudoRandom(seed: 30 + UInt64(number))
                    let pointers = try await FaultTests.sample(on: machine) + [machine.add(random.bytes(2000))]
                    try await machine.push(pointers, to: SlowRemote(site.remote))
                    return (machine, pointers)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (machine, pointers) in pushed { #expect(try site.has(pointers, as: machine)) }
        try await target.fetch(pushed.flatMap { $1 }, from: site.remote)
        #expect(try await target.problems() == [])
    }

    // MARK: Fetch

    @Test(arguments: FailingRemote.Moment.allCases, [true, false])
    func `a fetch that fails at any one call leaves a sound store and is completed by the next`(
        moment: FailingRemote.Moment,
        hasHints: Bool
    ) async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = [try await FaultTests.sample(on: source)[0]]
        try await source.push(pointers, to: site.remote)
        if !hasHints { site.remove("objects") }
        for number in 0..<100 {
            let target = try Machine()
            let failing = FailingRemote(site.remote, .once(number), moment)
            let comment: Comment = "call \(number)"
            do {
                try await target.fetch(pointers, from: failing)
                #expect(try target.has(pointers), comment)
                if failing.failureCount == 0 { return }
            } catch let error as RemoteError {
                #expect(error.description.contains(site.remote.name), comment)
            }
            #expect(try await target.problems() == [], comment)
            try await target.fetch(pointers, from: site.remote)
            #expect(try target.has(pointers), comment)
            #expect(try await target.problems() == [], comment)
        }
        Issue.record("no fetch had fewer calls")
    }

    @Test
    func `a fetch goes on where it was interrupted`() async throws {
        let (source, site) = (try Machine(), Site())
        var random = PseudoRandom(seed: 23)
        // Two packs of data: the frames of the second version are in a pack of their own.
        var bytes = random.bytes(600_000)
        try await source.push([try await source.add(bytes)], to: site.remote)
        bytes += random.bytes(600_000)
        let pointer = try await source.add(bytes)
        try await source.push([pointer], to: site.remote)
        let whole = try await Machine().fetch(from: site.remote).dryRun([pointer]).byteCount
        let packs = Set(site.packs())
        for pack in packs { #expect(try site.bytes(of: StoreLayout.pack(pack)).count < 1 << 20) }
        var shortened = 0
        // Packs are read at the same time: which of them came before the cut is left to chance, and so tried again.
        for turn in 0..<120 where turn < 11 || shortened == 0 {
            let (target, cut) = (try Machine(), 1 + turn % 11)
            do { try await target.fetch([pointer], from: FailingRemote(site.remote, .from(cut))) } catch is RemoteError
            {}
            #expect(try await target.problems() == [])
            let rest = try await target.fetch([pointer], from: site.remote)
            #expect(try await target.restored(pointer.oid, size: bytes.count) == bytes)
            if rest.byteCount > 0, rest.byteCount < whole { shortened += 1 }
        }
        #expect(shortened > 0)
    }

    @Test(arguments: [FailingRemote.Schedule.always, .every(.read)])
    func `a fetch from a remote that always fails says so`(schedule: FailingRemote.Schedule) async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointers = [try await FaultTests.sample(on: source)[0]]
        try await source.push(pointers, to: site.remote)
        let error = await #expect(throws: RemoteError.self) {
            try await target.fetch(pointers, from: FailingRemote(site.remote, schedule))
        }
        guard case .unreachable(site.remote.name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await target.problems() == [])
    }

    @Test(arguments: CorruptingRemote.Fault.allCases, [true, false])
    func `one spoiled answer leads to right bytes or an error, never to a wrong store`(
        fault: CorruptingRemote.Fault,
        hasHints: Bool
    ) async throws {
        let (source, site) = (try Machine(), Site())
        let pointers = [try await FaultTests.sample(on: source)[0]]
        try await source.push(pointers, to: site.remote)
        if !hasHints { site.remove("objects") }
        for number in 0..<100 {
            let target = try Machine()
            let corrupting = CorruptingRemote(site.remote, fault, read: number)
            do {
                let report = try await target.fetch(pointers, from: corrupting)
                #expect(report.missing == [])
                #expect(try target.has(pointers))
            } catch let error as RemoteError {
                #expect(error.description.contains(site.remote.name))
            }
            #expect(try await target.problems() == [])
            if !corrupting.wasReached { return }
            try await target.fetch(pointers, from: site.remote)
            #expect(try target.has(pointers))
        }
        Issue.record("no fetch had fewer reads")
    }

    @Test(arguments: CorruptingRemote.Fault.allCases, [true, false])
    func `a remote that spoils every answer is refused`(fault: CorruptingRemote.Fault, hasHints: Bool) async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointers = [try await FaultTests.sample(on: source)[0]]
        try await source.push(pointers, to: site.remote)
        if !hasHints { site.remove("objects") }
        let format = TamperedRemote(
            CorruptingRemote(site.remote, fault),
            [StoreLayout.format: try site.bytes(of: "format")]
        )
        let error = await #expect(throws: RemoteError.self) { try await target.fetch(pointers, from: format) }
        #expect(error?.description.contains(site.remote.name) == true)
        #expect(try !target.has(pointers))
        #expect(try await target.problems() == [])
    }

    @Test
    func `a fetch needs no list that is up to date where there are object indexes`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointers = [try await FaultTests.sample(on: source)[0]]
        try await source.push(pointers, to: site.remote)
        try await target.fetch(pointers, from: StaleRemote(site.remote, lists: .max))
        #expect(try target.has(pointers))
    }

    @Test
    func `a fetch that sees lists of the past reports what it does not find, and finds it later`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointers = [try await FaultTests.sample(on: source)[0]]
        try await source.push(pointers, to: site.remote)
        site.remove("objects")
        let stale = StaleRemote(site.remote, lists: 1)
        #expect(try await target.fetch(pointers, from: stale).missing == pointers.map(\.oid))
        #expect(try await target.fetch(pointers, from: stale).missing == [])
        #expect(try target.has(pointers))
    }

    @Test
    func `what a fetch found here is not taken for the remote's`() async throws {
        let (here, there, remote) = (try Machine(), try Machine(), MemoryRemote())
        let files: [String: [UInt8]] = ["mine": [1, 2, 3], "theirs": [4, 5, 6]]
        for (_, bytes) in files { try await here.push([here.add(bytes)], to: remote) }
        let mine = try await there.add([1, 2, 3])
        let lost = try #require(try await here.view(of: remote).indexes().copies(of: mine.oid).first)
        let tree = try await here.addTree(files)
        try await here.push([tree], to: remote)
        try await remote.delete(StoreLayout.pack(lost.pack))
        try await remote.delete(StoreLayout.objectIndex(tree.oid))
        let report = try await there.fetch([tree], from: remote)
        #expect(report.objects == [tree.oid])
        #expect(report.unproven == [tree.oid])
        #expect(try await RemoteHoldings(of: there.view(of: remote), local: there.store).held([tree]) == [])
    }

    @Test
    func `an index that vanishes between list and read is looked for again`() async throws {
        let (source, target, site) = (try Machine(), try Machine(), Site())
        let pointers = [try await FaultTests.sample(on: source)[0]]
        try await source.push(pointers, to: site.remote)
        site.remove("objects")
        let interfering = InterferingRemote(
            site.remote,
            when: { call, _ in call.area == "index" && call.kind == .read }
        ) {
            // Another writer merged it: the same content under another name.
            for (file, index) in try site.indexes() {
                site.write(index.contents())
                site.remove(file)
            }
        }
        try await target.fetch(pointers, from: interfering)
        #expect(interfering.firedAt != nil && interfering.failure == nil)
        #expect(try target.has(pointers))
    }
}
