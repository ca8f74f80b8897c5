import TestSupport
import Testing

/// The verbs beside the main job: what they print, what they refuse, and what they leave behind.
@Suite struct VerbTests {
    private static let setUp = """
        git model init -q --name small && git commit -qm 'Set up'
        mkdir -p weights tok/sub && seq 1 100000 > weights/model.bin
        echo a > tok/a && echo b > tok/sub/b && ln -s ../a tok/sub/link
        git model add -q weights/model.bin tok && git commit -qm 'Add the model'

        """

    private func run(_ script: String, in scratch: ScratchRepository? = nil) async throws -> ShellResult {
        let repository: ScratchRepository
        if let scratch { repository = scratch } else { repository = try await ScratchRepository() }
        return try await repository.run(Self.setUp + script)
    }

    typealias Case = ScriptCase

    static let remotes = [
        Case("git model remote list", says: "hint: add one: `git model remote add store URL`"),
        Case("git model remote default", says: "no remote is set up", exits: 5),
        Case("git model remote add store ~/m", says: "Added remote store → ", "(this machine only)", ".mver/config"),
        Case("git model remote add a/b ~/m", says: "a/b is no remote name", exits: 2),
        Case("git model remote add store az://b", says: "no az: remotes", exits: 2),
        Case("git model remote add store ''", exits: 2),
        Case("git model remote add -q a ~/1; git model remote add a ~/2", says: "remote a is ", "--force a", exits: 5),
        Case("git model remote add -q a ~/1; git model remote add -q -f a ~/2; git model remote list", says: "/2  "),
        Case("git model remote add -q a ~/1; git model remote add b ~/2", says: "git model remote default b"),
        Case(
            "git model remote add -q a ~/1; git model remote add -q b ~/2; git model remote default b -q;"
                + " git model remote default; git config -f .mver/config remote.default",
            says: "b\nb\n"
        ),
        Case("git model remote default nope", says: "there is no remote 'nope'", exits: 5),
        Case(
            "git model remote add store in/store; git model remote add -q away ../store; git model remote add -q git .git/x",
            says: "warning: remote store is inside the work tree: `git add -A` would add its packs to Git\n",
            "hint: take a directory beside the repository: `git model remote add --force store ../store`\n"
        ),
        Case(
            "echo warnings $({ git model remote add away ../away; git model remote add git .git/x; echo /in/ > .gitignore;"
                + " git model remote add ignored in/store; git model remote add dot .; } 2>&1 | grep -c 'is inside')",
            says: "warnings 1\n"
        ),
        Case("git model init --remote store", says: "warning: remote store is inside the work tree: `git add -A`"),
        Case("git model remote remove nope", says: "there is no remote 'nope'", exits: 5),
        Case(
            "git model remote add -q a ~/1; git model remote remove a; git model remote list",
            says: "Removed remote a"
        ),
        Case("git config git-model.remote.a.url /m; git model remote remove a", says: "Git's own", exits: 5),
        Case(
            "git model remote add -q a ~/1; git config git-model.transfer.rate 1.5m; git model remote check",
            says: "git-model.transfer.rate is 1.5m, which is no number of bytes a second",
            exits: 5
        ),
        Case("git model remote add -q a ~/1; git model remote check; ls -A ~/1", says: "fetch: yes, push: yes\n"),
        Case("git config -f .mver/config remote.a.url /m; git model remote check", says: "nobody", exits: 1),
        Case("git config -f .mver/config remote.a.url /m; git model trust", says: "not agreed  /m  a", "trust /m"),
        Case("git model trust /m; git model trust /m; git model trust", says: "Agreed to /m\nAlready", "agreed  /m"),
        Case(
            "git model trust nosuch",
            says: "Agreed to /",
            "warning: nosuch is no remote, and there is no directory /"
        ),
        Case("mkdir d; git model trust d; echo end", says: "/sentiment/d\nend\n"),
        Case("git model trust s3:/bucket", says: "did you mean s3://bucket?", exits: 2),
        Case("git model remote add a s3:/bucket/p", says: "did you mean s3://bucket/p?", exits: 2),
        Case("git model trust -q /m; git model trust --remove /m; git model trust", says: "No longer agreed to /m"),
        Case("git model trust --remove", says: "--remove needs a URL", exits: 2),
    ]

    @Test(arguments: remotes)
    func `Remotes are set up and agreed to`(test: Case) async throws { try await check(test) }

