import Codec
import ModelCore
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// The repositories that use a store, and taking packs along to another.
struct StoreUsersTests {
    @Test func `Users are listed once each, whatever their paths, until they are forgotten`() throws {
        let scratch = try ScratchStore()
        let users = StoreUsers(ofStoreAt: scratch.root)
        #expect(try !users.isShared && users.all().isEmpty)
        let odd: FilePath = "/home/a b/line\nfeed/.git"
        for path in [odd, "/home/x/.git", odd] { try users.register(path) }
        #expect(try users.isShared)
        #expect(try users.all() == [odd, "/home/x/.git"])
        let names = try scratch.files(in: "users")
        let name = try #require(names.first { $0.hasPrefix("dd") } ?? names.first)
        let text = String(
            decoding: try DurableFile.read(scratch.root.appending("users/" + name), limit: 999),
            as: UTF8.self
        )
        #expect(text.hasPrefix("git-model-user 1\nrepository /home/") && text.hasSuffix("/.git\n"))
        #expect(try users.forget(odd))
        #expect(try !users.forget(odd))
        #expect(try users.all() == ["/home/x/.git"])
    }

    @Test func `A store that is not there and cannot be made is an empty one that refuses to be written to`() throws {
        // Nobody makes directories here, root neither.
        let store = try LocalStore.openOrAbsent("/sys/git-model-tests/store")
        #expect(store.isAbsent)
        try store.refresh()
        #expect(try store.packsOnDisk().isEmpty && store.roots().isEmpty && store.purgedObjects().isEmpty)
        let pointer = Pointer(oid: SHA256.digest(of: [1]), size: 1, kind: .file)
        #expect(!Closure(of: [pointer], in: store).isComplete)
        #expect(throws: StoreError.self) { try store.requireWritable() }
        #expect(throws: StoreError.self) { _ = try LocalStore.openOrCreate("/sys/git-model-tests/store") }
        let scratch = try ScratchStore()
        #expect(try !LocalStore.openOrAbsent(scratch.root).isAbsent)
        #expect(try !LocalStore.openOrAbsent(scratch.path.appending("new")).isAbsent)
    }

    @Test func `What roots name is known as far as it is here`() async throws {
        let scratch = try ScratchStore()
        let (pointer, _) = try await scratch.add(scratch.write(Array("weights".utf8), to: "a"))
        #expect(try scratch.store.rootedPointers().isEmpty)
        let oids = [pointer.oid, SHA256.digest(of: [1])]
        let root = try #require(RootRecord(repository: "r", reference: "refs/heads/main", commit: "c", oids: oids))
        let file = scratch.root.appending(StoreLayout.root(root.id))
        try Directories.create(file.removingLastComponent())
        try DurableFile.write(Array(root.text.utf8), to: file)
        #expect(try scratch.reopened().rootedPointers() == [pointer])
    }

    @Test func `The repository that a store lies in is a user of it, registered or not`() throws {
        let scratch = try ScratchStore()
        let repository = scratch.path.appending("repository.git")
        let root = repository.appending("model/store")
        _ = try LocalStore.openOrCreate(root)
        #expect(try StoreUsers(ofStoreAt: root).all().isEmpty)
        try DurableFile.write(Array("ref: refs/heads/main\n".utf8), to: repository.appending("HEAD"))
        #expect(try StoreUsers(ofStoreAt: root).all() == [repository])
    }

    @Test(arguments: [
        ("", false), ("git-model-user 1\n", false), ("git-model-user 1\nrepository x\n", false),
        ("git-model-user 1\nrepository /x", false), ("git-model-user 2\nrepository /x\n", true),
    ])
    func `A file that names no user is an error`(text: String, isNewer: Bool) async throws {
        let scratch = try ScratchStore()
        try Directories.create(scratch.root.appending("users"))
        try DurableFile.write(Array(text.utf8), to: scratch.root.appending("users/abc"))
        let error = try await storeError { _ = try StoreUsers(ofStoreAt: scratch.root).all() }
        switch error {
        case .needsNewerVersion: #expect(isNewer)
        case .damaged: #expect(!isNewer)
        default: Issue.record("\(error)")
        }
    }

    @Test func `Packs that are taken along rebuild what they did, and one that is damaged is not`() async throws {
        let (source, target) = (try ScratchStore(), try ScratchStore())
        var random = PseudoRandom(seed: 1)
        let bytes = random.bytes(1_500_000)
        let wanted = try await source.add(bytes)
        let other = try await source.add(random.bytes(1_500_000))
        let transfer = StoreTransfer(from: try source.reopened(), to: target.store, cancellation: Cancellation())
        #expect(try transfer.run([wanted], .needed).byteCount > 1_500_000)
        let again = try transfer.run([wanted], .needed)
        #expect(again.byteCount == 0 && again.partialCount == 0)
        let packs = Set(try target.store.packsOnDisk())
        #expect(try await target.restored(wanted) == bytes)
        #expect(try await target.check().isEmpty)
        #expect(try !Closure(of: [other], in: target.reopened()).isComplete)
        let all = Set(try source.reopened().packsOnDisk())
        let victim = try #require(all.subtracting(packs).first)
        let path = source.root.appending(StoreLayout.pack(victim))
        var damaged = try DurableFile.read(path, limit: 1 << 30)
        damaged[200] ^= 1
        try DurableFile.write(damaged, to: path)
        _ = try await storeError {
            let transfer = StoreTransfer(from: try source.reopened(), to: target.store, cancellation: Cancellation())
            _ = try transfer.run([], .everything)
        }
        #expect(try FileStatus.of(target.root.appending(StoreLayout.pack(victim))) == nil)
    }

    @Test func `Of what a store has already, in whatever packs, only the rest is taken along`() async throws {
        var random = PseudoRandom(seed: 2)
        let bytes = random.bytes(1_500_000)
        let longer = bytes + random.bytes(300_000)
        let target = try ScratchStore()
        let there = try await target.add(bytes)
        let packs = Set(try target.store.packsOnDisk())
        let same = try ScratchStore()
        #expect(try await same.add(bytes) == there)
        let transfer = StoreTransfer(from: try same.reopened(), to: target.store, cancellation: Cancellation())
        #expect(try transfer.run([there], .everything).byteCount == 0)
        #expect(Set(try target.store.packsOnDisk()) == packs)
        let source = try ScratchStore()
        let pointer = try await source.add(longer)
        let other = StoreTransfer(from: try source.reopened(), to: target.store, cancellation: Cancellation())
        let taken = try other.run([pointer], .everything).byteCount
        #expect(taken > 300_000 && taken < 700_000)
        #expect(try await target.restored(pointer) == longer)
        #expect(try await target.restored(there) == bytes)
        #expect(try await target.check().isEmpty)
    }

    @Test func `What a store has damaged is taken along`() async throws {
        var random = PseudoRandom(seed: 3)
        let bytes = random.bytes(1_500_000)
        let target = try ScratchStore()
        let pointer = try await target.add(bytes)
        for pack in try target.store.packsOnDisk() {
            let path = target.root.appending(StoreLayout.pack(pack))
            var damaged = try DurableFile.read(path, limit: 1 << 30)
            damaged[damaged.count / 2] ^= 1
            try DurableFile.write(damaged, to: path)
        }
        let source = try ScratchStore()
        #expect(try await source.add(bytes) == pointer)
        let here = try target.reopened()
        let transfer = StoreTransfer(from: try source.reopened(), to: here, cancellation: Cancellation())
        #expect(try transfer.run([pointer], .everything).byteCount > 0)
        #expect(try await target.restored(pointer, from: target.reopened()) == bytes)
    }
}
