import TestSupport
import Testing

/// Deployments to a directory as a user sees them: readers, somebody else's files, locks, health and damage.
@Suite struct DirectoryTargetTests {
    /// Two versions, of which the second's files say `two`, and a target that was agreed to.
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store
        git config -f .mver/config deploy.edge.kind directory && git config -f .mver/config deploy.edge.path ../edge
        seq 1 5000 > w.bin && echo one > name && git model add -q w.bin && git add -A && git commit -qm One
        git push -q -u origin main && git model tag -q v1.0.0 --push
        seq 2 5001 > w.bin && echo two > name && git model add -q w.bin && git add -A && git commit -qm Two
        git model tag -q v1.1.0 --push && git model trust -q deploy:$HOME/edge

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `A reader finds one version or the other, whole, while deployments and rollbacks go on`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0
            cat > ~/reader <<'END'
            while test ! -e ~/stop; do
                d=$(readlink ~/edge/current) && case $(cat ~/edge/$d/name)$(head -n 1 ~/edge/$d/w.bin) in one1|two2) ;; *) echo torn >> ~/torn ;; esac
                test -s ~/edge/current/w.bin || echo gone >> ~/torn
                echo >> ~/looks
            done
            END
            sh ~/reader &
            for n in 1 2 3; do git model deploy -q v1.1.0 --force --no-push && git model rollback -q --no-push || touch ~/failed; done
            touch ~/stop && wait
            test ! -e ~/torn && test ! -e ~/failed && test $(wc -l < ~/looks) -gt 10 && cat ~/edge/current/name
            ls -A ~/edge && ls ~/edge/releases | wc -l && find ~/edge/releases/* -perm /222 ! -type l | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasSuffix("one\n.git-model\ncurrent\nreleases\n2\n0\n"), "\(result.output)")
    }

    @Test func `What is somebody else's stays, and what was changed afterwards is found`() async throws {
        let result = try await run(
            """
            mkdir -p ~/edge/current && echo mine > ~/edge/current/file && git model deploy v1.0.0 || echo refused $?
            cat ~/edge/current/file && rm -r ~/edge/current
            flock ~/edge/.git-model/lock git model deploy v1.0.0 || echo locked $?
            git model deploy -q v1.0.0 && git model deployments status | grep '^files'
            chmod u+w ~/edge/current/w.bin && echo x >> ~/edge/current/w.bin && git model deployments status || echo damaged $?
            git model deploy -q v1.1.0 && git model rollback || echo damaged $?
            cat ~/edge/current/name && git model deploy -q v1.0.0 --force && git model deployments status | grep '^files'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "/edge/current is a directory, which git-model did not make\n", "refused 5\nmine\n",
            "somebody else is deploying to ", "locked 11\n", "files       as they were sealed\n", "w.bin has ",
            "damaged 4\n",
            "two\nfiles       as they were sealed\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What was changed in the release that runs is put right by deploying that again`() async throws {
        let result = try await run(
            """
            git model deploy -q v1.0.0 && chmod -R u+w ~/edge/releases && echo x >> ~/edge/current/w.bin
            rm ~/edge/current/name && echo more > ~/edge/current/more
            git model deployments status || echo damaged $?; git model rollback || echo none $?
            git model deploy v1.0.0 --dry-run | grep -o 'w\\.bin'
            git model deploy v1.0.0 && ls ~/edge/current && git model deployments status | grep '^files'
            git model deploy v1.0.0 && find ~/edge/releases/* -perm /222 ! -type l | wc -l
            git model deploy -q v1.1.0 && chmod -R u+w ~/edge/releases && echo x >> ~/edge/current/w.bin
            git model deployments status || echo again $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "hint: put it right: `git model deploy bert@v1.0.0 edge`\n", "damaged 4\n", "none 5\n", "\nw.bin\n",
            "warning: what ran on edge was not as it was sealed: ", "edge runs bert@v1.0.0 now",
            "\nname\nw.bin\nfiles       as they were sealed\nedge runs bert@v1.0.0 already\n0\n",
            "hint: put it right: `git model deploy bert@v1.1.0 edge`\nhint: or go back: `git model rollback edge`\n",
            "again 4\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        let first = result.output.prefix(upTo: result.output.firstRange(of: "damaged 4")!.lowerBound)
        #expect(!first.contains("go back: `"), "\(result.output)")
    }

    @Test func `What its health command says is not healthy is taken back, and the command needs an agreement`()
        async throws
    {
        let result = try await run(
            """
            git config git-model.deploy.edge.health 'grep -q one name'
            git model deploy v1.0.0 || echo unagreed $?
            test ! -e ~/edge/current && git model trust -q command:$(printf 'grep\\0-q\\0one\\0name' | sha256sum | cut -c1-64)
            git model deploy v1.0.0 | tail -n 1 && git model deploy v1.1.0 || echo back $?
            cat ~/edge/current/name
            git config git-model.deploy.edge.helth x && git model deploy v1.1.0 --force || echo unknown $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "deploy.edge.health is a command that nobody on this machine agreed to: grep -q one name\n",
            "hint: agree to it: `git model trust command:", "unagreed 5\n", "edge runs bert@v1.0.0 now",
            "RolledBack", "the health command of edge ended with exit code 1", "back 4\none\n",
            "deploy.edge.helth is not known; known are health, keep, kind, model, path, paths, stage, timeout",
            "unknown 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }
}
