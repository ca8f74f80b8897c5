import SystemPackage
import TestSupport
import Testing

/// Directories that are one repository's local store and another's remote.
@Suite struct MixedStoreTests {
    @Test func `A directory that is a local store does not become a remote`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small && seq 50000 > a.bin && git model add -q a.bin && git commit -qm One
            git model store use -q ~/shared
            git init -q ~/other && cd ~/other
            ! git model init --remote ~/shared 2> ~/init && test ! -e .mver && cat ~/init
            git model init -q --name other && git model remote add -q store ~/elsewhere
            ! git model remote add more ~/shared 2> ~/add && ! grep shared .mver/config && cat ~/add
            seq 9 > b.bin && git model add -q b.bin && git commit -qm One && git config -f .mver/config remote.store.url ~/shared
            ! git model push --trust ~/shared 2> ~/push && cat ~/push && test -z "$(find ~/shared/roots -type f)"
            cd ~/sentiment && ! git model remote add store ~/shared 2> ~/own && cat ~/own && ! grep alternate ~/own
            ! git model remote add theirs ~/other/.git/model/store 2>&1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let home = scratch.home.string
        for (store, name, user) in [
            ("shared", "store", "sentiment"), ("shared", "more", "sentiment"),
            ("other/.git/model/store", "theirs", "other"),
        ] {
            let text = "error: \(home)/\(store) cannot be remote \(name): it is the local store of the repository "
            #expect(result.output.contains(text + "\(home)/\(user)/.git, "), "\(result.output)")
        }
        #expect(result.output.contains("`git model store alternate \(home)/shared`"), "\(result.output)")
        #expect(result.output.split(separator: "\n").filter { $0.hasPrefix("error: ") }.count == 5, "\(result.output)")
    }

    @Test func `Where the repository that a local store was of is gone, a push to it is told the way out`() async throws
    {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            refused() { code=0 && "$@" 2> ~/said || code=$? && test $code = 5 && grep 'it is the local store of' ~/said; }
            git init -q ~/other && cd ~/other && git model init -q --name other && git model store use -q ~/shared
            cd ~/sentiment && git model init -q --name small && seq 9 > a.bin && git model add -q a.bin && git commit -qm One
            refused git model remote add store ~/shared && test "$(grep -c 'gone for good' ~/said)" = 0
            rm -rf ~/other && refused git model remote add store ~/shared
            grep 'gone for good' ~/said | cut -d'`' -f2 > ~/way && cat ~/way && sh -e ~/way
            git model remote add -q store ~/shared && git model push -q && git model fsck --check-remote
            """
        ).expectSuccess()
    }

    @Test func `Where a remote became a local store, collection on neither side deletes what the other needs`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small --remote ~/shared && mkdir tree && seq 50000 > tree/a && seq 9 > tree/b
            seq 3 70000 > a.bin && git model add -q tree a.bin && git commit -qm One && git model push -q
            git init -q ~/other && cd ~/other && git config git-model.store.path ~/shared && git model init -q --name other
            seq 2 60000 > x.bin && git model add -q x.bin && git model rm -q --force x.bin
            seq 5 80000 > b.bin && git model add -q b.bin && git commit -qm One
            git model gc --prune-now && git model repack -q --prune-now && git model fsck -q --deep
            cd ~/sentiment && ! git model gc --remote store 2>&1 && git model fetch -q
            git clone -q ~/sentiment ~/clone && cd ~/clone && git model pull -q --trust ~/shared
            cmp a.bin ~/sentiment/a.bin && diff -r tree ~/sentiment/tree
            cd ~/other && git model store use .git/model/store 2>&1 && test -e ~/shared/format && git model fsck -q --deep
            ! git model store use ~/shared 2>&1
            rm b.bin && git model checkout -q && test -e b.bin
            cd ~/clone && rm -r .git/model a.bin tree && git model pull -q && cmp a.bin ~/sentiment/a.bin
            cd ~/sentiment && git model gc -q --remote store && git model push -q && echo apart
            """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("apart\n"), "\(result.output)")
        let shared = scratch.home.appending("shared").string
        let expected = [
            "Deleted 2 packs, ", "\(shared) cannot be remote store: it is the local store of ",
            "warning: \(shared) stays: ", "a store in which no repository is registered",
        ]
        for text in expected { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What another repository pushed to a local store is not purged there`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small --remote ~/shared && seq 50000 > a.bin && git model add -q a.bin
            git commit -qm One && git model push -q
            git init -q ~/other && cd ~/other && git config git-model.store.path ~/shared && git model init -q --name other
            seq 50000 > b.bin && git model add -q b.bin && git commit -qm One && git model tag -q v1.0.0
            git model rm -q b.bin && git commit -qm Two
            ! git model purge --yes --force v1.0.0 2>&1 && git model fsck -q --deep
            git clone -q ~/sentiment ~/clone && cd ~/clone && git model pull -q && cmp a.bin ~/sentiment/a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("pushed there, and needs the bytes at "), "\(result.output)")
    }
}
