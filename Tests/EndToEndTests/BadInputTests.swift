import TestSupport
import Testing

/// What goes wrong gets an error with the object's name and the right exit code, and loses nothing.
@Suite struct BadInputTests {
    private static let setUp = """
        git model init -q --remote ~/models && git commit -qm 'Set up'
        seq 1 100000 > model.bin && git model add -q model.bin && git commit -qm 'Add the model'

        """

    /// A script after the set-up, what its output must have, and its exit code.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let script: String
        let output: String
        let exitCode: Int32

        init(_ name: String, _ script: String, says output: String, _ exitCode: Int32) {
            self.name = name
            self.script = script
            self.output = output
            self.exitCode = exitCode
        }

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            "pointer cut short",
            "head -c 40 model.bin.mver > p; mv p model.bin.mver; git model push",
            says: "model.bin.mver",
            3
        ),
        Case(
            "a tag object that says nothing, beside one that does",
            "git model tag -q v1.0.0; printf 'nonsense' | git hash-object -t tag -w --stdin --literally > ~/id;"
                + " printf '%s refs/tags/model@v2.0.0\\n^%s\\n' $(cat ~/id) $(git rev-parse HEAD) >> .git/packed-refs;"
                + " git model list | grep -o 'v1.0.0' | head -1",
            says: "v1.0.0",
            0
        ),
        Case(
            "pointer with CRLF",
            "sed -i 's/$/\\r/' model.bin.mver; git model push",
            says: "model.bin.mver: it is no pointer",
            3
        ),
        Case(
            "pointer with an unknown key",
            "echo 'color red' >> model.bin.mver; git model push",
            says: "newer git-model",
            3
        ),
        Case(
            "pointer of a later version",
            "sed -i 's/pointer 1/pointer 2/' model.bin.mver; git model push",
            says: "newer git-model",
            3
        ),
        Case(
            "pointer with an uppercase digest",
            "sed -i '/oid/y/abcdef/ABCDEF/;s/oiD/oid/;s/shA/sha/' model.bin.mver; git model push",
            says: "model.bin.mver: it is no pointer",
            3
        ),
        Case(
            "pointer with a huge size",
            "sed -i 's/^size .*/size 99999999999999999999/' model.bin.mver; git model push",
            says: "model.bin.mver: it is no pointer",
            3
        ),
        Case("damaged pointer, seen by status", "echo x > model.bin.mver; git model status", says: "model.bin.mver", 3),
        Case("path outside", "git model add ../x.bin", says: "cannot add ../x.bin: it is outside the repository", 5),
        Case("path in .git", "git model add .git/config", says: ".git", 5),
        Case("path in .GIT", "mkdir .GIT && echo x > .GIT/x && git model add .GIT/x", says: ".GIT", 5),
        Case(
            "a link on the way",
            "mkdir ~/elsewhere && echo x > ~/elsewhere/x && ln -s ~/elsewhere linked && git model add linked/x",
            says: "linked",
            5
        ),
        Case("a link", "ln -s model.bin also && git model add also", says: "symbolic link", 5),
        Case(
            "a tree with a link that leaves it",
            "mkdir t && ln -s /etc/passwd t/p && git model add t",
            says: "t/p",
            5
        ),
        Case(
            "a missing file",
            "git model add nothing.bin",
            says: "cannot add nothing.bin: no such file or directory",
            5
        ),
        Case("nothing named", "git model add", says: "nothing to add", 2),
        Case("no such version", "git model checkout v9.9.9", says: "sentiment has no version v9.9.9", 5),
        Case("no semver", "git model tag 1.x", says: "'1.x' is no version", 2),
        Case("a tag that exists", "git model tag -q v1.0.0 && git model tag v1.0.0", says: "the version exists", 5),
        Case("no such remote", "git model push --remote nowhere", says: "no remote 'nowhere'", 5),
        Case("a scheme that is none", "GIT_MODEL_REMOTE_STORE_URL=foo://bar git model push", says: "foo: remotes", 2),
        Case("a remote nobody agreed to", "rm -r ~/.config && git model push", says: "git model trust", 5),
        Case("an unknown verb", "git model ad x", says: "add", 2),
        Case("an unknown option", "git model status --wrong", says: "--wrong", 2),
        Case("outside of a repository", "cd ~ && git model status", says: "is not in a Git repository", 10),
        Case("not set up", "mkdir ~/x && cd ~/x && git init -q && git model status", says: "git model init", 10),
        Case(
            "a store of the future",
            "echo 'requires: time-travel' >> .git/model/store/format; git model status",
            says: "newer git-model",
            5
        ),
        Case(
            "a store that only newer ones write",
            "echo 'requires-write: x' >> .git/model/store/format; seq 5 > y; git model add y",
            says: "newer git-model",
            5
        ),
        Case(
            "a remote of the future",
            "git model push -q; echo 'requires: x' >> ~/models/format; seq 5 > y; git model add -q y; git model push",
            says: "newer git-model",
            5
        ),
    ]

    @Test(arguments: cases)
    func `Bad input is named and refused`(example: Case) async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(Self.setUp).expectSuccess()
        let result = try await scratch.run(example.script)
        #expect(result.exitCode == example.exitCode, "\(result.output)")
        #expect(result.output.contains(example.output), "\(result.output)")
        #expect(!result.output.contains("bug in git-model"))
    }

    @Test(arguments: [
        "--dash.bin", "näme with blank.bin", "two\nlines.bin", "*star?.bin", "trailing ", "#hash", "!bang",
        "q\"uote\\.bin",
    ])
    func `Any file name can be versioned`(name: String) async throws {
        let scratch = try await ScratchRepository()
        try scratch.write("weights of \(name)", to: name)
        let quoted = "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        try await scratch.run(
            """
            set -e
            git model init -q && git model add -q -- ./\(quoted) && git add --all && git commit -qm one
            [ "$(git status --porcelain)" = "" ]
            rm ./\(quoted) && git model checkout -q && [ -f ./\(quoted) ]
            git model status --exit-code
            """
        ).expectSuccess()
        #expect(try scratch.read(name) == Array("weights of \(name)".utf8))
    }

    @Test func `An empty file and a sparse one come back`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && : > empty.bin && truncate -s 300M sparse.bin && git model add -q empty.bin sparse.bin
            [ $(du -sb .git/model/store/packs | cut -f1) -lt 1000000 ]
            sha256sum empty.bin sparse.bin > ~/sums && rm empty.bin sparse.bin
            git model checkout -q && sha256sum -c --quiet ~/sums
            """
        ).expectSuccess()
    }

    @Test func `A read-only remote can be read, and writing to it says so`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(Self.setUp + "git model push -q && cp -r ~/models ~/copy").expectSuccess()
        let result = try await scratch.run(
            """
            set -e
            git config git-model.remote.store.url ~/copy
            rm -rf .git/model model.bin && git model pull -q && git model status --exit-code
            """
        )
        try result.expectSuccess()
    }

    @Test func `A flipped byte in the remote is found and nothing wrong is kept`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(Self.setUp + "git model push -q").expectSuccess()
        let result = try await scratch.run(
            """
            for pack in $(find ~/models/packs -name '*.pack'); do
                printf 'X!x?' | dd of="$pack" bs=1 seek=200 conv=notrunc 2>/dev/null
            done
            rm -rf .git/model model.bin; git model pull; code=$?; [ ! -e model.bin ] && exit $code
            """
        )
        #expect(result.exitCode == 4, "\(result.output)")
        #expect(result.output.contains("damaged"), "\(result.output)")
    }

    @Test func `A full disk leaves a store that works`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            git model init -q && mkdir -p .git/model && mkdir -p ~/small
            mount -t tmpfs -o size=3m none ~/small
            git config git-model.store.path ~/small/store
            seq 1 1000 > little.bin && git model add -q little.bin
            head -c 8000000 /dev/urandom > big.bin
            set +e; git model add big.bin; code=$?; set -e
            [ ! -e big.bin.mver ] && rm little.bin && git model checkout -q -- little.bin && exit $code
            """,
            mounts: true
        )
        #expect(result.exitCode == 5, "\(result.output)")
        #expect(result.output.contains("o space"), "\(result.output)")
    }
}
