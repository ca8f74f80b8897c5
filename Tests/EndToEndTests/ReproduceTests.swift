import TestSupport
import Testing

/// Runs that are done again: what is put back for that, what is compared, and what is refused.
@Suite struct ReproduceTests {
    private static let setUp = """
        git model init -q --name small --remote ~/models
        cat > train.sh <<'END'
        echo "training with $1" && git model record metric "lines=$(cat data.txt | wc -l)" "seed=${SEED:-0}"
        seq 1 100000 > model.bin
        END
        echo model.bin >> .gitignore && seq 1 1000 > data.txt && git model add -q data.txt
        git add -A && git commit -qm 'Set up'

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    @Test
    func `Keep a run, squash merge, delete the branch, collect, clone afresh, and reproduce still works`()
        async throws
    {
        let result = try await run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git && git push -q origin main
            git switch -q -c topic && seq 1 2000 > data.txt && git model add -q data.txt && git commit -qm 'More data'
            echo 'git model record metric more=1' >> train.sh && echo 'sh helper.sh' >> train.sh
            echo 'git model record metric helped=0.5' > helper.sh
            git model run -q --name deep --data data.txt -- sh train.sh once 2>~/log && git model runs keep -q deep
            git checkout -q -- train.sh && rm helper.sh
            seq 1 500 > data.txt && git model add -q data.txt && git commit -qm 'Less data'
            git switch -q main && git merge -q --squash topic >/dev/null 2>&1 && git commit -qm 'All of topic'
            git branch -q -D topic && git reflog expire --expire=now --all && git gc -q --prune=now
            git model gc -q --prune-now > /dev/null && git push -q origin main
            cd ~ && rm -r sentiment && git clone -q "file://$HOME/origin.git" fresh && cd fresh
            git model reproduce deep --tolerance 0 --yes 2>/dev/null | sed 's/^Run [0-9a-f]* reproduces [0-9a-f]*$/Run A reproduces B/'
            git worktree list | wc -l && git status --porcelain && git model runs --csv | cut -d, -f2,3
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasPrefix(
                """
                training with once
                Run A reproduces B
                  helped   0.5   0.5  same
                  lines   2000  2000  same
                  more       1     1  same
                  seed       0     0  same

