import TestSupport
import Testing

/// Runs that no command is, as a notebook's, and what scripts record beside metrics.
@Suite struct RunSessionTests {
    private static let setUp = """
        git model init -q --name small && git commit -qm 'Set up'

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    @Test func `A run is begun and ended by itself, and what came between is its own`() async throws {
        let result = try await run(
            """
            git model run start --name book --set lr=0.1 > vars 2>~/log && grep -c '^export GIT_MODEL_RUN_' vars
            . ./vars && cat ~/log | sed 's/[0-9a-f]\\{8\\}/RUN/' && git model runs --csv | cut -d, -f2,3
            git model record metric loss=0.5 && git model record metric loss=0.25 && echo '{"accuracy": 0.9}' > metrics.json
            echo weights > w.bin && git model run end -o w.bin 2>&1 | sed 's/Run [0-9a-f]*/Run RUN/; s/in [0-9].*/in TIME/'
            git model runs --csv | cut -d, -f2,3,9- && git diff --cached --name-only | grep -c 'w.bin.mver\\|runs/.*json$'
            git model run end 2>&1 || echo "exit $?"
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasPrefix(
                """
                2
                Run RUN began
                hint: end it: `git model run end RUN`
                name,status
                book,running
                Run RUN finished in TIME
                  accuracy   0.9
                  loss      0.25  2 points, 0.25 to 0.5
                  made  w.bin  8 B
                hint: record the pointer: `git commit`
                name,status,metrics.accuracy,metrics.loss,params.lr
                book,finished,0.9,0.25,0.1
                2
                error: run
                """
            ),
            "\(result.output)"
        )
        #expect(result.output.hasSuffix(" has ended already\nexit 125\n"))
    }

    @Test func `Plots, artifacts and references are part of the record, and plots are kept with it`() async throws {
        let result = try await run(
            """
            cat > train.sh <<'END'
            mkdir -p out && echo weights > out/model.bin && echo picture > out/x.png && cd out
            git model record plot roc x.png && git model record plot deep/curve x.png && git model record artifact model.bin
            git model record reference https://ada:secret@example.org/set --digest sha256:abc
            END
            git model run -q --name one -- sh train.sh && git model runs show one | sed -n '/^outputs/,$p' | sed 's/sha256:.*  8/OID  8/'
            git diff --cached --name-only | grep -c 'out/model.bin.mver' && git model runs keep -q one
            cat .mver/runs/*/plots/roc.png .mver/runs/*/plots/deep/curve.png && git show --format= --name-only HEAD | grep -c plots
            git commit -qm Weights && git status --porcelain
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                outputs
                  out/model.bin  OID  8 B
                plots
                  plots/deep/curve.png  8 B
                  plots/roc.png         8 B
                references
                  https://[redacted]@example.org/set  sha256:abc
                1
                picture
                picture
                4
                ?? out/x.png
                ?? train.sh

                """,
            "\(result.output)"
        )
    }

    @Test func `A run ends in the worktree that it began in, and reads what was written there`() async throws {
        let result = try await run(
            """
            for tree in a b c; do git worktree add -q ~/$tree && git -C ~/$tree model run start -q --name $tree > ~/log; done
            echo '{"accuracy": 0.5}' > ~/a/metrics.json && git model run -q --name main -- sh -c 'echo "{\\"accuracy\\": 0.9}" > metrics.json'
            anonymous() { sed "s|$HOME|HOME|; s/run [0-9a-f]\\{8\\}/run RUN/; s/end [0-9a-f]\\{8\\}/end RUN/; s/others: .*/others/"; }
            fails() { "$@" > ~/log 2>&1 || echo "exit $?" && anonymous < ~/log; }
            fails git model run end && fails git model run end a && mkdir in && cd in
            fails git model run end a -o 'w 1.bin' -o ../x --status failed && cd .. && git -C ~/a model run end -q && git worktree remove --force ~/b
            mv ~/c ~/away && fails git model run end c && rm -r ~/away && git worktree prune && git model run end -q c --status failed
            fails git model run end b -o w.bin --status killed && git model run end b 2>&1 | grep '^warning'
            git model runs --csv --sort name | cut -d, -f2,3,9-
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                exit 125
                error: no run was started in this worktree; in others
                hint: start one: `git model run start`
                exit 125
                error: run RUN began in another worktree, HOME/a
                hint: end it there: `git -C HOME/a model run end RUN`
                exit 125
                error: run RUN began in another worktree, HOME/a
                hint: end it there: `git -C HOME/a model run end RUN --status failed -o 'in/w 1.bin' -o x`
                exit 125
                error: run RUN began in the worktree c, whose directory is not there
                hint: bring it back, or, where it is gone for good, first: `git worktree prune`
                exit 125
                error: the worktree that run RUN began in is gone, and so is what it made
                hint: end it without outputs: `git model run end RUN --status killed`
                warning: metrics and outputs may be missing: the worktree that the run began in is gone
                name,status,metrics.accuracy
                a,finished,0.5
                b,finished,
                c,failed,
                main,finished,0.9

                """,
            "\(result.output)"
        )
    }

    @Test func `Of those who end a run at once only one does`() async throws {
        let result = try await run(
            """
            git model run start -q --name book > /dev/null && lock=$(echo .git/model/runs/*/lock)
            flock "$lock" sleep 0.4 & for n in 1 2; do git model run end book >> ~/log 2>&1 & done; wait
            grep -c '^Run .* finished' ~/log && grep -c 'has ended already\\|is locked' ~/log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "1\n1\n", "\(result.output)")
    }

    typealias Case = ScriptCase

    static let cases = [
        Case("git model run start -- true", says: "has no command", "git model run -- true", exits: 125),
        Case("git model run start -o x", says: "git model run end -o PATH", exits: 125),
        Case("git model run end", says: "no run was started", "git model run start", exits: 125),
        Case(
            "echo x > uv.lock; SEED=7 git model run -q -- true; git model runs show",
            says: "\nvariables\n  SEED  7\n",
            "\nlock files\n  uv.lock  sha256:"
        ),
        Case("git model run oops", says: "oops", exits: 125),
        Case("git model run python train.py", says: "behind two dashes: `git model run -- python", exits: 125),
        Case(
            "git model run start -q --name a >/dev/null; git model run end a --status foo",
            says: "one of 'finished', 'failed' or 'killed'",
            exits: 125
        ),
        Case(
            "git model run -q -- git model record reference s3://b/x --digest zz",
            says: "zz is no digest",
            "--digest sha256:",
            exits: 2
        ),
        Case(
            "echo '{half' > bad.json; git model run --params bad.json -- true > ~/log 2>&1; cat ~/log; grep -c fsck ~/log",
            says: "cannot read the parameters of bad.json: ",
            "hint: mend it, or name another: `--params FILE`\n0\n",
            exits: 1
        ),
        Case(
            "git model run -q -- true; echo '{' | tee .git/model/runs/*/run.json > ~/log; git model runs show $(ls .git/model/runs)",
            says: "the record of run ",
            " cannot be read",
            "git model runs delete ",
            exits: 5
        ),
        Case(
            "git model run start -q >/dev/null; git model run start -q >/dev/null; git model run end",
            says: "several runs were started: ",
            exits: 125
        ),
        Case(
            "git model run start -q --name a >/dev/null; git model run end a --status failed; git model runs",
            says: "  failed  "
        ),
        Case("git model run start --json --name a | grep -c '\"directory\":'", says: "1\n"),
        Case("git model run -q -- git model record plot ../x train", says: "../x is no name of a plot", exits: 2),
        Case("git model run -q -- git model record artifact nope", says: "there is no nope", exits: 5),
        Case("git model run start -q --name a >/dev/null; git model runs keep a", says: "it is not over yet", exits: 5),
    ]

    @Test(arguments: cases)
    func `Runs without a command are begun, ended and refused`(test: Case) async throws {
        test.check(try await run(test.script))
    }
}
