import TestSupport
import Testing

/// Runs that are part of the repository's history: what commits have of them, and who gets that.
@Suite struct KeptRunTests {
    private static let setUp = """
        git model init -q --name small --remote ~/models
        cat > train.sh <<'END'
        echo '{"step": 1, "loss": 0.5}' >> "$GIT_MODEL_RUN_DIR/metrics.jsonl"
        git model record metric 'loss=0.25' 'bad=NaN' --step 2
        seq 1 100000 > model.bin
        END
        echo model.bin >> .gitignore && git add -A && git commit -qm 'Set up'
        keep() { git model run -q --name "$1" -- sh train.sh && git model runs keep -q "$1"; }
        number() { git model runs show --json "$1" | sed 's/.*"id":"\\([0-9a-f]*\\)".*/\\1/'; }

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    @Test func `Keeping a run commits its summary and files, and nothing else that is staged`() async throws {
        let result = try await run(
            """
            echo mine > other && git add other
            git model run -q --name first -- sh train.sh && id=$(number first)
            git model runs keep first | sed "s/$id/ID/; s/[0-9a-f]\\{12\\}/COMMIT/; s/run [0-9a-f]*/run RUN/"
            git show --format= --name-only HEAD | sed "s/$id/ID/" && git log -1 --format=%s | sed 's/run [0-9a-f]*/run RUN/'
            git status --porcelain && cat .mver/runs/$id/metrics.jsonl | sed 's/"time":"[^"]*",//'
            grep -c '"host"' .mver/runs/$id.json || tail -c 2 .mver/runs/$id.json
            git show HEAD:.mver/runs/$id/code.diff.mver | head -1 && grep -c '^+mine' .mver/runs/$id/code.diff
            test $(git rev-parse refs/git-model/runs/$id) = $(git rev-parse HEAD~1)
            git model runs keep first | sed "s/$id/ID/; s/[0-9a-f]\\{8\\}/RUN/" && git log --format=%s | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                Kept run RUN in COMMIT: .mver/runs/ID.json
                .mver/runs/ID.json
                .mver/runs/ID/.gitignore
                .mver/runs/ID/code.diff.mver
                .mver/runs/ID/metrics.jsonl.mver
                Keep run RUN (first)
                A  other
                {"name":"bad","step":2,"value":"NaN"}
                {"name":"loss","step":1,"value":0.5}
                {"name":"loss","step":2,"value":0.25}
                0
                }
                git-model-pointer 1
                1
                Run RUN is kept already: .mver/runs/ID.json
                2

                """
        )
    }

    @Test func `What is kept is looked at in a clone, also on other branches`() async throws {
        let result = try await run(
            """
            git switch -q -c side && keep beside && git switch -q main && keep here
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git && git push -q origin main side
            git clone -q ~/origin.git ~/fresh && cd ~/fresh
            git model runs --csv | cut -d, -f2 && git model runs --all --csv --sort name | cut -d, -f2
            git model runs show beside | grep loss && git model runs compare here beside | grep -c loss || echo alike
            git model pull -q && git status --porcelain && git model status --exit-code
            cat .mver/runs/*/metrics.jsonl | grep -c loss
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let found = "name\nhere\nname\nbeside\nhere\n  loss  0.25  2 points, 0.25 to 0.5\n0\nalike\n"
        #expect(result.output.hasPrefix(found), "\(result.output)")
        #expect(result.output.hasSuffix("\n2\n"))
    }

    @Test func `A run that has to be looked for elsewhere changes nothing of what another name means`() async throws {
        let result = try await run(
            """
            keep here && first=$(number here) && git switch -q -c side && keep here && keep beside && git switch -q main
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git && git push -q origin main side
            git clone -q ~/origin.git ~/fresh && cd ~/fresh && test "$(number here)" = "$first"
            git model runs compare --json here beside | grep -cF '"runs":["'"$first"
            git model runs compare here nope || echo "exit $?"
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("1\nerror: there is no run nope"), "\(result.output)")
        #expect(result.output.hasSuffix("exit 5\n"), "\(result.output)")
    }

    @Test func `The commit of a run goes wherever a commit goes that carries its summary`() async throws {
        let result = try await run(
            """
            pins() { git ls-remote ~/origin.git 'refs/git-model/runs/*' | wc -l; }
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            git model run -q --name one -- sh train.sh && pins
            git model runs keep -q one && git push -q origin main && pins
            keep two && git model push -q --git && pins
            git model add -q model.bin && git commit -qm Weights && keep three
            git model tag -q v1.0.0 --push && pins
            git push -q origin main && pins && GIT_TRACE=$HOME/trace git model push -q --git 2> ~/log
            grep -c 'git push.*refs/git-model/runs' ~/trace || test -s ~/trace
            git clone -q ~/origin.git ~/fresh && cd ~/fresh && git model install -q && git fetch -q
            git for-each-ref refs/git-model-remotes/origin/runs | wc -l && git for-each-ref refs/git-model | wc -l
            git model install && git model uninstall -q && git config --get-all remote.origin.fetch
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasSuffix(
                "0\n1\n2\n3\n3\n0\n3\n0\nNothing to do\n+refs/heads/*:refs/remotes/origin/*\n"
            ),
            "\(result.output)"
        )
    }

    @Test func `A summary that went out without the hook is caught up with, and no other branch's`() async throws {
        let result = try await run(
            """
            pins() { git ls-remote ~/origin.git 'refs/git-model/runs/*' | wc -l; }
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            keep one && git push -q --no-verify origin main && pins && git switch -q -c side && keep two && git switch -q main
            git model push -q --git && pins && git model install -q && git fetch -q
            keep three && git push -q --no-verify origin main && pins && git model add -q model.bin && git commit -qm Weights
            git model tag -q v1.0.0 --push && pins
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "0\n1\n1\n2\n", "\(result.output)")
    }

    @Test func `A remote that takes no such references gets the commits all the same`() async throws {
        let result = try await run(
            """
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            printf '#!/bin/sh\\ncase $1 in refs/git-model/*) exit 1;; esac\\n' > ~/origin.git/hooks/update
            chmod +x ~/origin.git/hooks/update && keep one && git push -q origin main && git ls-remote --heads origin | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("warning: the commits of kept runs did not get to origin: "))
        #expect(result.output.hasSuffix("\n1\n"))
    }

    @Test func `A commit that a remote refused goes there with the next push`() async throws {
        let result = try await run(
            """
            pins() { git ls-remote ~/origin.git 'refs/git-model/runs/*' | wc -l; }
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            printf '#!/bin/sh\\ncase $1 in refs/git-model/*) exit 1;; esac\\n' > ~/origin.git/hooks/update
            chmod +x ~/origin.git/hooks/update && keep one && git push -q origin main 2>&1 | grep -c 'the next push tries again' && pins
            git push -q origin main 2>&1 | grep -c 'the next push tries again' && pins
            rm ~/origin.git/hooks/update && git push -q origin main && pins && git push origin main && ls -A .git/model/pending-pins/*
            git clone -q "file://$HOME/origin.git" ~/fresh && cd ~/fresh && git model reproduce one --tolerance 0 --yes 2>/dev/null | grep loss
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let found = "1\n0\n1\n0\n1\nEverything up-to-date\n  loss  0.25  0.25  same\n"
        #expect(result.output == found, "\(result.output)")
    }

    @Test func `Of many commits only the refused one waits for the next push`() async throws {
        let result = try await run(
            """
            pins() { git ls-remote ~/origin.git 'refs/git-model/runs/*' | wc -l; }
            git init -q --bare ~/origin.git && git remote add origin ~/origin.git
            printf '#!/bin/sh\\ncase $1 in refs/git-model/*) exit 1;; esac\\n' > ~/origin.git/hooks/update
            chmod +x ~/origin.git/hooks/update && keep one && git push -q origin main 2> ~/log && pins
            pending=$(echo .git/model/pending-pins/*) && commit=$(git rev-parse HEAD)
            for number in $(seq 0 600); do
                id=$(printf '%032x' "$number") && : > "$pending/$id" && echo "create refs/git-model/runs/$id $commit"
            done | git update-ref --stdin
            printf '#!/bin/sh\\ncase $1 in */00000000000000000000000000000000) exit 1;; esac\\n' > ~/origin.git/hooks/update
            git push -q origin main 2>&1 | grep -c 'did not get to origin' && pins && ls "$pending"
            rm ~/origin.git/hooks/update && git push -q origin main && pins && ls "$pending"
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "0\n1\n601\n00000000000000000000000000000000\n602\n", "\(result.output)")
    }

    @Test func `Collection lets go of the commit of a run that was never committed, in time`() async throws {
        let result = try await run(
            """
            pins() { git for-each-ref refs/git-model | wc -l; }
            keep one && git model run -q --name lost -o model.bin -- sh train.sh && pins
            git model gc --prune-now > ~/log 2>&1 && pins && git reset -q && git model gc --prune-now > ~/log 2>&1 && pins
            git clean -fdq .mver && git model gc > ~/log 2>&1 && pins && git model gc --prune-now --dry-run 2>&1 | grep commits && pins
            git model gc --prune-now --json | grep -o '"pins":\\[[^]]*\\]' | sed 's/[0-9a-f]\\{32\\}/ID/' && pins
            git rm -qr .mver/runs && git commit -qm Without && git model gc --prune-now | grep -c commits || pins
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                2
                2
                2
                2
                Would let go of the commits of 1 run whose records were never committed
                2
                "pins":["ID"]
                1
                0
                1

                """,
            "\(result.output)"
        )
    }

    @Test func `Collection counts from when a run was pinned where its record says that it ends in the far future`()
        async throws
    {
        let result = try await run(
            """
            pins() { git for-each-ref refs/git-model | wc -l; }
            git model run -q --name lost -o model.bin -- sh train.sh && git reset -q && git clean -fdq .mver
            sed -i 's/"ended": "[^"]*"/"ended": "9999-12-31T23:59:59Z"/' .git/model/runs/*/run.json && git model runs show --json lost | grep -c 9999
            git model gc > ~/log 2>&1 && pins && git model gc --prune-now > ~/log 2>&1 && pins
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "1\n1\n0\n", "\(result.output)")
    }

    @Test func `Collection leaves what a pinned commit names, whatever became of its branch`() async throws {
        let result = try await run(
            """
            git switch -q -c side && seq 1 5000 > data.txt && git model add -q data.txt && git commit -qm Data
            keep one && id=$(number one) && git switch -q main && git merge -q --squash side >/dev/null 2>&1
            git rm -qf --cached data.txt.mver && git commit -qm Squashed
            git branch -q -D side && rm -f data.txt data.txt.mver
            git reflog expire --expire=now --all && git gc -q --prune=now && git model gc -q --prune-now > /dev/null
            git model cat refs/git-model/runs/$id:data.txt | tail -1
            git rm -qr .mver/runs && git commit -qm 'Without runs' && git model runs delete -q one
            git for-each-ref refs/git-model | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "5000\n1\n", "the history still has the summary\n\(result.output)")
    }

    @Test func `A summary that somebody made up is listed, whatever its numbers are`() async throws {
        let result = try await run(
            """
            keep one && id=$(number one) && rm -r .git/model/runs
            sed -i -e 's/"ended": "[^"]*"/"ended": "9999-12-31T23:59:59Z"/' -e 's/"userSeconds": [0-9.e-]*/"userSeconds": 1e300/' .mver/runs/$id.json
            git commit -qam 'Make it up' && git model runs > ~/list && git model runs show $id | grep -c took && wc -l < ~/list
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasSuffix("1\n1\n"), "\(result.output)")
    }

    @Test func `Of a run that was recorded elsewhere it is said what has it`() async throws {
        let result = try await run(
            """
            keep one && git init -q --bare ~/origin.git && git remote add origin ~/origin.git && git push -q origin main
            git switch -q -c side && keep two && git push -q origin side && git switch -q main
            git model run -q --name three -- true && git model runs push -q three
            git clone -q ~/origin.git ~/fresh && cd ~/fresh && git model runs fetch -q && git model runs keep one > ~/log
            for words in 'push one' 'delete one' 'keep two' 'delete three'; do git model runs $words >> ~/log 2>&1 || echo "exit $?"; done
            sed 's/[0-9a-f]\\{32\\}/ID/g; s/\\b[0-9a-f]\\{8\\}\\b/RUN/g' ~/log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let head = """
            error: run RUN was not recorded here: only the current commit has it
            hint: take its summary out: `git rm -r .mver/runs/ID.json .mver/runs/ID`

            """
        #expect(
            result.output == """
                exit 5
                exit 5
                exit 5
                exit 5
                Run RUN is kept already: .mver/runs/ID.json
                \(head)\(head)error: run RUN was not recorded here: another branch or a tag has it
                hint: see it: `git model runs show RUN`
                error: run RUN was not recorded here: somebody shares it by a Git remote
                hint: whoever recorded it can keep it: `git model runs keep RUN`
                hint: to be rid of it: `git push origin :refs/git-model/unkept-runs/ID`, then \
                `git update-ref -d refs/git-model-remotes/origin/unkept-runs/ID`

                """,
            "\(result.output)"
        )
    }

    @Test func `Adding what a run made stages the run`() async throws {
        let result = try await run(
            """
            git model run -q --name one -o model.bin -- sh train.sh && id=$(number one)
            git diff --cached --name-only | sed "s/$id/ID/" && git commit -qm Weights
            git rm -qr .mver/runs model.bin.mver && git commit -qm Without
            git model add model.bin 2>/dev/null | tail -1 | sed 's/run [0-9a-f]*/run RUN/'
            git diff --cached --name-only | grep -c "runs/$id.json" && git reset -q --hard && git clean -fdq .mver
            git model add --no-run model.bin 2>/dev/null | grep -c made || git diff --cached --name-only | grep -c runs || echo none
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                .gitignore
                .mver/models/small.json
                .mver/runs/ID.json
                .mver/runs/ID/.gitignore
                .mver/runs/ID/metrics.jsonl.mver
                model.bin.mver
                run RUN made it
                1
                0
                0
                none

                """,
            "\(result.output)"
        )
    }

    typealias Case = ScriptCase

    static let cases = [
        Case("git model runs keep nope", says: "there is no run nope", exits: 5),
        Case(
            "git model run -q --name a -- true; git model runs keep --no-commit a; git diff --cached --name-only",
            says: "Staged run ",
            "hint: record it: `git commit`",
            ".json\n"
        ),
        Case(
            "git model run -q --name a -- true; git model runs keep -q a -m 'The first'; git log -1 --format=%s",
            says: "The first\n"
        ),
        Case(
            "git model run -q -- true; printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/commit-msg;"
                + " chmod +x .git/hooks/commit-msg; git model runs keep",
            says: " is staged, but Git did not commit it",
            exits: 5
        ),
        Case(
            "git model run -q --name a -- sh train.sh; rm .git/model/runs/*/series.jsonl; git model runs keep a",
            says: "series.jsonl: no such file",
            exits: 5
        ),
        Case("keep a; git model add -u", says: "Nothing changed"),
        Case(
            "git init -q --bare ~/o.git; git remote add origin ~/o.git; git init -q --bare ~/fork.git;"
                + " git remote add fork ~/fork.git; git config remote.pushDefault fork; keep a; git model push -q --git;"
                + " git -C ~/fork.git for-each-ref | sed 's/.*refs/refs/; s/runs.*/runs/'; git -C ~/o.git for-each-ref | wc -l",
            says: "refs/git-model/runs\nrefs/heads/main\n0\n"
        ),
        Case("keep a; git model diff HEAD~1 HEAD | grep -c runs", says: "0\n", exits: 1),
        Case(
            "keep a; id=$(number a); rm -r .git/model/runs; git model runs delete $id",
            says: "only the current commit has it",
            "git rm -r .mver/runs/",
            exits: 5
        ),
        Case(
            "git model run -q --name a -o model.bin -- sh train.sh; git for-each-ref refs/git-model | wc -l;"
                + " git rm -qr --cached .mver/runs; git model runs delete -q a; git for-each-ref refs/git-model | wc -l",
            says: "1\n0\n"
        ),
        Case(
            "git worktree add -q ~/side; git -C ~/side model run -q --name a -o model.bin -- sh train.sh;"
                + " git model runs delete -q a; echo \"pins $(git for-each-ref refs/git-model | wc -l)\"",
            says: "pins 1\n"
        ),
        Case("keep a; git model tag v1.0.0", says: "the commit has no artifact", exits: 5),
        Case("keep a; cat .mver/models/small.json | grep -c runs", says: "0\n", exits: 1),
        Case(
            "keep a; echo '{' > .mver/runs/$(number a).json; git commit -qam broken; rm -r .git/model/runs; git model runs",
            says: "warning: the record of run ",
            " cannot be read"
        ),
        Case(
            "git remote add origin ~/o.git; git model doctor",
            says: "git fetch does not bring the runs of others from origin  mend it: git model install"
        ),
    ]

    @Test(arguments: cases)
    func `Runs are kept and refused`(test: Case) async throws {
        test.check(try await run(test.script))
    }
}
