import SystemPackage
import TestSupport
import Testing

/// Several repositories with one store on one machine.
@Suite struct SharingTests {
    /// Two repositories, `a` and `b`, each with a model of its own; both are in the home directory.
    static let pair = """
        set -e
        for n in a b; do
            git init -q ~/$n && cd ~/$n && git model init -q --name small && git commit -qm 'Set up'
            mkdir t && seq 1 50000 > t/same && seq ${#n} 60000 > t/$n && seq 3 70000 > $n.bin
            echo $n >> t/$n && git model add -q t $n.bin && git commit -qm One
            sha256sum t/* $n.bin > ~/sum.$n
        done

        """

    @Test func `Repositories share a store, and collection in one keeps what the other needs`() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        let result = try await scratch.run(
            Self.pair + """
                umask 022 && cd ~/a && git model store use --group ../shared && cd ~/b && git model store use -q ~/shared
                test ! -e ~/a/.git/model/store && git config git-model.store.path && git model store show
                test -z "$(find ~/shared -type d ! -perm -2070)" && test -z "$(find ~/shared -type f ! -perm -0060)"
                for n in a b; do
                    cd ~/$n && git model gc -q --prune-now && git model fsck -q --deep
                    seq $(( ${#n} + 8 )) 9000 > x.bin && git model add -q x.bin && git model rm -q --force x.bin
                done
                git model gc --prune-now && for n in a b; do
                    cd ~/$n && rm -r t $n.bin && git model checkout -q && sha256sum -c --quiet ~/sum.$n
                done
                git worktree add -q ../b2 && cd ../b2 && git model checkout -q && cmp t/b ../b/t/b && cd ../b
                mv ~/a ~/elsewhere && code=0 && git model gc 2> ~/err || code=$? && cat ~/err && test $code = 5
                git model store forget ~/a && git model gc -q --prune-now && git model fsck -q --deep
                cd ~/elsewhere && git model fsck && git model add -q a.bin t && git model store show
                git model store forget ~/b 2>&1 | grep 'is still there' && git model store forget -q --force ~/b
                cd ~/b && git model store use .git/model/store && git model fsck -q --deep && git config git-model.store.path || echo own
                rm -r t b.bin && git model checkout -q && sha256sum -c --quiet ~/sum.b
                cd ~/elsewhere && git model gc -q --prune-now && git model fsck -q --deep && sha256sum -c --quiet ~/sum.a
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let home = scratch.home.string
        let expected = [
            "The store is in \(home)/shared now: ",
            "\(home)/shared\n  used by  \(home)/a/.git\n  used by  \(home)/b/.git\n",
            "error: cannot tell what repository \(home)/a/.git needs of the store that it shares\n",
            "hint: if it is gone for good: `git model store forget \(home)/a/.git`", "/elsewhere/.git\n", "\nown\n",
        ]
        for text in expected { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A clone whose store is elsewhere keeps its caches, and has all verbs`() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        let result = try await scratch.run(
            Self.pair + """
                cd ~/a && git model store use -q ~/shared && for n in 1 2; do
                    git clone -q ~/a ~/clone$n && cd ~/clone$n && git config git-model.store.path ~/shared
                done
                git model gc -q --prune-now && cd ~/clone1 && git model checkout -q && sha256sum -c --quiet ~/sum.a
                git model status && test -s .git/model/stat-cache
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `The store of one repository may serve another, which its owner's collection asks`() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        try await scratch.run(
            Self.pair + """
                cd ~/b && git model store use -q ~/a/.git/model/store && git model gc -q --prune-now
                cd ~/a && git model gc -q --prune-now && git model store show | grep -c 'used by' | grep 2
                git rm -q --cached a.bin.mver && rm a.bin.mver && git commit -qm Less && git model slim 2>&1 | grep remote
                for n in a b; do cd ~/$n && git model fsck -q --deep && rm -rf t && git model checkout -q || true; done
                cd ~/b && sha256sum -c --quiet ~/sum.b
                """
        ).expectSuccess()
    }

