import ModelCore
import Remotes
import Store
import TestSupport
import Testing

/// Two who push and purge, and collections in the midst of it, in random order; what was acknowledged is never lost.
@Suite("Random pushes and collections")
struct RandomCollectionTests {
    /// What happened so far.
    private struct World {
        let site = Site()
        let writers: [Machine]
        /// Has everything, to tell what objects are made of.
        let pointers: [Pointer]
        /// The objects that roots name of pushes that succeeded.
        var rooted: [Digest: Set<Digest>] = [:]

        init(_ random: inout PseudoRandom) async throws {
            let machines = [try Machine(), try Machine()]
            var pointers: [Pointer] = []
            var model = SafetensorsBytes([("weight", 20_000), ("bias", 40)], seed: random.next())
            let shared = random.bytes(40_000)
            for turn in 0..<4 {
                if turn > 0 { model.train(seed: random.next()) }
                let own = random.bytes(30_000)
                for machine in machines {
                    // Each has its own differences to what it knows.
                    let earlier = machine === machines[0] ? pointers.filter { $0.kind == .file } : []
                    let file = try await machine.addModel(model.bytes, after: earlier)
                    let tree = try await machine.addTree(["shared": shared, "own": own, "model": model.bytes])
                    if machine === machines[1] { pointers += [file, tree] }
                }
            }
            writers = machines
            self.pointers = pointers
        }

        /// The objects that must be there.
        var expected: [Pointer] {
            let alive = rooted.values.reduce(into: Set<Digest>()) { $0.formUnion($1) }
            return pointers.filter { alive.contains($0.oid) }
        }

        /// Whether everything that must be there is: in a pack that an index lists, be it buried.
        func isWhole() throws -> Bool {
            let view = Site()
            view.remote.contents = site.remote.contents.filter { !$0.key.hasPrefix("tomb/") }
            return try expected.allSatisfy { pointer in try writers.contains { try view.has([pointer], as: $0) } }
        }
    }

    @Test(arguments: Soak.seeds(quick: 6, soak: 300))
    func `what was acknowledged is never lost`(seed: UInt64) async throws {
        var random = PseudoRandom(seed: seed)
        var world = try await World(&random)
        for step in 0..<25 {
            world.site.remote.wait(hours: Int.random(in: 0...20, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5: try await push(in: &world, &random)
            case 5: retire(in: &world, &random)
            case 6 where Bool.random(using: &random): try await purge(in: &world, by: world.writers[step % 2], &random)
            case 6:
                let cut = FailingRemote(world.site.remote, .from(Int.random(in: 0..<40, using: &random)))
                _ = try? await world.writers[step % 2].collect(in: cut)
            default: try await Self.collect(in: world.site, by: world.writers[step % 2])
            }
            #expect(try world.isWhole(), "seed \(seed), step \(step)")
        }
        for _ in 0..<3 {
            world.site.remote.wait(hours: 25)
            try await Self.collect(in: world.site, by: world.writers[0])
        }
        #expect(world.site.files(in: "tomb").isEmpty)
        let target = try Machine()
        #expect(try await target.fetch(world.expected, from: world.site.remote).missing.isEmpty)
        #expect(try target.has(world.expected))
    }

    /// Pushes, while at a random moment days pass and somebody collects.
    private func push(in world: inout World, _ random: inout PseudoRandom) async throws {
        let number = Int.random(in: 0..<world.writers.count, using: &random)
        let writer = world.writers[number]
        let chosen = world.pointers.filter { _ in Bool.random(using: &random) }
        guard !chosen.isEmpty, let root = Machine.rootRecord(of: chosen) else { return }
        let moment = Int.random(in: 0..<60, using: &random)
        let days = Int.random(in: 0...2, using: &random)
        let other = world.writers[1 - number]
        let remote = InterferingRemote(world.site.remote, when: { $1 == moment }) { [site = world.site] in
            for _ in 0..<days {
                site.remote.wait(hours: 25)
                try await Self.collect(in: site, by: other)
            }
        }
        try writer.forgetRemotes()
        try await writer.push(chosen, to: remote, root: root)
        if let failure = remote.failure { throw failure }
        world.rooted[root.id] = Set(root.oids)
    }

    private func retire(in world: inout World, _ random: inout PseudoRandom) {
        guard let root = world.rooted.keys.sorted().randomElement(using: &random) else { return }
        world.site.remove(StoreLayout.root(root))
        world.rooted[root] = nil
    }

    /// Purges an object, perhaps only in part, and again as a whole.
    private func purge(in world: inout World, by machine: Machine, _ random: inout PseudoRandom) async throws {
        let site = world.site
        guard site.remote[StoreLayout.format] != nil, let victim = world.pointers.randomElement(using: &random) else {
            return
        }
        let live = world.expected.filter { $0 != victim }
        let cut = FailingRemote(site.remote, .from(Int.random(in: 0..<60, using: &random)))
        do {
            _ = try? await machine.purge([victim], live: live, in: cut)
            try await machine.purge([victim], live: live, in: site.remote)
        } catch RemoteError.unfinished { return }
        for root in Set(world.rooted.values) where root.contains(victim.oid) {
            let left = root.subtracting([victim.oid])
            for (id, oids) in world.rooted where oids == root { world.rooted[id] = nil }
            let record = Machine.rootRecord(of: world.pointers.filter { left.contains($0.oid) })
            if let record, !left.isEmpty { world.rooted[record.id] = left }
        }
    }

    /// Collects, where anything was pushed yet; a root of a push that is not complete yet is a reason to wait (G8).
    private static func collect(in site: Site, by machine: Machine) async throws {
        guard site.remote[StoreLayout.format] != nil else { return }
        do { try await machine.collect(in: site.remote) } catch RemoteError.unfinished {}
    }
}
