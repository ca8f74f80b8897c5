import ModelCore
import TestSupport
import Testing

/// Trainings that are recorded: what is known of them afterwards, and what they leave alone.
@Suite struct RunTests {
    private static let setUp = """
        git model init -q --name small && printf 'lr: 0.1\\nmodel: {depth: 2}\\n' > params.yaml
        printf 'import sys\\nprint("training", *sys.argv[1:])\\n' > train.py
        git add -A && git commit -qm 'Set up'

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(Self.setUp + script)
    }

    private func record(of result: ShellResult) throws -> [String: JSONValue] {
        let line = try #require(result.output.split(separator: "\n").last)
        let document = try JSONValue(parsing: Array(line.utf8))
        return try #require(document.object?["run"]?.object)
    }

    @Test func `A run keeps code, command, parameters, data and environment, and leaves Git alone`() async throws {
        let result = try await run(
            """
            mkdir data && seq 1 100 > data/rows.csv && echo 'print("more")' >> train.py
            echo 'secret' > .env && git status --porcelain > ~/before
            git model run --name first --data data --data https://example.org/set --set seed=7 -- python3 train.py --epochs 3 2>~/log
            git status --porcelain | diff ~/before - && git model runs show --json first
            """
        )
        #expect(result.exitCode == 0)
        #expect(result.output.hasPrefix("training --epochs 3\n"))
        let run = try record(of: result)
        #expect(run["status"]?.string == "finished")
        #expect(run["command"]?.array?.compactMap(\.string) == ["python3", "train.py", "--epochs", "3"])
        let parameters = try #require(run["parameters"]?.object)
        #expect(parameters["lr"]?.double == 0.1 && parameters["model.depth"]?.integer == 2)
        #expect(parameters["epochs"]?.integer == 3 && parameters["seed"]?.integer == 7)
        let data = (run["data"]?.array ?? []).compactMap(\.object)
        try #require(data.count == 2)
        #expect(data.map { $0["kind"]?.string } == ["path", "url"])
        #expect(data[0]["digest"]?.string?.hasPrefix("sha256:") == true)
        let code = try #require(run["code"]?.object)
        #expect(
            code["commit"]?.string?.count == 40 && code["tree"]?.string?.count == 40 && code["branch"]?.string == "main"
                && code["isDirty"]?.bool == true
        )
        let environment = try #require(run["environment"]?.object)
        #expect(environment["python"]?.object?["version"]?.string?.hasPrefix("3.") == true)
        #expect(environment["packages"]?.object?["path"]?.string == "packages.txt")
    }

    @Test func `Memory that may be the recorder's own is told as a bound, and a command's own as it is`() async throws {
        let result = try await run(
            """
            git model run -q -- true && git model runs show | grep -o 'processors, .* of memory'
            git model run -q -- python3 -c 'x = b"1" * 400000000' && git model runs show | grep -o 'processors, .* of memory'
            git model runs show --json | grep -c isMemoryBound || true
            """
        )
        let lines = result.output.split(separator: "\n")
        try #require(lines.count == 3, "\(result.output)")
        #expect(lines[0].hasPrefix("processors, at most "), "\(result.output)")
        #expect(lines[1].hasPrefix("processors, 4"), "\(result.output)")
        #expect(lines[2] == "0", "\(result.output)")
    }

    @Test func `What differs from the commit can be applied to it again`() async throws {
        let result = try await run(
            """
            echo 'print("more")' >> train.py && echo new > new.py && head -c 3000000 /dev/zero > big.bin && echo s > .env
            git model run -- true 2>&1
            git stash -q -u && git apply .git/model/runs/*/code.diff && git status --porcelain && cat new.py
            """
        )
        #expect(result.exitCode == 0)
        #expect(result.output.contains("warning: files that Git does not track are not in the record"))
        #expect(result.output.contains(".env, big.bin"))
        #expect(result.output.hasSuffix(" M train.py\n?? new.py\nnew\n"))
    }

    @Test func `Metrics of scripts that know nothing of git-model are read`() async throws {
        let result = try await run(
            """
            cat > train.sh <<'END'
            echo '{"step": 1, "loss": 0.5}' >> "$GIT_MODEL_RUN_DIR/metrics.jsonl"
            git model record metric loss=0.25 --step 2 && git model record param width=8 && git model record note 'went well'
            echo '{"accuracy": 0.9, "nan": NaN}' > metrics.json
            mkdir -p dvclive/plots/metrics && printf 'step\\tacc\\n0\\t0.5\\n1\\t0.75\\n' > dvclive/plots/metrics/acc.tsv
            END
            echo '{"old": 1}' > scores.json && touch -d 2001-01-01 scores.json
            git model run -q -- sh train.sh 2>~/log && git model runs show --json latest
            """
        )
        #expect(result.exitCode == 0)
        let run = try record(of: result)
        let metrics = (run["metrics"]?.object ?? [:]).compactMapValues(\.object)
        #expect(metrics.keys.sorted() == ["acc", "accuracy", "loss", "nan"])
        #expect(metrics["loss"]?["value"]?.double == 0.25 && metrics["loss"]?["count"]?.integer == 2)
        #expect(metrics["acc"]?["value"]?.double == 0.75 && metrics["nan"]?["value"]?.string == "NaN")
        #expect(run["parameters"]?.object?["width"]?.integer == 8)
        #expect(run["notes"]?.array?.compactMap(\.string) == ["went well"])
    }

    @Test
    func `Of several states of a Trainer the last one counts, and a directory that cannot be read costs only itself`()
        async throws
    {
        let result = try await run(
            """
            cat > train.sh <<'END'
            for step in 500 1000 1500; do
                mkdir -p out/checkpoint-$step
                printf '{"log_history": [{"loss": %d, "step": %d}]}' $step $step > out/checkpoint-$step/trainer_state.json
            done
            mkdir odd && touch "$(printf 'odd/\\377')" && echo '{"accuracy": 0.9}' > metrics.json
            END
            git model run -- sh train.sh 2>&1 && git model runs show --json latest
            """
        )
        #expect(result.exitCode == 0)
        let metrics = (try record(of: result)["metrics"]?.object ?? [:]).compactMapValues {
            $0.object?["value"]?.double
        }
        #expect(metrics == ["loss": 1500, "accuracy": 0.9])
        #expect(result.output.contains("warning: metrics may be missing: "))
    }

    @Test func `A run in a run in a run keeps its metrics`() async throws {
        let result = try await run(
            """
            git model run --name outer -- git model run --name middle -- git model run --name inner -- sh -c 'echo "{\\"top\\": 5}" > metrics.json' > ~/log 2>&1
            git model runs --where 'top = 5' --csv | cut -d, -f2
            """
        )
        #expect(result.output == "name\ninner\n", "\(result.output)")
    }

    @Test func `Runs at once take no metrics of each other, and say so, and a run by itself loses none`() async throws {
        let result = try await run(
            """
            cat > both.sh <<'END'
            await() { for n in $(seq 400); do [ -e ~/$1 ] && break; sleep 0.05; done; }
            touch ~/begun-$1 && await begun-$2 && mkdir -p out/$1 && echo "{\\"accuracy\\": 0.$3}" > out/$1/metrics.json
            git model record metric loss=0.$3 && touch ~/wrote-$1 && await wrote-$2
            [ $1 = a ] || { await over && echo '{"last": 1}' > out/scores.json; }
            END
            git model run --name a -- sh both.sh a b 1 > ~/a.log 2>&1 & a=$!
            git model run --name b -- sh both.sh b a 2 > ~/b.log 2>&1 & b=$!
            wait $a && touch ~/over && wait $b && grep -c 'another run went on here' ~/a.log ~/b.log | sed 's/.*://'
            cat > inner.sh <<'END'
            git model run --name inner -- sh -c 'echo "{\\"top\\": 5}" > metrics.json' && sleep 0.1 && echo '{"total": 6}' > scores.json
            END
            git model run --name outer -- sh inner.sh > ~/outer.log 2>&1 && grep -c 'another run went on here' ~/outer.log
            git model run --name alone -- sh -c 'echo "{\\"top\\": 7}" > metrics.json' > ~/log 2>&1 && grep -c 'another run went on here' ~/log || true
            git model runs --csv --sort name | cut -d, -f2,9-12
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                1
                1
                1
                0
                name,metrics.last,metrics.loss,metrics.top,metrics.total
                a,,0.1,,
                alone,,,7.0,
                b,1.0,0.2,,
                inner,,,5.0,
                outer,,,,6.0

                """,
            "\(result.output)"
        )
    }

    @Test func `A change that is as young as the index is in the record`() async throws {
        let result = try await run(
            """
            for n in 1 2 3; do
                echo "lr=$n" > train.py && git add train.py && git commit -qm $n && echo "lr=9" > train.py
                git model run -q -- true && git checkout -q train.py
            done
            sleep 1.1 && git model runs --json
            """
        )
        #expect(result.exitCode == 0)
        #expect(!result.output.contains(#""isDirty":false"#))
    }

    @Test func `What the parent ignores the command ignores, and signals for it reach it`() async throws {
        let result = try await run(
            """
            for name in HUP INT TERM; do
                (trap '' $name; git-model run -q -- python3 -c "import signal; print(signal.getsignal(signal.SIG$name) == signal.SIG_IGN)")
            done
            cat > wait.py <<'END'
            import signal, sys, time
            signal.signal(signal.SIGUSR1, lambda *_: sys.exit(9))
            open("ready", "w").close()
            time.sleep(30)
            END
            git-model run -q -- python3 wait.py & p=$!
            until [ -e ready ]; do sleep 0.1; done
            kill -USR1 $p; wait $p; echo "exit $?"
            """
        )
        #expect(result.output.hasSuffix("True\nTrue\nTrue\nexit 9\n"), "\(result.output)")
    }

    typealias Case = ScriptCase

    static let cases = [
        Case("git model runs", says: "hint: record one: `git model run -- python train.py`"),
        Case("git model run -- sh -c 'exit 7'; c=$?; git model runs; exit $c", says: "failed", exits: 7),
        Case("git model run -- sh -c 'kill -TERM $$'; c=$?; git model runs; exit $c", says: "killed", exits: 143),
        Case("git model run -- nope-nope", says: "there is no command nope-nope", exits: 127),
        Case("git model run -- ./params.yaml", says: "./params.yaml cannot be run", exits: 126),
        Case("git model run", says: "no command was named", "git model run -- python train.py", exits: 125),
        Case(
            "git model run --data nope -- true; c=$?; ls -A .git/model/runs; exit $c",
            says: "there is no data nope",
            exits: 125
        ),
        Case("git model run --params nope.yaml -- true", says: "cannot read the parameters of nope.yaml", exits: 125),
        Case("git model run --env docker=thing:1 -- true", says: "cannot find the digest of image thing:1", exits: 125),
        Case("git model run --json -- echo hello 2>~/err | grep -c hello; cat ~/err", says: "1\nhello\n"),
        Case("seq 3 | git model run -q -- cat", says: "1\n2\n3\n"),
        Case(
            "git model run -q -o out.bin -- sh -c 'seq 1 100000 > out.bin'; git model runs show; git diff --cached --name-only",
            says: "outputs\n  out.bin  sha256:",
            "out.bin.mver\n"
        ),
        Case(
            "git model run -q -o out.bin -- sh -c 'echo 1 > out.bin; exit 3'; git diff --cached --name-only",
            says: ""
        ),
        Case(
            "git model run -o nothere -- true; c=$?; git model runs; exit $c",
            says: "error: nothere: no such file or directory\n",
            "  finished  ",
            exits: 125
        ),
        Case("git model run -- sh -c 'rm -r $GIT_MODEL_RUN_DIR; exit 3'", says: "could not be written", exits: 3),
        Case("echo '- 1' > params.yaml; git model run -q -- true", says: ""),
        Case("git model run --bogus -- true", says: "--bogus", exits: 125),
        Case("git model runs -n-1"),
        Case(
            "printf 'outs:\\n- md5: d8e8fca2dc0f896fd7cb4cb0031ba249\\n  hash: md5\\n  path: x\\n' > x.dvc;"
                + " git model run -q --data x.dvc -- true; git model runs show",
            says: "x.dvc  md5:d8e8fca2dc0f896fd7cb4cb0031ba249"
        ),
        Case(
            "for n in 1 2; do printf 'outs:\\n- md5: d8e8fca2dc0f896fd7cb4cb0031ba249\\n  hash: md5\\n  path: x\\n"
                + "- md5: %se8fca2dc0f896fd7cb4cb0031ba249\\n  hash: md5\\n  path: y\\n' d$n > two.dvc;"
                + " git model run -q --data two.dvc -- true; git model runs show | grep -o 'two.dvc  sha256:.*'; done | uniq | wc -l",
            says: "2\n"
        ),
        Case(
            "printf 'garbage: [' > bad.dvc; git model run --data bad.dvc -- true 2>&1 | tee ~/log; grep -c fsck ~/log",
            says: "error: cannot read the data of bad.dvc: ",
            "\n0\n",
            exits: 1
        ),
        Case(
            "git model run --env docker=127.0.0.1:5000/img:t -- true",
            says: "`--env docker=127.0.0.1:5000/img@sha256:…`",
            exits: 125
        ),
        Case(
            "git model run -q --name a -- git model record note \"$(printf 'one\\ntwo')\"; git model runs show a",
            says: "notes\n  one\n  two\n"
        ),
        Case("git model record metric a=1", says: "no run is being recorded here", exits: 5),
        Case("git model run -q -- git model record metric a=x", says: "x is no number", exits: 2),
        Case("git model runs show nope", says: "there is no run nope", "git model runs", exits: 5),
        Case("git model runs --where 'a >'", says: "a value is missing at the end", exits: 2),
        Case(
            "git model run -q --name a --set lr=1 -- true; git model run -q --name b --set lr=2 -- true;"
                + " git model runs compare a b; git model runs --csv --sort lr | cut -d, -f2",
            says: "parameter  lr",
            "name\na\nb\n"
        ),
        Case(
            "git model run -q --name a --set lr=1 -- true; git commit -q --allow-empty -m Two;"
                + " git model run -q --name b --set lr=12345678 -- true;"
                + " git model runs compare a b"
                + " | grep -E '^code +commit +[0-9a-f]{12}  [0-9a-f]{12}$|^parameter  lr +1 {13}12345678$'",
            says: "code       commit  ",
            "parameter  lr      1 "
        ),
        Case(
            "echo '{\"big\": 12345678901234567890, \"v\": \"1.10\"}' > a.json; sed 's/90,/91,/; s/1.10/1.1/' a.json > b.json;"
                + " git model run -q --name a --params a.json -- true; git model run -q --name b --params b.json -- true;"
                + " git model runs compare a b | tr -s ' '",
            says: "parameter big 12345678901234567890 12345678901234567891\nparameter v 1.10 1.1\n"
        ),
        Case(
            "git model run -q --name a -- git model record metric val/acc=1;"
                + " git model run -q --name b -- git model record metric val.acc=1;"
                + " git model runs compare a b > log && test -s log && ! grep ^metric log && echo alike",
            says: "alike\n"
        ),
        Case(
            "git model run -q --name a --set lr=1 -- true; git model runs --sort losss --where 'lr < 2 or acc > 1'",
            says: "warning: no run has acc\nwarning: no run has losss\n",
            "  finished  "
        ),
        Case(
            "git model run -q --name a -- true; git model runs delete a; git model runs",
            says: "Removed run ",
            "record one"
        ),
        Case(
            "git model run -q --name a -- true; git model run -q --name b -- true; git model runs delete a typo b"
                + " || { echo \"exit $?\"; git model runs --csv --sort name | cut -d, -f2; git model runs delete a a b; }",
            says: "error: there is no run typo",
            "exit 5\nname\na\nb\nRemoved run "
        ),
        Case(
            "git model run -q --name a --set hf_token=abc -- sh -c : --api-key zzz; cat .git/model/runs/*/run.json",
            says: "\"hf_token\": \"[redacted]\"",
            "\"[redacted]\""
        ),
    ]

    @Test(arguments: cases)
    func `Runs are recorded, listed and refused`(test: Case) async throws {
        test.check(try await run(test.script))
    }

    @Test func `A run that was killed with its recorder stays visible as such`() async throws {
        let result = try await run(
            """
            git-model run -- sleep 60 2>~/log & p=$!
            until ls .git/model/runs/*/run.json 2>/dev/null && grep -q '"environment"' .git/model/runs/*/run.json; do sleep 0.1; done
            git model runs; kill -9 $p; wait $p; git model runs; pkill -f 'sleep 60' || true
            """
        )
        #expect(result.output.contains("  running  "))
        #expect(result.output.contains("  killed  "))
    }

    @Test func `Before the first commit, everything is in the record`() async throws {
        let repository = try await ScratchRepository()
        let result = try await repository.run(
            """
            git model init -q --name small && echo code > code.py
            git model run -q -- true && grep -c '^+code' .git/model/runs/*/code.diff && git model runs show --json
            """
        )
        #expect(result.exitCode == 0)
        let code = try #require(try record(of: result)["code"]?.object)
        #expect(code["commit"] == nil && code["tree"] == nil && code["branch"]?.string == "main")
    }
}
