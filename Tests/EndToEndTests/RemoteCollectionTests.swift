import TestSupport
import Testing

/// What no root of a remote needs goes, in two runs, and nothing else, whoever deletes which branch.
@Suite struct RemoteCollectionTests {
    /// A version on `main`, and a branch that was pushed, squashed into `main` and deleted; a clone that saw none of
    /// it.
    private static let squashed = """
        git init -q --bare ~/origin && git remote add origin ~/origin
        git model init -q --name small --remote ../models && seq 90000 > a.bin && git model add -q a.bin && git commit -q -m one
        git model tag -q v1.0.0 && git model push -q && git push -q origin main small@v1.0.0
        git switch -q -c feature && seq 80000 120000 > a.bin && git model add -q -u && git commit -q -m try
        oid=$(sed -n 's/oid sha256://p' a.bin.mver) && git model push -q && git push -q origin feature
        seq 90001 > a.bin && git model add -q -u && git commit -q -m again && git model push -q && git push -q origin feature
        git switch -q main && git merge -q --squash feature && git commit -q -m squashed && git push -q origin main
        cp a.bin ~/two && git push -q origin --delete feature && git clone -q ~/origin ~/clone && cd ~/clone
        later() { find ~/models -type f -exec touch -d "$(date -d '25 hours ago' '+%F %T')" {} +; }
        packs() { find ~/models/packs -name '*.pack' | wc -l; }

        """

    @Test func `A squashed branch stays until its root is retired, and versions stay after that`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            RemoteCollectionTests.squashed + """
                before=$(packs) && later && git model gc --remote store && test $(packs) = $before && test ! -e ~/models/tomb/*
                git model gc --remote store --retire && test $(ls ~/models/roots | wc -l) = 4
                git model gc --remote store --retire --older-than 1 --dry-run && test $(ls ~/models/roots | wc -l) = 4
                git model gc --remote store --retire --older-than 1 --json > ~/json && grep -q '"kept": *1' ~/json
                test -z "$(git for-each-ref refs/git-model)" && test $(packs) = $before && ls ~/models/tomb | grep -q .
                git model gc --remote store | grep 'What is marked goes with the next run after' && test $(packs) = $before
                later && git model gc --remote store && test $(packs) -lt $before && test ! -e ~/models/tomb/*
                test ! -e ~/models/objects/*/$oid.idx
                git clone -q ~/origin ~/fresh && cd ~/fresh && git model pull -q && cmp a.bin ~/two
                git model checkout -q v1.0.0 && seq 90000 | cmp - a.bin && git model fsck --deep --check-remote
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["Marked 0 packs", "Would retire what was pushed for", "refs/heads/feature", "Deleted 1 pack"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A push that was cut short stops collection and is named, and what is senseless is refused`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            RemoteCollectionTests.squashed + """
                code=0 && git model gc --retire 2> ~/err || code=$? && test $code = 2
                code=0 && git model gc --remote nowhere 2> ~/err || code=$? && test $code != 0
                code=0 && git model gc --remote store --prune-now 2> ~/err || code=$? && test $code = 2
                own=$(sed -n 's/^repository //p' ~/models/roots/* | sort -u) && test "${own%#*}" = ~/origin
                code=0 && git model gc --remote store --retire-repository "$own" 2> ~/err || code=$? && test $code = 2
                mv ~/origin ~/away && later && ! git model gc --remote store --retire --older-than 1 2> ~/err && mv ~/away ~/origin
                test $(ls ~/models/roots | wc -l) = 4 && test -z "$(git for-each-ref refs/git-model)"
                git clone -q --depth 1 "file://$HOME/origin" ~/shallow && git -C ~/shallow remote set-url origin ~/origin
                ! git -C ~/shallow model gc --remote store --retire --older-than 1 2> ~/err && grep -q unshallow ~/err
                before=$(packs) && rm $(find ~/models/packs -name '*.pack' | head -1) && later
                code=0 && git model gc --remote store 2> ~/err || code=$? && test $code = 5 && cat ~/err && test ! -e ~/models/tomb/*
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["needs at refs/heads/", "git model push"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }
}