    @Test func `A clone reads what a colleague's store has, until that is gone`() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        let result = try await scratch.run(
            Self.pair + """
                cd ~/a && git model remote add -q store ~/models && git add -A && git commit -qm Remote && git model push -q
                git clone -q ~/a ~/c && cd ~/c && git model store alternate ~/a && git model store alternate ../a
                git model store show && git model fetch 2>&1 && git model pull -q && sha256sum -c --quiet ~/sum.a
                test -z "$(find .git/model/store/packs -type f)" && git model fsck --deep
                seq 4 70000 > a.bin && git model add -q a.bin && git commit -qm Two && git model push -q && git model fsck -q --deep
                git model gc -q --prune-now && git model slim -q --all && git model fetch -q && git model fsck -q --deep
                for work in repack 'purge HEAD --yes'; do
                    find .git/model/store/packs -type f | sort > ~/before && code=0 && git model $work 2>&1 || code=$?
                    test $code = 5 && find .git/model/store/packs -type f | sort | cmp - ~/before || exit 3
                done
                cd ~ && mv a away && cd c && code=0 && git model fsck 2>&1 || code=$? && test $code = 4
                code=0 && git model gc 2>&1 || code=$? && test $code = 5
                mv ~/away ~/a && git model store alternate --remove ~/a && mv ~/a ~/away && git model fsck --deep
                git model store alternate ~/away && git model store alternate --remove -q ~/away/.git/model/store
                ! git model store alternate ~/nothing 2>&1 && ! git model store alternate . 2>&1
                git switch -q --detach HEAD~1 && git model checkout -q && sha256sum -c --quiet ~/sum.a
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let home = scratch.home.string
        let expected = [
            "The store borrows from \(home)/a/.git/model/store now\nThe store borrows from \(home)/a/.git/model/store already\n",
            "\n  borrows from  \(home)/a/.git/model/store\nNothing to fetch: everything is here\n",
            "damaged  \(home)/a/.git/model/store: it is no store to borrow from: there is no store at ",
            "hint: go on without it: `git model store alternate --remove \(home)/a/.git/model/store`, then `git model fetch`",
            "error: the store \(home)/a/.git/model/store, from which \(home)/c/.git/model/store borrows, cannot be used: ",
            "The store no longer borrows from \(home)/a/.git/model/store: ", "there is no store at \(home)/nothing",
            "own store",
            "cannot repack in \(home)/c/.git/model/store: the store reads from \(home)/a/.git/model/store, too",
            "cannot purge in \(home)/c/.git/model/store: ", "take over what is needed from there: ",
        ]
        for text in expected { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A store that is a link is counted, collected, repacked and left as any other`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && seq 1 50000 > a.bin && git model add -q a.bin && git commit -qm One
            mv .git/model/store ~/big && ln -s ~/big .git/model/store && touch ~/big/packs/.git-model-tmp-999999999-old
            seq 9 > x.bin && git model add -q x.bin && git model rm -q --force x.bin
            git model du
            git model gc -q --dry-run
            git model gc -q --prune-now
            test ! -e ~/big/packs/.git-model-tmp-999999999-old
            git model repack -q
            mkdir ~/place && ln -s ~/place ~/models
            git model store use ~/models
            test ! -e ~/big -a ! -L .git/model/store -a -e ~/place/format
            git model store use .git/model/store
            test ! -e ~/place -a ! -L ~/models
            git model fsck -q --deep
            cp a.bin ~ && rm a.bin
            git model checkout -q
            cmp a.bin ~/a.bin
            """
        ).expectSuccess()
    }

    @Test func `A store that the user has for all is left for good, and one that a variable names is not`() async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git config --global git-model.store.path ~/models
            git model init -q && seq 50000 > a.bin && git model add -q a.bin && git commit -qm One && cp a.bin ~ && test -e ~/models/format
            ! GIT_MODEL_STORE_PATH=~/models git model store use ~/other 2>&1
            ! git -c git-model.store.path=$HOME/models model store use ~/other 2>&1
            test ! -e ~/other && git model store use .git/model/store && test ! -e ~/models
            git model fsck -q --deep && rm a.bin && git model checkout -q && cmp a.bin ~/a.bin && test ! -e ~/models && echo left
            """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("left\n"), "\(result.output)")
        for text in ["the variable GIT_MODEL_STORE_PATH says that it is in ", "`git -c git-model.store.path=…`"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A pack that is damaged in the store that is chosen is written anew before the sound one goes`()
        async throws
    {
        let scratch = try await ScratchRepository(initialized: false)
        try await scratch.run(
            Self.pair + """
                for n in a b; do cd ~/$n && git model store use -q ~/s; done
                cd ~/a && git model store use -q .git/model/store
                pack=$(cd .git/model/store && find packs -name '*.pack' | head -n 1)
                chmod u+w ~/s/$pack && printf '\\377\\000\\377\\000' | dd of=$HOME/s/$pack bs=1 seek=100 conv=notrunc 2> ~/log
                ! cmp .git/model/store/$pack ~/s/$pack
                git model store use -q ~/s && test "$(sha256sum < ~/s/$pack)" = "$(basename $pack .pack)  -"
                rm -r t a.bin && git model checkout -q && sha256sum -c --quiet ~/sum.a
                """
        ).expectSuccess()
    }

    @Test func `What is known of purges goes along to another store, and damaged packs stay`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small
            for n in 1 2; do
                head -c 30000 /dev/urandom > a.bin && git model add -q a.bin && git commit -qm $n && git model tag -q v$n.0.0
            done
            git model purge -q v1.0.0 --yes && mkdir .git/model/store/damaged
            left=.git/model/store/damaged/$(printf %064d 1).pack && echo x > $left
            git model store use ~/models && test -e $left && git model list small
            git model store use .git/model/store && test -e $left && git model list small
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("damaged packs stay in "), "\(result.output)")
        let purged = result.output.split(separator: "\n").filter { $0.hasSuffix("(purged)") && $0.contains("v1.0.0 ") }
        #expect(purged.count == 2, "\(result.output)")
    }

    @Test func `A store does not borrow from itself, by whatever path`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q && seq 50000 > a.bin && git model add -q a.bin && git commit -qm One && ln -s ~/sentiment ~/r
            ! git model store alternate ~/r 2>&1 && test ! -e .git/model/store/alternates
            printf 'git-model-alternates 1\\nstore %s\\n' ~/r/.git/model/store > .git/model/store/alternates
            git model repack -q && git model store alternate --remove ~/r && test ! -e .git/model/store/alternates
            git model fsck -q --deep
            """
        )
        #expect(result.exitCode == 0 && result.output.contains("own store"), "\(result.output)")
    }

    @Test func `Who adds a store to borrow from waits for who does so at the same time`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q && git init -q ~/x && (cd ~/x && git model init -q && seq 9 > a.bin && git model add -q a.bin)
            seq 8 > a.bin && git model add -q a.bin && cd .git/model/store
            (flock 9 && touch ~/held && sleep 2 && test ! -e alternates && echo waited) 9> merge.lock &
            until test -e ~/held; do sleep 0.1; done
            (cd ~/sentiment && git model store alternate ~/x) && wait && cat alternates
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("waited\nThe store borrows from "), "\(result.output)")
    }

    @Test func `A tracked file does not choose the store`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            git model init -q && git config -f .mver/config store.path ~/theirs && seq 9 > m && git model add -q m
            test ! -e ~/theirs && git model store show && git model status
            """
        )
        #expect(result.exitCode == 0 && result.output.contains("/sentiment/.git/model/store\n"), "\(result.output)")
        #expect(result.output.contains("store.path"), "\(result.output)")
    }
}
