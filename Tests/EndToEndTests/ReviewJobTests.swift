import SystemPackage
import TestSupport
import Testing

/// The jobs of `scripts/ci`, as a runner runs them, with servers of ours in the place of GitHub's and GitLab's.
@Suite struct ReviewJobTests {
    private static let python = MLflowTrackingServer.python

    /// A range of which the later commit passes its base's gates, and what the runner makes of a job's steps.
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store && git config -f .mver/config gate.production.metric 'accuracy >= 0.7'
        echo 'echo "{\\"accuracy\\": $1}" >> "$GIT_MODEL_RUN_DIR/metrics.jsonl" && seq $2 90000 > w.bin' > train.sh
        train() { git model run -q -o w.bin -- sh train.sh $1 $2 > ~/log 2>&1 && git commit -qm "Train to $1"; }
        git add -A && git commit -qm 'Set up' && train 0.6 1 && git push -q -u origin main && git branch worse
        git checkout -q -b better && train 0.9 2 && git model push -q && git push -q origin better
        git checkout -q worse && train 0.5 3 && git model push -q && git push -q origin worse
        mkdir -p ~/steps ~/package/git-model/bin && printf '#!/bin/sh\\nexec %s "$@"\\n' "$(command -v git-model)" > ~/package/git-model/bin/git-model
        chmod +x ~/package/git-model/bin/git-model && tar -czf ~/package.tar.gz -C ~/package git-model
        cat > ~/steps.py <<'EOF'
        import os, sys, yaml
        job = yaml.safe_load(open(sys.argv[1]))
        if "jobs" in job:
            print("triggers:", *job[True], "permissions:", job["permissions"])
            for step in job["jobs"]["review"]["steps"]:
                if "run" not in step: continue
                name = step.get("id") or step["name"].split()[0].lower()
                # What others write must not stand in a script.
                assert "${{" not in step["run"], name
                open(os.path.expanduser("~/steps/" + name), "w").write(step["run"])
                print(name, sorted(step.get("env", {})), step.get("if", "always"))
        else:
            print("cache:", job["model-review"]["cache"]["key"])
            open(os.path.expanduser("~/steps/gitlab"), "w").write("\\n".join(job["model-review"]["script"]))
            open(os.path.expanduser("~/steps/before"), "w").write("\\n".join(job["model-review"]["before_script"]))
        EOF
        step() { bash --noprofile --norc -e -o pipefail ~/steps/$1; }

