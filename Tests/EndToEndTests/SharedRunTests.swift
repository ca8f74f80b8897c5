import TestSupport
import Testing

/// Runs that leave the clone that they were recorded in without being kept: as files, and by the Git remote.
@Suite struct SharedRunTests {
    private static let setUp = """
        git model init -q --name small && printf 'git model record metric loss=0.5 --step 1\\n' > train.sh
        echo 'git model record metric loss=0.25 --step 2; git model record plot p plot.txt' >> train.sh
        echo points > plot.txt && git add -A && git commit -qm 'Set up'
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git && git push -q origin main

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    @Test func `A run is exported as files that other programs read`() async throws {
        let result = try await run(
            """
            echo '# changed' >> train.sh && git model run -q --name one -- sh train.sh
            git model runs export one ~/out | sed 's/run [0-9a-f]*/run RUN/' && cd ~/out
            cut -d, -f1,2,4 metrics.csv && sed 's/"time":"[^"]*",//' metrics.jsonl && cat plots/p.txt
            grep -c '^+# changed' code.diff && grep '"name"' run.json
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                Exported run RUN: run.json, code.diff, metrics.jsonl, metrics.csv, plots/p.txt
                metric,step,value
                loss,1,0.5
                loss,2,0.25
                {"name":"loss","step":1,"value":0.5}
                {"name":"loss","step":2,"value":0.25}
                points
                1
                  "name": "one",

                """,
            "\(result.output)"
        )
    }

    @Test func `A run that is not kept is shared by the Git remote, and can be done again elsewhere`() async throws {
        let result = try await run(
            """
            git switch -q -c topic && echo 'git model record metric deep=1' >> train.sh && git commit -qam Deeper
            echo 'git model record metric more=2' >> train.sh && git model run -q --name one -- sh train.sh
            git model run -q --name two -- true && git model runs push one && git model runs push --all
            git ls-remote ~/origin.git | cut -f2 | sed 's/[0-9a-f]\\{32\\}/ID/' && git for-each-ref refs/git-model | wc -l
            git clone -q "file://$HOME/origin.git" ~/fresh && cd ~/fresh && git model runs && git model runs fetch
            git model runs --csv 2>/dev/null | cut -d, -f2 && git model runs --all --csv --sort name | cut -d, -f2,3
            git model reproduce one --tolerance 0 --yes 2>/dev/null | grep -v '^Run'
            place=$(git model runs show two | sed -n 's/^ *record *//p') && git show "$place" | grep -o '"name": "two"'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                Pushed 1 run to origin
                hint: others get them: `git model runs fetch`
                Pushed 2 runs to origin
                hint: others get them: `git model runs fetch`
                HEAD
                refs/git-model/unkept-runs/ID
                refs/git-model/unkept-runs/ID
                refs/heads/main
                0
                hint: record one: `git model run -- python train.py`
                Others share 2 runs by origin
                hint: see them: `git model runs --all`
                name
                name,status
                one,finished
                two,finished
                  deep     1     1  same
                  loss  0.25  0.25  same
                  more     2     2  same
                "name": "two"

                """,
            "\(result.output)"
        )
    }

    typealias Case = ScriptCase

    static let cases = [
        Case("git model runs push", says: "no run was named", "git model runs push --all", exits: 2),
        Case("git model runs push nope", says: "there is no run nope", exits: 5),
        Case("git model runs push --all a", says: "--all leaves no run to name", exits: 2),
        Case("git remote rm origin; git model runs fetch", says: "no Git remote is set up", exits: 5),
        Case("git remote set-url origin ~/gone.git; git model runs fetch", exits: 13),
        Case("git model runs fetch", says: "Others share 0 runs by origin\n"),
        Case("git model run -q -- true; git model runs export latest .", says: "is not empty", exits: 5),
    ]

    @Test(arguments: cases)
    func `Runs are shared and refused`(test: Case) async throws {
        test.check(try await run(test.script))
    }
}