                """
            ),
            "\(result.output)"
        )
    }

    @Test func `What is different around a run is said, and what was recorded of it is set again`() async throws {
        let result = try await run(
            """
            echo one > uv.lock && SEED=7 HF_HOME=/nowhere git model run -q --name first -- sh train.sh x >/dev/null
            echo two > uv.lock && git add uv.lock && git commit -qm Lock
            SEED=8 OMP_NUM_THREADS=3 git model reproduce first --tolerance 0 2>/dev/null
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("  seed      7     7  same\n"))
        #expect(result.output.contains("what was different\n"))
        #expect(result.output.contains("  variable  HF_HOME          /nowhere  → none\n"))
        #expect(result.output.contains("  variable  OMP_NUM_THREADS  none      → 3\n"))
        #expect(!result.output.contains("  lock"), "the lock is the one of the run")
    }

    @Test func `Data that only the work tree has are used from there, and have to be what they were`() async throws {
        let result = try await run(
            """
            mkdir -p raw/part && echo raw/ >> .gitignore && seq 1 10 > raw/part/a && echo b > raw/b && git add -A && git commit -qm Raw
            echo 'git model record metric "sum=$(cat raw/b raw/part/a | wc -l)"' > sum.sh
            git model run -q --name sum --data raw --data https://example.org/x -- sh sum.sh
            git model reproduce sum --tolerance 0 2>&1 && cat raw/b && test ! -L raw/b
            echo c > raw/b && git model reproduce sum --tolerance 0 2>&1 || echo "exit $?"
            git worktree list | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("  sum  11  11  same\n"))
        #expect(result.output.contains("warning: nobody knows whether https://example.org/x is what it was"))
        #expect(result.output.contains("error: raw is not what the run read: it is sha256:"))
        #expect(result.output.hasSuffix("exit 4\n1\n"))
    }

    @Test func `What .mverignore leaves out is no part of data, tracked or not`() async throws {
        let result = try await run(
            """
            echo '*.log' > .mverignore && mkdir set raw && seq 1 10 > set/a && git model add -q set
            seq 1 5 > raw/b && echo raw/ >> .gitignore && git add -A && git commit -qm Data
            echo 'git model record metric "lines=$(cat set/a raw/b | wc -l)"' > count.sh && echo 1 > set/x.log && echo 1 > raw/x.log
            git model run -q --name both --data set --data raw -- sh count.sh
            git model runs show --json both | grep -o '"kind":"artifact"' && echo 2 > raw/x.log && rm set/x.log
            git model reproduce both --tolerance 0 2>&1
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("\"kind\":\"artifact\"\n"), "\(result.output)")
        #expect(result.output.contains("  lines  15  15  same\n"), "\(result.output)")
    }

    @Test func `Outputs are compared bit for bit, and the worktree may stay`() async throws {
        let result = try await run(
            """
            git model run -q --name one -o model.bin -- sh train.sh x >/dev/null && git commit -qm Weights
            git model reproduce one --tolerance 0 --in ~/again --keep-worktree 2>~/log | tail -1
            tail -1 ~/log | sed "s|$HOME|HOME|" && cmp model.bin ~/again/model.bin && git worktree list | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                  model.bin  the same, bit for bit
                hint: remove the worktree: `git worktree remove --force HOME/again`
                2

                """,
            "\(result.output)"
        )
    }

    @Test func `Before the first commit, the difference is everything`() async throws {
        let repository = try await ScratchRepository()
        let result = try await repository.run(
            """
            git model init -q --name small && echo 'git model record metric a=1' > train.sh
            git model run -q --name early -- sh train.sh && git add -A && git commit -qm One && git model runs keep -q early
            rm train.sh && git model reproduce early --tolerance 0
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("  a  1  1  same\n"))
    }

    @Test func `A program of an environment in the work tree is found`() async throws {
        let result = try await run(
            """
            mkdir -p .venv/bin && printf '#!/bin/sh\\nexec sh "$@"\\n' > .venv/bin/train && chmod +x .venv/bin/train
            echo .venv/ >> .gitignore && git add -A && git commit -qm Environment
            git model run -q --name a -- .venv/bin/train train.sh x >/dev/null && git model reproduce a --tolerance 0 2>/dev/null
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("  lines  1000  1000  same\n"))
    }

    @Test func `A repetition that is interrupted has come to nothing, and says so`() async throws {
        let result = try await run(
            """
            cat > slow.sh <<'END'
            git model record metric a=1
            if [ -e ~/slow ]; then touch ~/ready && exec sleep 30; fi
            END
            git model run -q --name slow -- sh slow.sh && touch ~/slow
            git-model reproduce slow --tolerance 0 > ~/log 2>&1 & p=$!
            for n in $(seq 400); do [ -e ~/ready ] && break; sleep 0.05; done; kill -TERM $p; wait $p || echo "exit $?"
            cat ~/log && git worktree list | wc -l && git model runs --csv --sort name | cut -d, -f2,3 | sed 's/-[0-9a-f]*//'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("exit 130\n"), "\(result.output)")
        #expect(result.output.contains(" was interrupted while it was done again\n"), "\(result.output)")
        #expect(result.output.hasSuffix("\n1\nname,status\nreproduce,killed\nslow,finished\n"), "\(result.output)")
    }

    typealias Case = ScriptCase

    static let cases = [
        Case("git model reproduce nope --tolerance 0", says: "there is no run nope", exits: 5),
        Case("git model reproduce --tolerance=-1", says: "is no tolerance", exits: 2),
        Case(
            "git model run -q --name a -- sh train.sh x; git model reproduce a",
            says: " repeats ",
            "  lines  1000  1000  same",
            "hint: say how near metrics have to be: `--tolerance 1e-3`",
            exits: 1
        ),
        Case(
            "git model run -q --name a -o model.bin -- sh train.sh x; git commit -qm Weights;"
                + " git model reproduce a --tolerance 0 >/dev/null 2>&1; git model reproduce --tolerance 0",
            says: "model.bin  the same, bit for bit"
        ),
        Case(
            "git model run -q --name a -- true; git model reproduce a --tolerance 0",
            says: "has no metrics: there is nothing to compare",
            exits: 1
        ),
        Case(
            "git model run -q --name a -- sh -c 'git model record metric v=$(date +%s%N)';"
                + " git model reproduce a --tolerance 0",
            says: "  different\n",
            exits: 1
        ),
        Case(
            "git model run -q --name a -- sh -c 'git model record metric v=$(date +%s%N)';"
                + " git model reproduce a --tolerance 1e-3",
            says: "  near\n"
        ),
        Case(
            "git model run -q --name a -- git model record metric inference_time=0.03; git model reproduce a --tolerance 0",
            says: " has only metrics of how fast it was, which are not compared: there is nothing to compare",
            exits: 1
        ),
        Case(
            "git model run -q --name a -- sh train.sh x; git model reproduce a --tolerance 0 >/dev/null 2>&1;"
                + " git model runs --where 'name ~ reproduce'; git model runs show",
            says: "  reproduce-",
            "  again "
        ),
        Case(
            "git model run -q --name a -- sh train.sh x; git model runs keep -q a; rm -r .git/model/runs;"
                + " git model reproduce a --tolerance 0",
            says: "was recorded elsewhere",
            "its command runs once you agree: sh train.sh x",
            "--yes",
            exits: 5
        ),
        Case(
            "git model run -q --name a -- sh -c 'exit 0' --api-key zzz; git model reproduce a --tolerance 0",
            says: "its command holds a secret",
            exits: 5
        ),
        Case(
            "git model run -q --name a -- sh train.sh x; git model reproduce a --in sub --tolerance 0",
            says: "sub is in the work tree",
            exits: 2
        ),
        Case(
            "printf '#!/bin/sh\\n' > ~/go; chmod +x ~/go; git model run -q --name a -- ~/go; rm ~/go;"
                + " git model reproduce a --tolerance 0",
            says: "cannot do run ",
            "there is no command ",
            exits: 5
        ),
        Case(
            "git model run -q --name a --data data.txt -- sh train.sh x; rm -r .git/model/store data.txt;"
                + " git model reproduce a --tolerance 0",
            says: "data.txt, which the run read, cannot be had",
            exits: 5
        ),
        Case(
            "git model run -q --name a -- sh train.sh x; git model reproduce a --tolerance 0 --json 2>/dev/null",
            says: #""isReproduced":true"#,
            #""reproduces":""#
        ),
    ]

    @Test(arguments: cases)
    func `Runs are reproduced or not`(test: Case) async throws {
        test.check(try await run(test.script))
    }
}
