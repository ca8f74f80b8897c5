import TestSupport
import Testing

/// Commands in hints do what they say also where a path has a blank or what a shell reads as its own.
@Suite struct HintWordTests {
    /// A repository with an artifact, and another one beside it in a directory whose name has a blank.
    private static func pair() async throws -> Session {
        let session = try await Session("echo 1 > a.bin && git init -q '../my repo'")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one")
        try await session.succeed("init", "-q", "--no-hooks", "--name", "other", in: "../my repo")
        try await session.shell("echo 2 > '../my repo/b.bin'")
        try await session.succeed("add", "-q", "b.bin", in: "../my repo")
        try await session.shell("cd '../my repo' && git commit -qm one")
        return session
    }

    @Test func `Of the users of a shared store`() async throws {
        let session = try await Self.pair()
        let other = "\(session.scratch.home)/my repo/.git"
        try await session.succeed("store", "use", "-q", "../shared")
        try await session.succeed("store", "use", "-q", "../shared", in: "../my repo")
        let kept = await session.run("store", "forget", "../my repo")
        #expect(kept.exitCode == 5)
        #expect(kept.error.contains(": `git model store use '\(other)/model/store'`\n"), "\(kept)")
        try await session.shell("mv '../my repo' ../away")
        let collection = await session.run("gc")
        #expect(collection.exitCode == 5)
        #expect(collection.error.contains(": `git model store forget '\(other)'`\n"), "\(collection)")
        // What is found from there is another repository.
        try await session.shell("mkdir -p '\(other)' && git init -q ..")
        let empty = await session.run("gc")
        #expect(empty.exitCode == 5)
        #expect(empty.error.contains(": `git model store forget --force '\(other)'`\n"), "\(empty)")
    }

    @Test func `Of a store to borrow from`() async throws {
        let session = try await Self.pair()
        let store = "\(session.scratch.home)/my repo/.git/model/store"
        try await session.succeed("store", "alternate", "../my repo")
        let removal = "`git model store alternate --remove '\(store)'`"
        let repack = await session.run("repack")
        #expect(repack.exitCode == 5)
        #expect(repack.error.contains("hint: take over what is needed from there: \(removal)\n"), "\(repack)")
        try await session.shell("mv '../my repo' ../away")
        let check = await session.run("fsck")
        #expect(check.exitCode == 4)
        #expect(check.error.contains("hint: go on without it: \(removal), then `git model fetch`\n"), "\(check)")
        let collection = await session.run("gc")
        #expect(collection.exitCode == 5)
        #expect(collection.error.contains("go on without it: \(removal), then `git model fetch`\n"), "\(collection)")
    }

    @Test func `Of a directory that is no place for a store`() async throws {
        let session = try await Self.pair()
        let home = session.scratch.home
        try await session.succeed("remote", "add", "-q", "store", "../my remote")
        try await session.succeed("push", "-q")
        let borrowing = ": `git model store alternate '\(home)/my remote'`\n"
        let own = await session.run("store", "use", "../my remote")
        #expect(own.exitCode == 5 && own.error.contains(borrowing), "\(own)")
        let others = await session.run("store", "use", "../my remote", in: "../my repo")
        #expect(others.exitCode == 5 && others.error.contains(borrowing), "\(others)")
        try await session.succeed("store", "use", "-q", "../my store")
        let group = await session.run("store", "use", "--group", "../my store")
        let word = "'\(home)/my store'"
        let ways = "`chgrp -R GROUP \(word)`, then `chmod -R g+rwXs \(word)`\n"
        #expect(group.exitCode == 5 && group.error.contains(ways), "\(group)")
        try await session.shell("echo nonsense > '../my store/format'")
        let damaged = await session.run("du")
        #expect(damaged.exitCode == 4 && damaged.error.contains(" > '\(home)/my store/format'`\n"), "\(damaged)")
    }

    @Test func `Of a tensor that NumPy has no type for`() async throws {
        let session = try await Session()
        var header = #"{"w;touch pwned":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#
        while header.utf8.count % 8 != 0 { header += " " }
        let bytes = [UInt8(header.utf8.count)] + [UInt8](repeating: 0, count: 7) + Array(header.utf8)
        try session.scratch.write(bytes + [UInt8](1...8), to: "my model.safetensors")
        try await session.succeed("add", "-q", "my model.safetensors")
        let answer = await session.run("cat", "my model.safetensors", "--tensor", "w;touch pwned")
        #expect(answer.exitCode == 5)
        let command = "git model cat 'my model.safetensors' --tensor 'w;touch pwned' --format raw"
        #expect(answer.error.contains("hint: print the bytes as they are: `\(command)`\n"), "\(answer)")
    }

    @Test func `Of an inner repository, and of a signature that is not here`() async throws {
        let session = try await Session(
            """
            git init -q 'my lib' && (cd 'my lib' && git commit -q --allow-empty -m lib && echo 1 > 'my w.bin')
            echo x > 'my inputs.json.mver'
            """
        )
        let inner = await session.run("add", "my lib/my w.bin")
        #expect(inner.exitCode == 5)
        #expect(inner.error.contains(": `cd 'my lib' && git model add 'my w.bin'`\n"), "\(inner)")
        let signature = await session.run("describe", "small", "--signature", "my inputs.json")
        #expect(signature.exitCode != 0)
        #expect(signature.error.contains("hint: get its bytes: `git model pull -- 'my inputs.json'`\n"), "\(signature)")
    }
}