    static let reading = [
        Case("git model list", says: "small  -  0 versions", "git model tag v0.1.0"),
        Case("git model tag -q v0.1.0; git model list", says: "small  v0.1.0  2026-01-02  589 kB  1 version"),
        Case("git model tag -q v1.0.0-rc.1; git model list", says: "small  -  1 version"),
        Case("git model tag -q v0.1.0 -m Baseline; git model log", says: "small@v0.1.0  ", "589 kB  Ada  Baseline"),
        Case(
            "git model tag -q v0.1.0; git model tag -qf v0.2.0; git model log | cut -c-12",
            says: "0.2.0\nsmall@v0.1.0"
        ),
        Case("git model log nope", says: "there is no model 'nope'", exits: 5),
        Case(
            "printf '\\211HDF\\r\\n\\032\\n' > h.h5; head -c 1000000 /dev/urandom >> h.h5; mkdir d; cp h.h5 d; git model add -v h.h5 d",
            says: "h.h5: HDF5\nd/h.h5: HDF5\nnew  "
        ),
        Case("git model show", says: "HEAD\n", "By:      Ada <ada@example.org>\n", "opaque"),
        Case("git model tag -q v0.1.0 -m Baseline; git model show", says: "small@v0.1.0\n", "\n    Baseline\n"),
        Case("git model show v3.0.0", says: "small has no version v3.0.0", exits: 5),
        Case("git model show --json", says: #""layout":"opaque""#, #""kind":"tree""#),
        Case("git model ls", says: "tree     8 B  sha256:", "tok\nfile  589 kB"),
        Case("git model ls tok", says: "tok/a\n", "link  4 B  ", "tok/sub/link\n"),
        Case("cd tok && git model ls sub", says: "tok/sub/b\n"),
        Case("git model tag -q v0.1.0; git model rm -q tok; git model ls v0.1.0 tok/sub", says: "tok/sub/b\n"),
        Case("git model ls nope", says: "nope is neither a version nor an artifact", exits: 5),
        Case("git model ls tok/nope", says: "tok has no nope", exits: 5),
        Case("git model ls weights/model.bin/x", says: "is a file", exits: 5),
        Case("rm -rf .git/model/store; git model ls tok", says: "not known here", "git model fetch", exits: 5),
        Case("git model cat tok/sub/link", says: "a\n"),
        Case("git model cat HEAD:tok/sub/b", says: "b\n"),
        Case("cd tok && git model cat HEAD:./sub/b", says: "b\n"),
        Case("cd tok && git model cat sub/b", says: "b\n"),
        Case("git model cat weights/model.bin | cmp - weights/model.bin", says: ""),
        Case("git model cat tok", says: "tok is a directory", exits: 5),
        Case("git model cat HEAD:nope", says: "HEAD:nope is no artifact", exits: 5),
        Case("git model cat --json tok/a", says: "\"kind\":\"usage\"", exits: 2),
        Case("rm -rf .git/model/store; git model cat weights/model.bin", says: "are not here", exits: 5),
    ]

    @Test(arguments: reading)
    func `Versions and artifacts are shown`(test: Case) async throws { try await check(test) }

    static let changing = [
        Case(
            "git model mv weights/model.bin best/; git status --short",
            says: "R  weights/model.bin.mver -> best/model.bin"
        ),
        Case(
            "git model mv -q weights/model.bin m; git model status; cat .gitignore",
            says: "  new  m  589 kB\n",
            "/m\n"
        ),
        Case(
            "git model mv -q tok weights; git model ls weights/tok; cat .mver/models/small.json",
            says: "\"weights/tok\""
        ),
        Case("git model mv tok tok/x", says: "in the artifact itself", exits: 5),
        Case("git model mv tok weights/model.bin", says: "cannot move tok", exits: 5),
        Case("git model mv weights m", says: "holds artifacts", exits: 5),
        Case("touch m; git model mv tok m", says: "m is there already", exits: 5),
        Case("git model mv tok ../m", says: "outside the repository", exits: 5),
        Case(
            "git model rm tok weights; ls; git model ls; cat .mver/models/*",
            says: "removed  tok\n",
            "\"artifacts\": []"
        ),
        Case("echo x >> weights/model.bin; git model rm weights", says: "in no store", "--force", exits: 5),
        Case("echo x >> weights/model.bin; git model rm -q weights; ls weights", says: "model.bin\nmodel.bin.mver\n"),
        Case(
            "echo x >> weights/model.bin; git model rm -f weights; git status --short",
            says: "D  weights/model.bin.mver"
        ),
        Case(
            "rm -rf .git/model/store; git model rm tok weights/model.bin || ls tok weights",
            says: "cannot remove tok: its bytes are in no store\n",
            "lose them: `git model rm --force tok`",
            "tok:\na\nsub\n\nweights:\nmodel.bin\nmodel.bin.mver\n"
        ),
        Case(
            "rm -rf .git/model/store; chmod +x weights/model.bin; git model rm -q weights; ls weights",
            says: "in no store",
            "model.bin\n"
        ),
        Case(
            "git model remote add -q store ~/m; git model push -q; rm -rf .git/model/store; git model rm weights",
            says: "removed  weights/model.bin"
        ),
        Case("git model rm --cached tok; cat tok/a; git status --short", says: "forgot  tok\n", "a\n", "?? tok/"),
        Case("git model rm nope", says: "nope is no artifact", exits: 5),
        Case("git model rm -q tok && git reset -q --hard && git model checkout", says: "restored  tok"),
    ]

    @Test(arguments: changing)
    func `Artifacts move and go with all that names them`(test: Case) async throws { try await check(test) }

    static let keeping = [
        Case("git model fsck --deep", says: "2 artifact versions can be rebuilt\n"),
        Case("echo junk > x.mver; git model fsck", says: "damaged  x.mver", exits: 4),
        Case("echo junk > x.mver; git model gc", says: "x.mver is no pointer", exits: 5),
        Case("rm -rf .git/model/store; git model fsck", says: "0 artifact versions can be rebuilt, 2 not here"),
        Case("git model remote add -q s ~/m; git model fsck --check-remote", says: "does not have it", exits: 4),
        Case("git model remote add -q s ~/m; git model push -q; git model fsck --check-remote", says: "2 artifact"),
        Case("git model gc", says: "Deleted 0 packs, 0 B\nKept 2 in use, 0 younger than 14 days\n"),
        Case("git model du", says: "589 kB", "  raw 8 B → ", "The store takes ", "gc would free 0 B\n"),
        Case("git model du --json", says: #""garbage":0"#, #""isHere":true"#),
        Case("flock -s .git/model/store/lock git model gc", says: "locked by another process", exits: 11),
        Case("flock -x .git/model/store/lock git model gc --prune-now", exits: 11),
        Case(
            "git init -q ~/a; git -C ~/a model init -q; git model store alternate -q ~/a; "
                + "flock -s .git/model/store/lock git model store alternate --remove ~/a",
            says: "locked by another process",
            exits: 11
        ),
        Case("git config git-model.store.path ~/shared; git model gc", says: "Deleted 0 packs, 0 B\nKept 0 in use"),
        Case(
            "mkdir ~/full; echo x > ~/full/a; git model store use ~/full",
            says: "it is not empty, and no store",
            exits: 5
        ),
        Case("git model store use .", says: "it is in the work tree", exits: 5),
        Case("git model store use packs", says: "it is in the work tree", exits: 5),
        Case(
            "git model remote add -q s ~/m; git model push -q; git model store use ~/m",
            says: "it is the remote s, which others count on",
            exits: 5
        ),
        Case(
            "git model remote add -q s ~/m; git model push -q; git model remote remove -q s; git model store use ~/m",
            says: "a store in which no repository is registered",
            exits: 5
        ),
        Case("git model store use /proc/none", says: "/proc/none", exits: 5),
        Case("git model repack", says: "Store: nothing to repack\n"),
        Case("git model repack --json", says: #""isUnchanged":true"#),
        Case("flock -s .git/model/store/lock git model repack", says: "locked by another process", exits: 11),
        Case("git model repack --remote s", says: "there is no remote 's'", exits: 5),
        Case(
            "git model remote add -q s ~/m; git model push -q; git model repack --remote s",
            says: "Remote s: nothing to repack\n"
        ),
        Case(
            "git model remote add -q s ~/m; git model push -q; flock -s ~/m/lock git model repack --remote s",
            says: "locked by another process",
            exits: 11
        ),
    ]

    @Test(arguments: keeping)
    func `The store is checked, counted and cleared`(test: Case) async throws { try await check(test) }

    private func check(_ test: Case) async throws {
        test.check(try await run(test.script))
    }

    /// What keeps bytes alive though no branch has them any more.
    static let keepers = [
        "git add --force extra.bin.mver", "git add extra.bin.mver && git commit -qm x && git reset -q --hard HEAD~1",
        "git add extra.bin.mver && git stash -q",
        "git add extra.bin.mver && git commit -qm x && git tag t && git reset -q --hard HEAD~1",
        "git worktree add -q ../other && mv extra.bin.mver ../other/ && git reset -q",
        "git reset -q; echo '*.mver' >> .git/info/exclude",
    ]

    @Test(arguments: keepers)
    func `Collection keeps what anything may still need`(keeper: String) async throws {
        let script = """
            seq 1 200000 | sort -R --random-source=/bin/sh > extra.bin && git model add -q extra.bin
            git commit -qm ignore .gitignore .mver && \(keeper) && git model gc -q --prune-now >&2
            git model fsck --deep
            """
        let result = try await run(script)
        #expect(
            result.output.contains("3 artifact versions can be rebuilt\n") || keeper.contains("worktree")
                || keeper.contains("exclude"),
            "\(result.output)"
        )
        #expect(result.output.contains("Deleted 0 packs"), "\(result.output)")
        #expect(result.exitCode == 0)
    }

    @Test func `Collection frees what nothing needs, but not what is young`() async throws {
        let script = """
            seq 1 200000 > extra.bin && git model add -q extra.bin && git commit -qm x
            git reset -q --hard HEAD~1 && git reflog expire --expire=now --all && rm -f .git/ORIG_HEAD
            git model gc && git model gc --dry-run --prune-now && git model gc --prune-now && git model fsck --deep
            """
        let result = try await run(script)
        #expect(
            result.output.contains("Deleted 0 packs, 0 B\nKept 2 in use, 2 younger than 14 days"),
            "\(result.output)"
        )
        #expect(result.output.contains("Would delete 2 packs"), "\(result.output)")
        #expect(result.output.contains("Deleted 2 packs"), "\(result.output)")
        #expect(result.output.hasSuffix("2 artifact versions can be rebuilt\n"), "\(result.output)")
    }

    static let damages = [
        "for f in .git/model/store/packs/*/*.pack; do chmod u+w $f; printf XX | dd of=$f bs=1 seek=200 conv=notrunc status=none; done",
        "for f in .git/model/store/packs/*/*.pack; do chmod u+w $f; truncate -s -9 $f; done",
        "rm .git/model/store/packs/*/*.pack",
        "for f in .git/model/store/index/*; do chmod u+w $f; truncate -s -9 $f; done",
        "rm .git/model/store/index/*",
        "for f in .git/model/store/index/*; do chmod u+w $f; printf XX | dd of=$f bs=1 seek=70 conv=notrunc status=none; done",
    ]

    @Test(arguments: damages)
    func `Damage is found, and mended from the store or the remote`(damage: String) async throws {
        let script = """
            git model remote add -q store ~/models && git model push -q
            \(damage)
            git model fsck --deep > found; echo $?
            git model fsck --deep --repair > mended; echo $?
            git model fsck --deep; echo $?
            git model cat weights/model.bin | cmp - weights/model.bin && git model status
            """
        let result = try await run(script)
        let lines = result.output.split(separator: "\n")
        let isOnlyUntidy = damage == "rm .git/model/store/index/*"
        #expect(lines.contains(isOnlyUntidy ? "0" : "4"), "\(result.output)")
        #expect(result.output.contains("2 artifact versions can be rebuilt\n0\n"), "\(result.output)")
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `What a clone lacks is fetched to be printed, a file of a tree alone`() async throws {
        let scratch = try await ScratchRepository()
        let script = """
            git model remote add -q store ~/models && git commit -qam remote && git model push -q
            git clone -q . ../clone && cd ../clone && git model cat --no-fetch tok/a; echo $?
            git model cat tok/a && git model cat weights/model.bin | sha256sum | cut -c-8
            """
        let result = try await run(script, in: scratch)
        #expect(
            result.output.contains("hint: get them: `git model fetch`, or leave out `--no-fetch`\n5\n"),
            "\(result.output)"
        )
        let digest = try await scratch.run("sha256sum weights/model.bin | cut -c-8").output
        #expect(result.output.hasSuffix("\na\n" + digest), "\(result.output)")
    }
}
