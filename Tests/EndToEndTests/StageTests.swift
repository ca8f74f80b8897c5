import TestSupport
import Testing

/// Stages: who has which version, promoted by us or by GTO, by one person or by two at once.
@Suite struct StageTests {
    /// A repository with two versions, which `origin` has, too, and a remote for the bytes.
    static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store && git commit -qm 'Set up' && git push -q -u origin main
        seq 1 50000 > w.bin && git model add -q w.bin && git commit -qm One && git model tag -q v1.0.0 --push
        seq 2 50000 > w.bin && git model add -q w.bin && git commit -qm Two && git model tag -q v1.1.0 --push

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `A stage has what was promoted last, and a demotion gives it back to whatever it had before`()
        async throws
    {
        let result = try await run(
            """
            git model which production || echo none $?
            git model promote v1.0.0 production -m 'Good enough'
            git model promote latest production && git model which production && git model which bert@production --commit
            git model show production --json | grep -o '"name":"[^"]*"'
            git model stages && git model list && git model list bert && git model log
            git model promote v1.1.0 production && git model demote v1.1.0 production && git model which production
            git model demote v1.1.0 production || echo refused $?
            git model demote v1.0.0 production && git model which production || echo empty $?
            git tag -l 'bert#*' && git cat-file tag 'bert#production#2' | tail -n 5
            git ls-remote origin 'refs/git-model/*' | cut -f2
            """
        )
        let lines = result.output.split(separator: "\n").map(String.init)
        let head = try #require(lines.first { $0.count == 40 })
        #expect(result.exitCode == 0)
        for text in [
            "none 1\nproduction has bert@v1.0.0 now: bert#production#1, pushed to origin\n",
            "production has bert@v1.1.0 now (before: v1.0.0): bert#production#2, pushed to origin\nbert@v1.1.0\n\(head)\n",
            "\"name\":\"bert@v1.1.0\"\n", "bert  production  v1.1.0  2026-01-02",
            "production v1.1.0", "bert@v1.1.0 -> production", "Good enough",
            "production has bert@v1.1.0 already: bert#production#2\n",
            "Took bert@v1.1.0 out of production: bert#production!#3, pushed to origin\nproduction has v1.0.0 now\nbert@v1.0.0\n",
            "error: cannot demote bert@v1.1.0: it is not in production\n", "refused 5\n",
            "production has nothing now\nempty 1\n",
            "bert#production!#3\nbert#production!#4\nbert#production#1\nbert#production#2\n",
            "Stage: production\nModel: bert\nVersion: v1.1.0\nPrevious: ", "refs/git-model/stages/bert/production\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Of two clones that promote at once one wins, and the other says so and changes nothing`() async throws {
        let result = try await run(
            """
            git clone -q ~/origin.git ~/other && git -C ~/other config user.name Other
            printf '#!/bin/sh\\ntest -e ~/once || { touch ~/once; unset GIT_DIR GIT_MODEL_HOOK_GUARD; cd ~/other && git model promote v1.0.0 production > ~/inner 2>&1; }\\n' > .git/hooks/pre-push
            chmod +x .git/hooks/pre-push
            git model promote v1.1.0 production 2> ~/err || echo lost $?
            cat ~/inner && grep -v '^To\\|rejected\\|failed to push' ~/err && git tag -l 'bert#*'
            git model stages --check-remote && git model which production
            git model promote v1.1.0 production && cd ~/other && git model stages --check-remote && git model which production
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "lost 5\nproduction has bert@v1.0.0 now: bert#production#1, pushed to origin\n",
            "error: production of bert was changed by somebody else at this moment, and so nothing was done\n",
            "bert  production  v1.0.0",
            "bert@v1.0.0\nproduction has bert@v1.1.0 now (before: v1.0.0): bert#production#2",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("bert@v1.1.0\n"))
    }

    @Test func `A draft stays in its clone until it is pushed`() async throws {
        let result = try await run(
            """
            git clone -q ~/origin.git ~/other
            git model promote v1.0.0 staging --local && git model stages && git ls-remote origin | grep -c '#' || echo nowhere
            git model promote v1.1.0 staging 2>&1 || echo draft $?
            git model promote v1.0.0 staging && git model stages && git ls-remote origin | grep -c 'bert#staging#1$'
            cd ~/other && git model which staging || git model stages --check-remote
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert#staging#1, a draft, which only this clone has\n", "(draft)\n", "0\nnowhere\n",
            "error: staging of bert has a draft that origin does not have: bert#staging#1\n", "draft 5\n",
            "staging has bert@v1.0.0 now: bert#staging#1, pushed to origin\n", "Promote bert v1.0.0 to staging\n1\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.contains("bert  staging  v1.0.0"))
    }

    @Test func `A draft whose tag Git sent alone is completed by the same command`() async throws {
        let result = try await run(
            """
            git model promote -q v1.0.0 staging && git model promote -q v1.1.0 staging --local
            git push -q origin --tags && git model promote v1.1.0 staging && git model stages
            test $(git ls-remote origin refs/git-model/stages/bert/staging | cut -f1) = $(git rev-parse 'bert#staging#2')
            git model promote v1.1.0 staging > /dev/null && git model demote v1.1.0 staging && git model which staging
            """
        )
        #expect(result.exitCode == 0 && !result.output.contains("(draft)"), "\(result.output)")
        #expect(result.output.hasSuffix("bert@v1.0.0\n"), "\(result.output)")
    }

    @Test func `Git's own setting takes no draft along`() async throws {
        let result = try await run(
            """
            git config push.followTags true && git model promote -q v1.0.0 staging --local
            git model promote -q v1.1.0 production && seq 3 50000 > w.bin && git model add -q w.bin && git commit -qm Three
            git model tag -q v2.0.0 --push && git model deprecate -q v1.0.0
            git ls-remote --refs origin 'refs/tags/*' | cut -f2
            """
        )
        let tags = ["#production#2", "@v1.0.0", "@v1.0.0!", "@v1.1.0", "@v2.0.0"].map { "refs/tags/bert\($0)\n" }
        #expect(result.exitCode == 0 && result.output.hasSuffix(tags.joined()), "\(result.output)")
        #expect(!result.output.contains("refs/tags/bert#staging"), "\(result.output)")
    }

    @Test func `A name that is taken is nobody's next, whatever its tag is`() async throws {
        let result = try await run(
            """
            git clone -q ~/origin.git ~/other && git model promote -q v1.0.0 production
            git tag 'bert#production#2' bert@v1.1.0 && git push -q origin 'bert#production#2'
            git tag -a -m x 'bert#production#18446744073709551615' bert@v1.0.0
            git push -q origin 'bert#production#18446744073709551615'
            git model promote v1.1.0 production && cd ~/other && git model promote v1.0.0 production
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "production has bert@v1.1.0 now (before: v1.0.0): bert#production#3, pushed to origin\n",
            "production has bert@v1.0.0 now (before: v1.1.0): bert#production#4, pushed to origin\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Words that mean another version since take nothing back`() async throws {
        let result = try await run(
            """
            git model promote -q v1.0.0 production && git clone -q ~/origin.git ~/other
            git model promote -q v1.1.0 production && cd ~/other && git model deprecate bert@production || echo stopped $?
            git tag -l '*!' && git ls-remote --refs origin 'refs/tags/*!' | grep -c . || echo nothing
            git model deprecate bert@production
            git remote rename origin hub 2> ~/log && git model deprecate v1.0.0 --local
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: bert@production is bert@v1.1.0 at origin, and was bert@v1.0.0 here until now\n",
            "stopped 5\n0\nnothing\n", "bert@v1.1.0 is taken back: bert@v1.1.0!, pushed to origin\n",
            "`git push hub 'bert@v1.0.0!'`\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `GTO reads our stages, and we read GTO's`() async throws {
        let gto = "env -u GIT_COMMITTER_DATE -u GIT_AUTHOR_DATE \(PackageFiles.root)/.build-venv/bin/gto"
        let result = try await run(
            """
            git config user.name Gto && git config user.email gto@example.org
            git model promote -q v1.0.0 production && git model promote -q v1.1.0 staging
            \(gto) show bert#production --ref && \(gto) show bert#staging --ref && \(gto) check-ref 'bert#production#1'
            \(gto) assign bert --version v1.1.0 --stage production > ~/log && git model which production
            git model promote v1.0.0 production 2>&1 || git model promote v1.1.0 production && git model promote v1.0.0 production
            \(gto) show bert#production --ref && git model which production && \(gto) history bert --plain | wc -l
            \(gto) deprecate bert v1.0.0 production >> ~/log && git model which production && \(gto) show bert#production --ref
            git model demote -q v1.1.0 production --local && git model which production || echo empty
            \(gto) show bert#production --ref && git model deprecate v1.1.0 && git model show latest --json | grep -o '"name":"[^"]*"'
            \(gto) show bert@latest --ref && git model deprecate bert --local && git model list && \(gto) show
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert@v1.0.0\nbert@v1.1.0\n",
            "\"production\" was assigned to version \"v1.0.0\" of artifact \"bert\"\nbert@v1.1.0\n",
            "has a draft that origin does not have: bert#production#3\n",
            "production has bert@v1.1.0 now (before: v1.0.0): bert#production#3, pushed to origin\n",
            "production has bert@v1.0.0 now (before: v1.1.0): bert#production#4, pushed to origin\nbert@v1.0.0\nbert@v1.0.0\n",
            "\nbert@v1.1.0\nbert@v1.1.0\nempty\n", "bert@v1.1.0 is taken back: bert@v1.1.0!",
            "\"name\":\"bert@v1.0.0\"\nbert@v1.0.0\n",
            "bert (deprecated)",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Versions and stages with and without GTO's numbers are the same to both`() async throws {
        let gto = "env -u GIT_COMMITTER_DATE -u GIT_AUTHOR_DATE \(PackageFiles.root)/.build-venv/bin/gto"
        let result = try await run(
            """
            git config user.name Gto && git config user.email gto@example.org
            seq 3 50000 > w.bin && git model add -q w.bin && git commit -qm Three && git model push -q
            \(gto) register bert --version v2.0.0 --simple false > ~/log && git tag -l 'bert@v2*'
            git model show latest --json | grep -o '"name":"[^"]*"' && git model tag v2.0.0 2>&1 || echo exists $?
            \(gto) assign bert --version v2.0.0 --stage staging --simple true >> ~/log && git model which staging
            git push -q origin main 'bert@v2.0.0#1' && git model promote 'bert@v2.0.0#1' production
            \(gto) show bert#production --ref && \(gto) check-ref 'bert#production#2' && \(gto) check-ref 'bert@v2.0.0#1'
            git clone -q ~/origin.git ~/clone && git -C ~/clone model which production
            git model get -q ~/origin.git bert@v2.0.0 -o ~/got && head -n 1 ~/got/w.bin
            \(gto) deprecate bert v2.0.0 --simple false >> ~/log && git tag -l 'bert@v2*!*'
            git model which production || echo empty $?
            git model show latest --json | grep -o '"name":"[^"]*"' && \(gto) show bert@latest --ref
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "bert@v2.0.0#1\n\"name\":\"bert@v2.0.0#1\"\n",
            "error: cannot tag bert@v2.0.0: the version exists", "exists 5\nbert@v2.0.0#1\n",
            "production has bert@v2.0.0 now: bert#production#2, pushed to origin\nbert@v2.0.0#1\n",
            "\"production\" was assigned to version \"v2.0.0\" of artifact \"bert\"",
            "\"v2.0.0\" of artifact \"bert\" was registered", "\nbert@v2.0.0#1\n3\n",
            "\nbert@v2.0.0!#3\nempty 1\n\"name\":\"bert@v1.1.0\"\nbert@v1.1.0\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Commits that go to the Git remote take the bytes of those on the way along`() async throws {
        let result = try await run(
            """
            for n in 3 4 5; do seq $n 50000 > w.bin && git model add -q w.bin && git commit -qm $n; done
            git model push -q --git && for n in 6 7; do seq $n 50000 > w.bin && git model add -q w.bin && git commit -qm $n; done
            git model tag -q v2.0.0 --push && git clone -q ~/origin.git ~/other && cd ~/other
            for n in 1 2 3 4; do git model checkout -q HEAD~1 && head -n 1 w.bin; done
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasSuffix("6\n5\n4\n3\n"), "\(result.output)")
    }

    private static let troubles = [
        ScriptCase("git model promote v9.0.0 production", says: "has no version v9.0.0", exits: 5),
        ScriptCase("git model promote v1.0.0 latest", says: "latest is no stage name", exits: 2),
        ScriptCase(
            "git commit -q --allow-empty -m x && git model promote HEAD staging",
            says: "no version was made of it",
            exits: 5
        ),
        ScriptCase(
            "git model tag -q v2.0.0 --force && git model promote v2.0.0 staging",
            says: "origin does not have it",
            "hint: push it: `git model push`, then `git push origin bert@v2.0.0`",
            exits: 5
        ),
        ScriptCase(
            "git remote remove origin && git model promote v1.0.0 staging",
            says: "no Git remote is set up",
            "--local`",
            exits: 5
        ),
        ScriptCase("git tag 'bert#staging#7' && git model which staging", exits: 1),
        ScriptCase(
            "git model promote -q v1.0.0 staging && git branch staging && git model show staging --json",
            says: "\"name\":\"staging\""
        ),
        ScriptCase(
            """
            git tag -a -m "$(printf '\\033]0;x\\007')" 'bert#staging#1' bert@v1.0.0 && git model stages | od -c | grep -c 033 || git model stages
            """,
            says: "bert  staging  v1.0.0"
        ),
        ScriptCase(
            "git model promote -q v1.0.0 a/b && git model promote -q v1.0.0 a && git model stages",
            says: "bert  a/b",
            "bert  a "
        ),
    ]

    @Test(arguments: troubles) func `What cannot be promoted is refused`(_ trouble: ScriptCase) async throws {
        trouble.check(try await run(trouble.script + " 2>&1"))
    }
}