        """

    /// What GitLab and the project tell a job.
    private static let variables =
        "export CI_API_V4_URL=$server CI_MERGE_REQUEST_PROJECT_ID=5 CI_MERGE_REQUEST_IID=3 CI_MERGE_REQUEST_SOURCE_PROJECT_ID=5 "
        + "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_MERGE_REQUEST_PROJECT_URL=\"$HOME/origin\" CI_PROJECT_DIR=\"$HOME/job\" "
        + "GIT_MODEL_STAGE=production GIT_MODEL_STORE="

    private func run(_ file: String, _ script: String) async throws -> ShellResult {
        let scratch = try await ScratchRepository(named: "bert")
        let server = try await CommentServer(in: scratch.home, package: scratch.home.appending("package.tar.gz"))
        return try await scratch.run(
            Self.setUp + "server=\(server.origin)\n\(Self.python) ~/steps.py \(PackageFiles.root)/scripts/ci/\(file)\n"
                + "shellcheck --shell=bash ~/steps/* && echo clean\n" + script
        )
    }

    @Test(arguments: [
        ("github.yml", "vendor.github-workflows", ""), ("gitlab.yml", "vendor.gitlab-ci", "--data-transform gitlab-ci"),
    ]) func `A job is what its host takes`(file: String, schema: String, options: String) async throws {
        let result = try await ScratchRepository().run(
            "\(Self.python) -m check_jsonschema --builtin-schema \(schema) \(options) \(PackageFiles.root)/scripts/ci/\(file)"
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `GitHub's job installs, checks, and keeps one comment, and a fork's job has its summary`() async throws {
        let result = try await run(
            "github.yml",
            """
            export GITHUB_API_URL=$server GITHUB_REPOSITORY=ada/bert GITHUB_PATH="$HOME/path" RUNNER_TEMP="$HOME" STAGE=production STORE= TOKEN=secret GITHUB_SERVER_URL=$server
            export GITHUB_STEP_SUMMARY="$HOME/summary" GITHUB_OUTPUT="$HOME/output" GH_TOKEN=secret NUMBER=7
            export PACKAGE=$server/package DIGEST=$(printf '%064d' 0)
            step install > ~/log 2>&1 || echo other bytes $?
            DIGEST=$(sha256sum ~/package.tar.gz | cut -d ' ' -f 1) && step install && ls ~/.local/bin && cat ~/path | sed "s|$HOME|~|"
            git clone -q ~/origin.git ~/job && cd ~/job && export BASE=$(git rev-parse origin/main)
            echo kept > ~/kept && ln -s ~/kept check.log && mkdir report.md
            review() { export HEAD=$(git rev-parse origin/$1) && rm -f ~/summary ~/output && step review > ~/log 2>&1 && grep '^## ' ~/summary; cat ~/output; }
            review better && step put && curl -s $server/state && echo
            review worse && step put && curl -s $server/state && echo && . ~/output && CODE=$code step verdict || echo verdict $?
            GH_TOKEN=other step put 2> ~/log || echo refused $?
            test "$(cat ~/kept)" = kept || echo overwritten
            mv ~/store ~/away && git clone -q ~/origin.git ~/fork && cd ~/fork && unset GH_TOKEN
            review better && grep -c 'error: cannot reach remote store' ~/summary && BASE=$(printf '%040d' 1) review better && cat ~/summary
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(!result.output.contains("overwritten"), "\(result.output)")
        for text in [
            "triggers: pull_request permissions: {'contents': 'read', 'pull-requests': 'write'}\n",
            "install [] always\n",
            "put ['GH_TOKEN', 'NUMBER'] github.event.pull_request.head.repo.full_name == github.repository\n",
            "clean\n",
            "other bytes 1\n", "git-model.tar.gz: OK\ngit-model\n~/.local/bin\n",
            "## ✅ The model may be merged\ncode=0\n",
            "{\"own\": [\"## \\u2705 The model may be merged\"], \"requests\": {\"PATCH\": 0, \"POST\": 1, \"PUT\": 0}}\n",
            "## ❌ The model may not be merged\ncode=1\n",
            "{\"own\": [\"## \\u274c The model may not be merged\"], \"requests\": {\"PATCH\": 1, \"POST\": 1, \"PUT\": 0}}\n",
            "verdict 1\nrefused 22\n## ❌ The model could not be reviewed\ncode=13\n1\n",
            "## ❌ The model could not be reviewed\ncode=5\n", "\n\n    error: ",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `GitHub's job asks a private repository which smoke tests passed, and says where it cannot`()
        async throws
    {
        let scratch = try await ScratchRepository(named: "bert")
        let host = try await GitHost(in: scratch.home, home: scratch.home)
        let result = try await scratch.run(
            Self.setUp + """
                \(Self.python) ~/steps.py \(PackageFiles.root)/scripts/ci/github.yml > ~/log && git checkout -q main
                git config -f .mver/config gate.production.require smoke && git commit -qam 'Ask for a test' && git push -q
                git clone -q ~/origin.git ~/job && cd ~/job && git remote set-url origin http://\(host.authority)/origin.git
                export GITHUB_SERVER_URL=http://\(host.authority) GITHUB_STEP_SUMMARY="$HOME/summary" GITHUB_OUTPUT="$HOME/output"
                export STAGE=production STORE= BASE=$(git rev-parse origin/main) HEAD=$(git rev-parse origin/better)
                for token in secret other; do export TOKEN=$token && step review > ~/log 2>&1 && grep 'smoke test' report.md; done
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let lines = Array(result.output.split(separator: "\n").suffix(2))
        try #require(lines.count == 2, "\(result.output)")
        #expect(lines[0].contains("none is recorded: deploy it to some target first"), "\(result.output)")
        #expect(lines[1].contains("the Git remote cannot be asked which tests passed: "), "\(result.output)")
    }

    @Test func `GitLab's job checks and keeps one note, and a fork's job is judged by the project's own branch`()
        async throws
    {
        let result = try await run(
            "gitlab.yml",
            """
            \(Self.variables) && export GIT_MODEL_TOKEN=secret
            git clone -q ~/origin.git ~/job && cd ~/job
            review() { export CI_COMMIT_SHA=$(git rev-parse origin/$1) && rm -f report.* && step gitlab > ~/log 2>&1 && code=0 || code=$?; grep '^## ' report.md; echo code $code; }
            review better && curl -s $server/state && echo && review worse && curl -s $server/state && echo && ls report.*
            git clone -q --bare ~/origin.git ~/fork.git && git -C ~/fork.git update-ref refs/heads/main refs/heads/worse
            git clone -q ~/fork.git ~/fork && cd ~/fork && unset GIT_MODEL_TOKEN && export CI_MERGE_REQUEST_SOURCE_PROJECT_ID=6 CI_PROJECT_DIR="$HOME/fork"
            review worse && grep -c w.bin report.md && curl -s $server/state
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "## ✅ The model may be merged\ncode 0\n{\"own\": [\"## \\u2705 The model may be merged\"], \"requests\": "
                + "{\"PATCH\": 0, \"POST\": 1, \"PUT\": 0}}\n",
            "## ❌ The model may not be merged\ncode 1\n{\"own\": [\"## \\u274c The model may not be merged\"], \"requests\": "
                + "{\"PATCH\": 0, \"POST\": 1, \"PUT\": 1}}\nreport.html\nreport.md\n",
            "## ❌ The model may not be merged\ncode 1\n2\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("\"requests\": {\"PATCH\": 0, \"POST\": 1, \"PUT\": 1}}"), "\(result.output)")
    }

    @Test func `GitLab's job takes no store from a merge request, and keeps one for each`() async throws {
        let result = try await run(
            "gitlab.yml",
            """
            \(Self.variables)
            git checkout -q -b forged better && mkdir .git-model-store && echo forged > .git-model-store/format
            git add .git-model-store && git commit -qm Forged && git push -q origin forged
            git checkout -q -b linked better && mkdir elsewhere && touch elsewhere/file && ln -s elsewhere .git-model-store
            git add elsewhere .git-model-store && git commit -qm Linked && git push -q origin linked
            git clone -q ~/origin.git ~/job && cd ~/job
            review() {
                git checkout -q origin/$1 && export CI_COMMIT_SHA=$(git rev-parse HEAD)
                step gitlab > ~/log 2>&1 && code=0 || code=$?
                grep '^## \\|    error: ' report.md && echo $1 $code
            }
            review forged && review linked && ls elsewhere && review better && ls .git-model-store/format
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let refusal =
            "## ❌ The model could not be reviewed\n    error: .git-model-store, where this job keeps its store, is "
            + "tracked by Git: take it out\n"
        for text in [
            "cache: git-model-$CI_MERGE_REQUEST_IID\n", "clean\n", "\(refusal)forged 5\n", "\(refusal)linked 5\nfile\n",
            "## ✅ The model may be merged\nbetter 0\n.git-model-store/format\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
