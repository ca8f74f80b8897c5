import TestSupport
import Testing

/// Files of inputs that become files of outputs by the version that a target has.
@Suite struct BatchTests {
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store
        git config -f .mver/config deploy.jobs.kind batch && git config -f .mver/config deploy.jobs.path ../jobs
        cat > predict.py <<'END'
        import csv, json, os, sys
        source, target = sys.argv[1:]
        print("from", os.environ["GIT_MODEL_VERSION"])
        weight = json.load(open("weights.json"))
        def score(row):
            try:
                return {"sum": weight + int(row["a"]), "error": ""}
            except ValueError:
                return {"sum": "", "error": "a is no number"}
        rows = list(csv.DictReader(open(source))) if source.endswith(".csv") else [json.loads(line) for line in open(source)]
        if rows and rows[0]["a"] == "crash":
            sys.exit(9)
        if rows and rows[0]["a"] == "run":
            os.system(rows[0]["text"])
        if rows and rows[0]["a"] == "short":
            rows = rows[1:]
        with open(target, "w") as file:
            if target.endswith(".csv"):
                writer = csv.DictWriter(file, ["a", "text", "sum", "error"])
                writer.writeheader()
                writer.writerows({**row, **score(row)} for row in rows)
            else:
                for row in rows:
                    print(json.dumps({**row, **score(row)}), file=file)
        END
        echo 10 > weights.json && git model add -q weights.json
        git model describe -q --batch 'python3 predict.py {in} {out}'
        git add -A && git commit -qm One && git push -q -u origin main && git model tag -q v1.0.0 --push
        git model trust -q deploy:$HOME/jobs
        git model trust -q command:$(printf 'python3\\0predict.py\\0{in}\\0{out}' | sha256sum | cut -c1-64)
        git model deploy -q v1.0.0 jobs
        digest=$(git model deployments status jobs --json | grep -o 'sha256:[0-9a-f]*' | head -n 1)
        short() { sed "s/$digest/DIGEST/"; }

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `Tables and JSON lines get the model, the version and its digest in every row`() async throws {
        let result = try await run(
            """
            printf 'a,text\\n1,"x, ""y\"""\\n2,"two\\nlines"\\n' > in.csv && git model batch jobs in.csv out.csv 2> err && short < out.csv
            cat err && git model batch jobs in.csv ~/out.jsonl -q 2> err && short < ~/out.jsonl
            printf '{"a": 1, "text": "é"}\\n{"a": 2, "version": "mine"}\\n' > in.jsonl
            mkdir deep && cd deep && git model batch jobs ../in.jsonl out.ndjson --json 2> err | grep -o '"failed":0.*"written":2' | grep -o '"rows":2'
            short < out.ndjson && cd .. && ls -A deep && ls -A ~/jobs/current
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert@v1.0.0 wrote 2 rows to out.csv in ",
            "a,text,sum,error,model,version,digest\n1,\"x, \"\"y\"\"\",11,,bert,v1.0.0,DIGEST\n2,\"two\nlines\",12,,bert,v1.0.0,DIGEST\n",
            "from v1.0.0\n",
            "{\"a\":\"1\",\"digest\":\"DIGEST\",\"error\":\"\",\"model\":\"bert\",\"sum\":11,\"text\":\"x, \\\"y\\\"\",\"version\":\"v1.0.0\"}\n",
            "\"rows\":2\n{\"a\":1,\"digest\":\"DIGEST\",\"error\":\"\",\"model\":\"bert\",\"sum\":11,\"text\":\"é\",\"version\":\"v1.0.0\"}\n",
            "\"version\":\"v1.0.0\"}\nerr\nout.ndjson\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("__pycache__"), "\(result.output)")
    }

    @Test func `Rows that fail are counted and named, or left out`() async throws {
        let result = try await run(
            """
            printf 'a,text\\n1,x\\nno,y\\n3,z\\n' > in.csv && git model batch jobs in.csv out.csv || echo failed $?
            wc -l < out.csv && git model batch jobs in.csv out.csv --on-error skip && short < out.csv
            printf 'a,text\\nshort,x\\n2,y\\n' > in.csv && git model batch jobs in.csv out.csv || echo short $?
            for n in $(seq 20000); do echo '{"a": "x"}'; done > in.jsonl
            git model batch jobs in.jsonl out.jsonl --json > out.json || echo many $?
            grep -o '"failed":20000' out.json && grep -o '"subject":"[^"]*"' out.json && wc -l < out.jsonl
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "row 2", "a is no number", "failed 3\n4\n", "left out: row 2: a is no number",
            "a,text,sum,error,model,version,digest\n1,x,11,,bert,v1.0.0,DIGEST\n3,z,13,,bert,v1.0.0,DIGEST\n",
            "there are 2 of inputs, and the command wrote 1", "short 3\n",
            "many 3\n\"failed\":20000\n\"subject\":\"row 1\"\n", "\"subject\":\"19995 more rows\"\n20000\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What cannot be done leaves the outputs that were there`() async throws {
        let result = try await run(
            """
            printf 'a,text\\ncrash,x\\n' > in.csv && echo old > out.csv && git model batch jobs in.csv out.csv || echo crash $?
            cat out.csv && ls -A && git model batch jobs in.csv in.csv || echo same $?
            git model batch jobs in.csv out.txt || echo name $?
            git model batch jobs none.csv out.csv || echo none $?
            git config -f .mver/config deploy.edge.kind directory && git config -f .mver/config deploy.edge.path ../edge
            git model batch edge in.csv out.csv || echo kind $?
            git config git-model.deploy.jobs.path ../empty && git model batch jobs in.csv out.csv || echo empty $?
            git config git-model.deploy.jobs.path ssh://127.0.0.1:1/jobs && git model batch jobs in.csv out.csv || echo away $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "the batch command of bert@v1.0.0 ended with exit code 9; out.csv was not written\n", "crash 5\nold\n",
            "inputs and outputs are the same file\n", "same 2\n", "name 2\n", "there is no file none.csv\n", "none 5\n",
            "edge is a target of the kind directory, not batch\n", "kind 2\n", "nothing was deployed to jobs\n",
            "empty 5\n",
            "cannot reach remote ssh://127.0.0.1:1/jobs: ", "away 13\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains(".git-model-tmp"), "\(result.output)")
    }

    @Test func `What is deployed was tried by the batch command, whatever serves it`() async throws {
        let result = try await run(
            """
            echo '{"a": 1}' > sample.jsonl && echo '{"a": 1, "sum": 11, "error": ""}' > expected.jsonl
            git model describe -q --serve 'sh no.sh' --sample sample.jsonl --expect expected.jsonl
            git model trust -q command:$(printf 'sh\\0no.sh' | sha256sum | cut -c1-64)
            version() { git add -A && git commit -qm $1 && git model tag -q $1 --push; }
            version v1.1.0 && git model deploy v1.1.0 jobs
            echo 'sys.exit("broken batch")' >> predict.py && version v1.2.0 && git model deploy v1.2.0 jobs || echo broken $?
            git model describe -q --batch '' && version v1.3.0 && git model deploy v1.3.0 jobs || echo none $?
            git model batch jobs sample.jsonl ~/out.jsonl -q && cat ~/out.jsonl
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "the smoke test passed", "jobs runs bert@v1.1.0 now (before: v1.0.0)",
            "its batch command ended with exit code 1", "broken 4\n",
            "error: bert@v1.3.0 has no batch command, which jobs is for\n", "none 5\n", "\"version\":\"v1.1.0\"}\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A command that is interrupted is said to be, and leaves the outputs that were there`() async throws {
        let result = try await run(
            """
            echo 'while ! [ -s ~/pid ]; do sleep 0.1; done; kill -TERM $(cat ~/pid); sleep 2' > ~/stop
            printf 'a,text\\nrun,sh %s/stop\\n' $HOME > in.csv && echo old > out.csv
            git-model batch jobs in.csv out.csv > ~/log 2>&1 & echo $! > ~/pid; wait $! || echo ended $?
            cat out.csv && ls -A
            printf 'a,text\\nrun,kill -TERM $PPID\\n' > in.csv
            git-model batch jobs in.csv out.csv > ~/log 2>&1 || echo other $?; cat ~/log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.contains("ended 130\nold\n") && !result.output.contains("git-model-tmp"),
            "\(result.output)"
        )
        // Not by the user, and not by a signal that this process got.
        for text in ["other 5\n", " was ended by signal 15; out.csv was not written\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `What one that was killed left beside the outputs goes with the next, and others' stays`() async throws {
        let result = try await run(
            """
            printf 'a,text\\nrun,touch ~/begun; until test -e ~/go; do sleep 0.1; done; touch ~/ended\\n' > in.csv
            printf 'a,text\\n1,x\\n' > next.csv; left() { echo $1 $(ls -A | grep -c git-model-tmp); }
            git-model batch jobs in.csv out.csv > ~/log 2>&1 & one=$!
            until test -e ~/begun; do sleep 0.1; done; left begun
            git-model batch -q jobs next.csv next.out.csv; left beside
            kill -9 $one; wait $one || left killed
            git-model batch -q jobs next.csv next.out.csv; left next
            touch ~/go; until test -e ~/ended; do sleep 0.1; done
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["begun 1\n", "beside 1\n", "killed 1\n", "next 0\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `On another host the command runs there, with files of this machine`() async throws {
        let server = try await SSHServer()
        let result = try await run(
            """
            export GIT_SSH_COMMAND="\(server.command)" GIT_MODEL_DEPLOY_JOBS_PATH='\(server.url(of: "jobs"))'
            git model batch jobs none.csv out.csv || echo none $?
            printf 'a,text\\n1,x\\n2,"y, z"\\n' > "it's in.csv" && git model batch jobs "it's in.csv" out.csv || echo empty $?
            git model deploy -q v1.0.0 jobs && git model batch jobs "it's in.csv" out.csv && short < out.csv
            printf 'a,text\\n1,x\\nno,y\\n' > in.csv && git model batch jobs in.csv out.csv || echo failed $?
            printf 'a,text\\ncrash,x\\n' > in.csv && echo old > out.csv && git model batch jobs in.csv out.csv || echo crash $?
            cat > ~/breaking <<'END'
            \(server.breakingCommand)
            END
            printf 'a,text\\nrun,sh %s/breaking\\n' $HOME > in.csv && git model batch jobs in.csv out.csv || echo broken $?
            cat out.csv && { echo a,text; seq 20000 | sed 's/$/,some text that fills pipes/'; } > in.csv
            git model batch jobs in.csv out.jsonl && wc -l < out.jsonl && tail -n 1 out.jsonl | short
            GIT_SSH_COMMAND="\(server.strangersCommand)" git model batch jobs in.csv out.csv || echo stranger $?
            unset GIT_MODEL_DEPLOY_JOBS_PATH && git config -f .mver/config deploy.jobs.path '\(server.url(of: "jobs"))'
            git model batch jobs in.csv out.csv || echo unagreed $?
            ls -A && ls -A '\(server.directory)/jobs/current'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "there is no file none.csv\n", "none 5\n", "nothing was deployed to jobs\n", "empty 5\n",
            "bert@v1.0.0 wrote 2 rows to out.csv in ",
            "a,text,sum,error,model,version,digest\n1,x,11,,bert,v1.0.0,DIGEST\n2,\"y, z\",12,,bert,v1.0.0,DIGEST\n",
            "a is no number", "failed 3\n",
            "the batch command of bert@v1.0.0 ended with exit code 9 on jobs: from v1.0.0; out.csv was not written\n",
            "crash 5\n", "cannot reach remote ssh://", "broken 13\nold\n",
            "\n20000\n{\"a\":\"20000\",\"digest\":\"DIGEST\",", "stranger 12\n",
            "hint: agree to it: `git model trust deploy:ssh://", "unagreed 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains(".git-model-tmp") && !result.output.contains("__pycache__"), "\(result.output)")
    }
}
