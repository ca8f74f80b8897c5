import TestSupport
import Testing

/// What a version has to be before a stage gets it, and what a range of commits has to be before it is merged.
@Suite struct GateTests {
    /// A model whose training says how good it is, two kept versions of it, and gates.
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store
        printf 'import json, os, sys\\nopen("w.bin", "w").write(sys.argv[1] * 60000)\\nopen(os.environ["GIT_MODEL_RUN_DIR"] + "/metrics.jsonl", "a").write(json.dumps({"accuracy": float(sys.argv[1]), "loss": 1 - float(sys.argv[1])}) + "\\\\n")\\n' > train.py
        git config -f .mver/config gate.production.metric 'accuracy >= 0.8'
        git config -f .mver/config --add gate.production.metric 'loss greater_is_better=false'
        git config -f .mver/config gate.production.require 'run clean'
        git add -A && git commit -qm 'Set up' && git push -q -u origin main
        train() {
            git model run -q -o w.bin -- python3 train.py $1 > /dev/null 2>&1 && git commit -qm "Train to $1" && git model tag -q $2 --push
        }
        train 0.85 v1.0.0

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `A version that a gate refuses gets nowhere, and the table says why`() async throws {
        let result = try await run(
            """
            git model promote v1.0.0 production && train 0.82 v1.1.0
            git model promote v1.1.0 production || echo refused $?
            git model promote v1.1.0 production --json | grep -o '"outcome":"[a-z]*"\\|"isPassed":[a-z]*' || echo json
            git model which production && git tag -l 'bert#*' && train 0.7 v1.2.0
            git model promote -n v1.2.0 production || echo dry $?
            train 0.9 v1.3.0 && git model promote v1.3.0 production && git cat-file tag 'bert#production#2' | grep '^Gate'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "production does not take bert@v1.1.0:\npass  accuracy >= 0.8", "FAIL  loss not worse than now",
            "refused 1\n",
            "\"outcome\":\"no\"", "bert@v1.0.0\nbert#production#1\n", "FAIL  accuracy >= 0.8", "it is 0.7\n", "dry 1\n",
            "production has bert@v1.3.0 now (before: v1.0.0): bert#production#2", "Gate: accuracy >= 0.8: it is 0.9\n",
            "Gate: run record: run ", "Gate: clean code: the code was its commit's\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A gate finds a metric however either side spells its name`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.staging.metric val.acc
            tagged() { git add -A && git commit -qm "$1" && git push -q && git model tag -q $1 --push; }
            echo '{"val/acc": 0.9}' > metrics.json && tagged v1.1.0 && git model promote -q v1.1.0 staging
            echo '{"val": {"acc": 0.1}}' > metrics.json && tagged v1.2.0
            git model promote v1.2.0 staging || echo refused $?
            """
        )
        #expect(
            result.output.hasSuffix("FAIL  val.acc not worse than now  it is 0.1, and 0.9 now\nrefused 1\n"),
            "\(result.output)"
        )
    }

    @Test func `A damaged file of metrics lets no other number pass a gate, and is told of`() async throws {
        let result = try await run(
            """
            tagged() { git add -A && git commit -qm "$1" && git push -q && git model tag $1 --push; }
            mkdir eval && echo '{"accuracy": 0.99, "loss": 0.01}' > eval/metrics.json
            printf '{"accuracy": 0.6' > metrics.json && tagged v1.1.0
            git cat-file tag bert@v1.1.0 | grep '^Metric' || echo none bound
            git model promote v1.1.0 production || echo refused $?
            git model check HEAD~1..HEAD --stage production || echo no $?
            git model metrics show v1.1.0 --filter '*accuracy'
            echo '{"accuracy": 0.9, "loss": 0.1}' > metrics.json && rm eval/metrics.json && tagged v1.2.0
            git model promote -q v1.2.0 production && echo mended
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let problem = "metrics.json has no metrics that can be read: "
        #expect(result.output.ranges(of: "warning: \(problem)").count >= 2, "\(result.output)")
        for text in [
            "none bound\n", "FAIL  accuracy >= 0.8", "nobody can say what it is: \(problem)", "refused 1\n", "no 1\n",
            "eval/accuracy  0.99  eval/metrics.json\n", "mended\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What the base changed since is no change of the pull request's`() async throws {
        let result = try await run(
            """
            git checkout -q -b topic && echo x > notes && git add notes && git commit -qm Notes && git checkout -q main
            git config -f .mver/config --replace-all gate.production.metric 'accuracy >= 0.9' 0.8 && git commit -qam Raise
            rules() { git model check "$1" --json | grep -o '"policyChanges":\\[[^]]*\\]'; }
            rules main...topic; rules topic...main
            """
        )
        #expect(result.output.hasPrefix("\"policyChanges\":[]\n"), "\(result.output)")
        #expect(result.output.contains("accuracy >= 0.9"), "\(result.output)")
    }

    @Test func `A pull request is judged by the rules of its base`() async throws {
        let result = try await run(
            """
            git model promote -q v1.0.0 production && git checkout -q -b better
            git config -f .mver/config --replace-all gate.production.metric 'accuracy >= 0.1' 0.8 && git commit -qam 'Lower'
            git model run -q -o w.bin -- python3 train.py 0.5 > /dev/null 2>&1 && git add -A && git commit -qm 'Worse'
            git model check main..HEAD --stage production || echo no $?
            git model push -q && git model check main --stage production || echo still $?
            git config -f .mver/config --replace-all gate.production.metric 'accuracy >= 0.8' 0.1 && git commit -qam 'As it was'
            git model run -q -o w.bin -- python3 train.py 0.95 > /dev/null 2>&1 && git add -A && git commit -qm 'Better' && git model push -q
            git model check main...HEAD --stage production && git model check HEAD && git model check main..nowhere || echo $?
            git push -q origin better && git checkout -q -b early HEAD~9 2> ~/log || git checkout -q -b early $(git rev-list --max-parents=0 HEAD)
            git model run -q -o w.bin -- python3 train.py 0.2 > /dev/null 2>&1; git add -A && git commit -qm 'Early' && git model push -q
            git model check main...HEAD --stage production || echo early $?
            git rm -q .mver/models/bert.json && git commit -qm 'No model' && git model check main...HEAD --stage production || echo gone $?
            git checkout -q better
            git clone -q --depth 1 --branch better file://$HOME/origin.git ~/shallow
            cd ~/shallow && git model check origin/main..HEAD || echo shallow $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "rule changed: gate.production.metric was accuracy >= 0.8; loss greater_is_better=false, and is accuracy >= 0.1",
            "FAIL  w.bin", "it is not in remote store", "FAIL  accuracy >= 0.8", "may not be merged\n", "no 1\n",
            "still 1\n",
            "early 1\n", "gone 1\n",
            "may be merged\n", "hint: get the rest of its history: `git fetch --unshallow`\n", "shallow 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A check compares with what everybody has in the stage, and says where there is nothing`() async throws {
        let result = try await run(
            """
            gate() { git model check HEAD~1..HEAD --stage production 2>&1 | grep 'loss\\|warning\\|merged'; }
            gate && git model promote -q v1.0.0 production && train 0.82 v1.1.0
            git tag -d 'bert#production#1' > ~/log && echo forgotten: && gate
            git tag -d 'bert#production#1' > ~/log && mv ~/origin.git ~/away && echo offline: && gate
            git model check HEAD~1..HEAD --stage production --model bret || echo unknown $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.replacing("offline:", with: "forgotten:").split(separator: "forgotten:\n")
        try #require(parts.count == 3, "\(result.output)")
        let nothing = "; production has nothing to compare it with\nmay be merged\n"
        #expect(parts[0].contains(nothing), "\(result.output)")
        #expect(parts[1].contains("FAIL  loss not worse than now"), "\(result.output)")
        #expect(parts[1].contains(" now\nmay not be merged\n"), "\(result.output)")
        for text in [
            nothing, "warning: gates compare with what this clone knows of stages, and not with all: ",
            "error: there is no model 'bret'\n", "unknown 5\n",
        ] { #expect(parts[2].contains(text), "\(text): \(result.output)") }
    }

    @Test func `A model that no description tells of is judged where it is named`() async throws {
        let result = try await run(
            """
            git rm -q .mver/models/bert.json && git commit -qnm 'Only tags' && git commit -qn --allow-empty -m Next
            try() { git model check HEAD~1..HEAD --stage production "$@" || echo "code $?"; }
            try --model bert && try --model bret && try
            git tag -d bert@v1.0.0 > ~/log && echo untagged: && try --model bret
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "untagged:\n")
        try #require(parts.count == 2, "\(result.output)")
        for text in [
            "pass  accuracy >= 0.8", "it is 0.85\n", "may be merged\nerror: there is no model 'bret'\n",
            "hint: there are: bert\n", "code 5\n", "no model is described that they could be about\n", "code 1\n",
        ] { #expect(parts[0].contains(text), "\(text): \(result.output)") }
        #expect(parts[1].contains("pass  accuracy >= 0.8"), "\(result.output)")
    }

    @Test func `Where nothing says which of several remotes is meant, nobody takes it for none`() async throws {
        let result = try await run(
            """
            git config -f .mver/config remote.second.url ~/second && git commit -qam Second
            seq 6 > f.bin && git model add -q f.bin && git commit -qm More
            try() { "$@" || echo "code $?"; }
            try git model check HEAD~1..HEAD && try git model report HEAD~1..HEAD && try git model verify v1.0.0
            try git push -q origin main
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let clause = "it is not clear which remote is meant: store, second\n"
        #expect(result.output.ranges(of: clause).count == 4, "\(result.output)")
        #expect(result.output.ranges(of: "choose one for good: `git model remote default store`").count == 4)
        #expect(result.output.ranges(of: "code 5\n").count == 2, "\(result.output)")
        for text in ["-     remote     it could not be asked\n", "code 3\n", "code 1\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(!result.output.contains("no remote"), "\(result.output)")
    }

    @Test func `Files of metrics and parameters that cannot be read are told of once`() async throws {
        let result = try await run(
            """
            echo '{"precision": 0.9}' > metrics.json && echo 'lr: 0.1' > params.yaml && git add -A && git commit -qm Files
            echo '{"precision": 0.9,' > metrics.json && echo 'lr: "0.2' > params.yaml && git commit -qam Half
            git model report HEAD~1..HEAD --stage production 2> ~/log || true
            echo ---- && cat ~/log && echo ---- && { git model check HEAD~1..HEAD --stage production || true; }
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "----\n").map(String.init)
        try #require(parts.count == 3, "\(result.output)")
        #expect(parts[0].contains("\n### What could not be seen\n"), "\(result.output)")
        for (part, mark) in zip(parts, ["* ", "warning: ", "warning: "]) {
            for words in ["metrics.json has no metrics", "params.yaml has no parameters"] {
                #expect(part.ranges(of: "\(mark)\(words) that can be read: ").count == 1, "\(part)")
            }
        }
    }

    @Test func `Everything that is said of a version is verified`() async throws {
        let result = try await run(
            """
            git model verify v1.0.0 && git model promote -q v1.0.0 production && git model verify production --offline
            git model promote --propose v1.0.0 staging && git commit -qm 'Ask' && git model verify v1.0.0 || echo asks $?
            git push -q origin main && git model promote --proposed && git model verify v1.0.0 && git model which staging
            rm -r ~/store/packs && git model verify v1.0.0 || echo lost $?
            git model verify main || echo none $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert@v1.0.0\npass  tag        by ", "-     signature  the tag is not signed\n",
            "pass  remote     store has all of it\n",
            "pass  run        run ", "pass  stages     production\n", "it was not asked\n",
            ".mver/stages.json asks for v1.0.0 in staging, which has nothing\n", "asks 4\n",
            "staging has bert@v1.0.0 now: bert#staging#2, pushed to origin\n", "pass  stages     production, staging\n",
            "FAIL  remote     w.bin is not in remote store\n", "lost 4\n", "no version was made of it", "none 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A remote that cannot be reached keeps no other line from a version's verification`() async throws {
        let result = try await run(
            """
            mv ~/store ~/away && git model verify v1.0.0 || echo partly $?
            git model verify v1.0.0 --json | grep -o '"outcome":"[a-z]*"' || true
            git update-ref refs/tags/bert@v9.0.0 "$(git rev-parse refs/tags/bert@v1.0.0)"
            git model verify v9.0.0 > ~/log 2>&1 || echo wrong $? && mv ~/away ~/store && git model verify v1.0.0
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "-     remote     it could not be asked\npass  store      all of it is here\npass  run        run ",
            "-     stages     it is in none\n", "error: remote: cannot reach remote store: ",
            "hint: see whether the disk that it is on is mounted: `mount`\n",
            "partly 3\n\"outcome\":\"partial\"\nwrong 4\nbert@v1.0.0\n", "pass  remote     store has all of it\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Bytes that are not here are wrong only where the remote is known to lack them, too`() async throws {
        let result = try await run(
            """
            git clone -q ~/origin.git ~/fresh && cd ~/fresh && git model push -q && mv ~/store ~/away
            git model verify v1.0.0 || echo unreachable $?
            git model verify v1.0.0 --offline && echo offline && mv ~/away ~/store
            rm -r ~/store/packs && git model verify v1.0.0 || echo lost $?
            git config -f .mver/config --remove-section remote.store && git model verify v1.0.0 --offline || echo alone $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "-     remote     it could not be asked\n-     store      w.bin is not here\n", "unreachable 3\n",
            "-     remote     it was not asked\n-     store      w.bin is not here\n", "\noffline\n",
            "FAIL  remote     w.bin is not in remote store\nFAIL  store      w.bin is not here\n", "lost 4\n",
            "-     remote     no remote is set up\nFAIL  store      w.bin is not here\n", "alone 4\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A fresh clone checks signatures, by everybody's list and nobody's own`() async throws {
        let result = try await run(
            """
            ssh-keygen -q -t ed25519 -N '' -f ~/key && ssh-keygen -q -t ed25519 -N '' -f ~/other
            git config gpg.format ssh && git config user.signingKey ~/key.pub
            git config -f .mver/config --unset-all gate.production.metric
            git config -f .mver/config --replace-all gate.production.require signed
            printf 'ada@example.org %s\\n' "$(cat ~/key.pub)" > .mver/allowed_signers && git add -A && git commit -qm Signers
            seq 9 > w.bin && git model add -q w.bin && git commit -qm Mine && git model tag -q --sign v2.0.0 --push
            git config user.signingKey ~/other.pub && seq 8 > w.bin && git model add -q w.bin && git commit -qm Other
            git model tag -q --sign v2.1.0 --push && git clone -q ~/origin.git ~/fresh && cd ~/fresh && test ! -e .git/model
            git model verify v2.0.0 | grep signature && rm -rf .git/model && git model promote v2.0.0 production
            printf 'mallory@example.org %s\\n' "$(cat ~/other.pub)" >> .mver/allowed_signers && git commit -qam 'Me, too'
            git model verify v2.1.0 | grep signature
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "pass  signature  by ada@example.org\n", "production has bert@v2.0.0 now",
            "FAIL  signature  the signature is bad, or of somebody whom .mver/allowed_signers does not list\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Only listed signers' tags count as signed`() async throws {
        let result = try await run(
            """
            ssh-keygen -q -t ed25519 -N '' -f ~/key && ssh-keygen -q -t ed25519 -N '' -f ~/other
            git config gpg.format ssh && git config user.signingKey ~/key.pub
            git config -f .mver/config --replace-all gate.production.require signed
            printf 'ada@example.org %s\\n' "$(cat ~/key.pub)" > .mver/allowed_signers && git add -A && git commit -qm 'Signers'
            seq 9 > w.bin && git model add -q w.bin && git commit -qm 'By hand' && git model tag -q v2.0.0 --push
            git config -f .mver/config --unset-all gate.production.metric && git commit -qam 'No metrics' && git push -q
            git model promote v2.0.0 production || echo unsigned $?
            seq 8 > w.bin && git model add -q w.bin && git commit -qm More && git model tag -q --sign v2.1.0 --push
            git model verify v2.1.0 | grep signature
            git config user.signingKey ~/other.pub && seq 7 > w.bin && git model add -q w.bin && git commit -qm Other
            git model tag -q --sign v2.2.0 --push && git model promote v2.2.0 production || echo stranger $?
            git model verify v2.2.0 || echo bad $?
            git update-ref refs/tags/bert@v9.0.0 "$(git rev-parse refs/tags/bert@v2.1.0)" && git push -q origin bert@v9.0.0
            git model promote v9.0.0 production || echo replayed $?
            git tag -d bert@v9.0.0 > ~/log && git push -q origin :refs/tags/bert@v9.0.0
            git config user.signingKey ~/key.pub && git model promote v2.1.0 production --sign && git verify-tag 'bert#production#1' 2>&1 | grep -c Good || true
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "FAIL  signed  the tag is not signed\n", "unsigned 1\n", "pass  signature  by ada@example.org\n",
            "FAIL  signed  the signature is bad, or of somebody whom .mver/allowed_signers does not list\n",
            "stranger 1\n",
            "bad 4\n", "FAIL  signed  the tag cannot be relied on: the tag's message is about bert@v2.1.0\n",
            "replayed 1\n", "production has bert@v2.1.0 now",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
