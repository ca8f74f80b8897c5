import TestSupport
import Testing

/// Several remotes have the same versions, and any of them will do.
@Suite struct MirrorTests {
    /// Two versions, of which `store` has both, and a second remote that has nothing.
    private static let series = """
        git model init -q --name small --remote ../models && seq 90000 > a.bin && git model add -q a.bin && git commit -q -m one
        git model tag -q v1.0.0 && cp a.bin ~/one && seq 90001 > a.bin && git model add -q -u && git commit -q -m two
        cp a.bin ~/two && git model tag -q v1.1.0 && git model push -q --tags && git model remote add -q mirror ../mirror

        """

    @Test func `A push goes to every remote, and one that fails keeps none from the others`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            MirrorTests.series + """
                git model push --all-remotes --tags && git model fetch --remote mirror --tags --dry-run
                ! git model push --all-remotes --remote mirror 2> ~/err && test -d ~/mirror/packs
                seq 7 > a.bin && git model add -q -u && git commit -q -m three && mv ~/models ~/away
                code=0 && git model push --all-remotes 2> ~/err || code=$? && test $code = 3 && grep -q 'remote store: cannot reach' ~/err
                git model push --remote mirror && mv ~/away ~/models && git model push --all-remotes
                git model fsck --deep --check-remote
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let expected = [
            "Nothing to push: store has everything\nPushed 2 artifacts", "to mirror",
            "Nothing to push: mirror has everything",
        ]
        for text in expected { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What the default remote lacks, lost or cannot give comes from another`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            MirrorTests.series + """
                git model push -q --remote mirror v1.0.0 && git commit -q -a -m mirror && git clone -q . ~/clone
                empty() { rm -rf .git/model; }
                same() { git model cat --no-fetch v1.0.0:a.bin | cmp - ~/one; }
                cd ~/clone && mv ~/models ~/away && git model fetch v1.0.0 2>&1 | grep 'remote store gave nothing' && same
                empty && git model cat v1.0.0:a.bin | cmp - ~/one && mv ~/away ~/models
                empty && git model fetch v1.0.0 | grep 'from store' && same
                empty && rm -rf ~/models/packs ~/models/objects ~/models/index && git model fetch v1.0.0 && same
                code=0 && git model fetch v1.1.0 2> ~/err || code=$? && test $code = 3 && test $(grep -c 'a.bin' ~/err) = 1
                git config -f .mver/config remote.other.url rclone://nobody/agreed && empty && git model fetch -q v1.0.0 && same
                rm -rf ~/models ~/mirror && empty && code=0 && git model fetch v1.0.0 2> ~/err || code=$? && test $code = 13
                grep -q 'remote mirror: cannot reach' ~/err && grep -q 'remote other: .* agreed' ~/err
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("from mirror"), "\(result.output)")
    }

    @Test func `Of two versions of a path, only the one that no remote has is a problem`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            MirrorTests.series + """
                git model push -q --remote mirror v1.0.0 && git commit -q -a -m mirror && git clone -q . ~/clone && cd ~/clone
                rm -rf ~/models/packs ~/models/objects ~/models/index
                code=0 && git model fetch v1.0.0 v1.1.0 2> ~/err || code=$?
                cat ~/err && test $code = 3 && test $(grep -c 'a.bin' ~/err) = 1
                grep "$(git show small@v1.1.0:a.bin.mver | sed -n 's/oid sha256://p')" ~/err
                git model cat --no-fetch v1.0.0:a.bin | cmp - ~/one
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `A remote is copied without this machine's having what it has`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            MirrorTests.series + """
                git commit -q -a -m mirror && git clone -q . ~/clone && cd ~/clone && git model remote copy --dry-run store mirror
                test ! -e ~/mirror && ! XDG_CONFIG_HOME=~/other git model remote copy store mirror 2> ~/err
                grep -q 'git model trust' ~/err && git model remote copy store mirror && git model remote copy store mirror
                ! git model remote copy store store 2> ~/err && rm -rf ~/models && git model pull -q 2> ~/err && cmp a.bin ~/two
                git model fetch -q --remote mirror v1.0.0 && git model checkout -q v1.0.0 2> ~/err && cmp a.bin ~/one
                git model fsck --deep && git switch -q main 2> ~/err
                pack=$(find ~/mirror/packs -type f | head -n 1) && printf 'X!x?' | dd of=$pack bs=1 seek=80 conv=notrunc 2> ~/dd
                git model remote add -q third ~/third && code=0 && git model remote copy mirror third 2> ~/err || code=$?
                cat ~/err && test $code = 4 && ! find ~/third -name "$(basename $pack)" | grep .
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Would copy ", "Copied ", "Nothing to copy: mirror has all that store has", "do not match its name",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `Where every remote refuses a push, it ends as a push to one does, and says why of each`() async throws {
        let result = try await ScratchRepository().run(
            """
            git model init -q --remote ~/models && git model remote add -q mirror ~/mirror
            seq 9 > a.bin && git model add -q a.bin && git commit -qm one && git model push -q --all-remotes
            rm -rf ~/models ~/mirror && git model push --all-remotes || echo "= $?"
            """
        )
        for text in [
            "nothing was pushed: every remote failed\n", "caused by: remote store: cannot reach remote store\n",
            "caused by: remote mirror: cannot reach remote mirror\n", "no such file or directory\n", "= 13\n",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A remote that cannot be opened keeps nobody from the others`() async throws {
        let result = try await ScratchRepository().run(
            """
            git model init -q --remote ~/models && seq 9 > a.bin && git model add -q a.bin
            git config -f .mver/config remote.host.url lfs:upstream
            git config -f .mver/config remote.default host
            git add .mver && git commit -qm one && git model push -q --remote store 2> ~/log
            git clone -q . ~/clone && cd ~/clone && git model pull && cmp a.bin ~/sentiment/a.bin
            git model gc --remote store --retire --older-than 200000
            """
        ).expectSuccess()
        #expect(result.output.contains("warning: remote host gave nothing: "), "\(result.output)")
    }
}
