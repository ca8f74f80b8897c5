import TestSupport
import Testing

/// Several processes use one store at once, collection among them, and nothing that one of them acknowledged is lost.
@Suite(.serialized) struct SharedStoreTests {
    @Test func `Worktrees add, push, fetch, check out and check while garbage is collected`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && git commit -qm 'Set up' && mkdir ~/done ~/failed
            for n in 1 2 3; do git worktree add -q ../w$n -b w$n; done
            work() {
                cd ~/w$1 && for i in 1 2; do
                    # All write the same numbers in the end: packs of one hold what another counts on.
                    seq $i 40000 > m.bin && seq $1 $((9000 + i)) > s.bin
                    git model add -q m.bin s.bin && git commit -qm $i && sha256sum m.bin s.bin > ~/$1.$i
                    git model push -q && git model fetch -q && rm m.bin s.bin
                    git model checkout -q && sha256sum -c --quiet ~/$1.$i && git model fsck -q
                    seq $1 $i > x.bin && git model add -q x.bin && git model rm -q --force x.bin && git commit -qm rm --allow-empty
                done
            }
            for n in 1 2 3; do ( ( set -e; work $n ) || touch ~/failed/$n; touch ~/done/$n ) & done
            until [ -e ~/done/1 -a -e ~/done/2 -a -e ~/done/3 ]; do
                code=0 && git-model gc -q --prune-now > ~/gc 2>&1 || code=$?
                [ $code = 0 -o $code = 11 ] || { cat ~/gc; exit 1; }
                sleep 0.05
            done
            wait && ls ~/failed && rmdir ~/failed
            git-model gc -q --prune-now && git-model fsck --deep
            git clone -q . ../clone && cd ../clone && git fetch -q && git-model fetch -q --all
            for n in 1 2 3; do
                back=4 && for i in 1 2; do
                    back=$((back - 2)) && git-model checkout -q origin/w$n~$((back + 1)) && sha256sum -c --quiet ~/$n.$i
                done
            done
            """
        ).expectSuccess()
    }

    @Test func `Two clones push to one remote at once, and a third has everything`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && git commit -qm 'Set up' && git init -q --bare ~/origin.git
            git remote add origin ~/origin.git && git push -q --no-verify origin main && seq 1 50000 > ~/shared
            for n in 1 2; do
                git clone -q ~/origin.git ~/c$n && cd ~/c$n && git checkout -qb b$n && git-model install
                cp ~/shared shared.bin && seq $n 40000 > own.bin && git-model add -q shared.bin own.bin
                git commit -qm $n && sha256sum shared.bin own.bin > ~/sum$n
            done
            for n in 1 2; do ( cd ~/c$n && git-model push -q && touch ~/pushed$n ) & done
            wait && ls ~/pushed1 ~/pushed2
            for n in 1 2; do ( cd ~/c$n && git push -q origin b$n && git-model fsck -q --check-remote && git-model push ); done
            git clone -q ~/origin.git ~/c3 && cd ~/c3
            for n in 1 2; do git checkout -q b$n && git-model pull -q && sha256sum -c --quiet ~/sum$n; done
            ls -A ~/models/index && git-model fsck --deep
            """
        ).expectSuccess()
    }

    @Test func `Two commands in one work tree lose neither's lines`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && git commit -qm 'Set up'
            for round in 1 2; do
                for n in 1 2 3 4; do
                    seq $n 999 > $round.$n.bin && ( git-model add -q $round.$n.bin && touch ~/added.$round.$n ) &
                done
                wait && ls ~/added.$round.1 ~/added.$round.2 ~/added.$round.3 ~/added.$round.4
            done
            git status --porcelain && test -z "$(git status --porcelain | grep -v '^[AM]  ')"
            test $(grep -c bin .gitignore) = 8 && test $(grep -c bin .mver/models/sentiment.json) = 8
            """
        ).expectSuccess()
    }

    @Test func `Collection gives way to a command that runs, and a command waits for collection`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q && seq 9 > m.bin && git-model add -q m.bin && git commit -qm One
            flock -s .git/model/store/lock sh -c 'code=0; git-model gc 2> ~/err || code=$?; test $code = 11; cat ~/err'
            mkfifo ~/held
            flock -x .git/model/store/lock sh -c 'echo > ~/held; sleep 1' &
            read -r _ < ~/held
            seq 8 > m.bin && git-model add -q m.bin && git-model fsck
            """
        ).expectSuccess()
    }

    @Test(arguments: ["add m.bin", "status", "fsck"])
    func `A command that waited for a store that was moved says so, and works when it is run again`(
        command: String
    ) async throws {
        let scratch = try await ScratchRepository()
        // It does what `store use` does, once somebody else has the lock's file open.
        try scratch.write(
            """
            echo > ~/held
            for n in $(seq 400); do
                test "$(ls -l /proc/[0-9]*/fd 2>&1 | grep -c "$PWD/.git/model/store/lock")" -lt 2 || break
                sleep 0.05
            done
            cp -r .git/model/store ~/big && git config git-model.store.path ~/big && rm -rf .git/model/store

            """,
            to: "../move"
        )
        let result = try await scratch.run(
            """
            set -e
            git model init -q && seq 9 > m.bin && git-model add -q m.bin && git commit -qm One
            mkfifo ~/held && seq 8 > m.bin
            flock -o -x .git/model/store/lock sh ~/move &
            read -r _ < ~/held
            code=0 && git-model \(command) > ~/out 2> ~/err || code=$?
            wait && cat ~/err && test $code = 5 && test ! -e .git/model/store
            git-model \(command) && git-model add -q m.bin && git-model fsck
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("store was moved or removed while this command waited"), "\(result.output)")
        #expect(result.output.hasSuffix("2 artifact versions can be rebuilt\n"), "\(result.output)")
    }

    @Test func `Collection removes the temporary files of commands that were killed, and no others`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && mkdir tree && seq 9 > tree/a && git-model add -q tree && git commit -qm One
            git worktree add -q ../other && git-model push -q
            for place in . tree ../other .git/model .git/model/store/packs .git/model/tmp/packs; do
                touch $place/.git-model-tmp-999999999-new && touch -d '3 days ago' $place/.git-model-tmp-999999999-old
            done
            git-model gc -q
            find . ../other -name '.git-model-tmp-*' > ~/left && cat ~/left
            test $(grep -c new ~/left) = 6 && ! grep -q old ~/left
            """
        ).expectSuccess()
    }
}
