import TestSupport
import Testing

/// Targets whose directories are in the clone, where a branch can put releases and seals by a checkout alone.
@Suite struct ClonedTargetTests {
    /// The targets `jobs` and `live` in the directory `d`, which Git ignores and `one` is deployed to, by two paths
    /// that were agreed to.
    ///
    /// A merged branch put the release `nine` beside it, whose commands leave `~/ran`, and made it current.
    private static let setUp =
        DeploymentSample.setUp + #"""
            git config -f .mver/config deploy.jobs.kind batch && git config -f .mver/config deploy.jobs.path d
            git config -f .mver/config deploy.live.kind process && git config -f .mver/config deploy.live.path ../a/d && ln -s bert ~/a
            echo /d/ > .gitignore && git add -A && git commit -qm Targets && git push -q && git clone -q . ~/evil
            git model trust -q deploy:$HOME/bert/d && git model trust -q deploy:$HOME/a/d && GIT_MODEL_DEPLOY_JOBS_KIND=directory git model deploy -q v1.0.0 jobs
            cd ~/evil && git model fetch -q && git checkout -q -b pull && echo 'echo "$1" >> ~/ran; exit 1' > evil.sh
            git model describe -q --serve 'sh evil.sh serve' --batch 'sh evil.sh batch {in} {out}'
            git add -A && git commit -qm Evil && git model tag -q v9.0.0
            GIT_MODEL_DEPLOY_JOBS_KIND=directory git model deploy -q v9.0.0 jobs --skip-smoke --no-push --trust deploy:$HOME/evil/d
            git add -f d && git commit -qm More && cd ~/bert && one=$(readlink d/current)
            git pull -q ~/evil pull && nine=$(readlink d/current) && echo $nine && printf 'a\n1\n' > in.csv
            trap 'curl -s -o /dev/null --unix-socket d/.git-model/gateway.sock http://localhost/stop -d "{}" || true' EXIT

            """#

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `What a branch put there does not run until its words were agreed to`() async throws {
        let result = try await run(
            #"""
            git model batch jobs in.csv out.csv || echo batch $?
            timeout 60 git-model serve --target live || echo serve $?
            ln -sfn $one d/current && git model rollback live --to v9.0.0 || echo rollback $?; test $(readlink d/current) = $one
            echo "{\"schema\":1,\"release\":\"${nine#releases/}\",\"percent\":10}" > d/.git-model/canary.json
            timeout 60 git-model serve --target live || echo canary $?
            rm d/.git-model/canary.json && mv d/.git-model/seals ~/seals && mkdir d/.git-model/seals
            mkdir -p d/.git-model/tmp && cp ~/seals/${nine#releases/}.json d/.git-model/tmp && ln -s nowhere d/.git-model/seals/${nine#releases/}.json && ln -sfn $nine d/current
            timeout 60 git-model serve --target live || echo provisional $?; test ! -e ~/ran || cat ~/ran
            rm -r d/.git-model/seals && mv ~/seals d/.git-model
            git model batch jobs in.csv out.csv --trust command:$(printf 'sh\0evil.sh\0batch\0{in}\0{out}' | sha256sum | cut -c1-64) || echo agreed $?
            cat ~/ran
            """#
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("releases/bert-v9.0.0-"), "\(result.output)")
        for text in [
            "batch 5\n", "serve 5\n", "rollback 5\n", "canary 5\n", " has no seal on live\n", "provisional 5\n",
            "the batch command of bert@v9.0.0 ended with exit code 1", "agreed 5\nbatch\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        let refusals = result.output.ranges(
            of: "bert@v9.0.0 brings a command that nobody on this machine agreed to: sh"
        )
        #expect(refusals.count == 4, "\(result.output)")
        #expect(result.output.hasSuffix("agreed 5\nbatch\n"), "\(result.output)")
    }

    @Test func `Who agreed to the words goes back, in a target inside the clone too`() async throws {
        let result = try await run(
            #"""
            port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
            git config git-model.deploy.live.listen 127.0.0.1:$port && git model rollback live --to v1.0.0
            test $(readlink d/current) = $one && test ! -e ~/ran && echo nothing ran
            """#
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("live runs bert@v1.0.0 now"), "\(result.output)")
        #expect(result.output.hasSuffix("nothing ran\n"), "\(result.output)")
    }

    /// A target of this user's own in the clone, whose gateway is gone, and two versions with commands of their own.
    ///
    /// That of v1.2.0 ends a moment after it answered. `once WORDS` is what agrees to a command for one time.
    private static let trustedOnce =
        DeploymentSample.untrusted + #"""
            port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
            git config git-model.deploy.live.kind process && git config git-model.deploy.live.listen 127.0.0.1:$port
            git config git-model.deploy.live.path $HOME/bert/d && echo /d/ >> .git/info/exclude
            tell() { curl -s --unix-socket d/.git-model/gateway.sock http://localhost/"$@"; }
            trap 'tell stop -d {} || true' EXIT
            once() { echo "--trust command:$(printf "$1" | sha256sum | cut -c1-64)"; }
            sed "1i import os, sys, threading; os.path.exists('$HOME/asked') and sys.exit(1)" serve.py > fleeting.py
            sed -i "s|self.wfile.write(body)|open('$HOME/asked', 'w').close(); self.wfile.write(body); threading.Timer(1.5, os._exit, (1,)).start()|" fleeting.py
            git model describe -q --serve 'python3 fleeting.py' && git add fleeting.py && version 5 6 v1.2.0
            git model deploy -q v1.0.0 live $(once 'python3\0serve.py') 2> ~/log
            kill -9 $(tell status | sed 's/.*"process":\([0-9]*\)}$/\1/'); sleep 0.5

            """#

    @Test(arguments: [true, false])
    func `What ran before runs again without an agreement anew where its files are the same`(isSame: Bool) async throws
    {
        let change =
            isSame ? "true" : "chmod -R u+w d/releases && echo '# other' >> $(echo d/releases/bert-v1.0.0-*/serve.py)"
        let result = try await ScratchRepository(named: "bert").run(
            Self.trustedOnce + """
                \(change); git model deploy v1.2.0 live $(once 'python3\\0fleeting.py') || echo returned $?
                tell status | grep -o '"version":"v1.0.0"' || echo none; git model rollback live --to v1.0.0 2>&1 | head -n 1
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let refusal = "bert@v1.0.0 brings a command that nobody on this machine agreed to: python3 serve.py"
        #expect(result.output.contains(refusal) != isSame, "\(result.output)")
        let texts =
            isSame
            ? ["RolledBack  bert@v1.2.0 on live: ", "returned 4\n\"version\":\"v1.0.0\"\n"]
            : ["and going back to bert-v1.0.0-", "returned 5\n"]
        for text in texts { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
