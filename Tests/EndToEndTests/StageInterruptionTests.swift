import TestSupport
import Testing

/// Promotions and deprecations that end at the wrong moment: nobody takes what is only here for everybody's.
@Suite struct StageInterruptionTests {
    /// The first version in production, and a hook that lets nobody note which tag a stage's last one is.
    ///
    /// Where there is a file `kill`, it kills whoever tries. Git's parent is `git-model`.
    private static let setUp =
        StageTests.setUp + """
            git model promote -q v1.0.0 production
            cat > .git/hooks/reference-transaction <<'END'
            #!/bin/sh
            grep -q refs/git-model/stages/ || exit 0
            test "$1" = prepared || exit 0
            test ! -e ~/kill || kill -9 "$(cut -d ' ' -f 4 /proc/$PPID/stat)"
            exit 1
            END
            chmod +x .git/hooks/reference-transaction

            """

    /// Lets `git push` do something in between, and fail the first time.
    private static func failingPush(_ command: String) -> String {
        StageTests.setUp + """
            cat > .git/hooks/pre-push <<'END'
            #!/bin/sh
            test ! -e ~/once || exit 0
            touch ~/once
            \(command)
            exit 1
            END
            chmod +x .git/hooks/pre-push

            """
    }

    private func run(_ script: String) async throws -> String {
        let result = try await ScratchRepository(named: "bert").run(script)
        #expect(result.exitCode == 0, "\(result.output)")
        return result.output
    }

    @Test func `A promotion that was killed behind its tag is a draft, and is completed by the same command`()
        async throws
    {
        let output = try await run(
            Self.setUp + """
                touch ~/kill && git model promote v1.1.0 production > ~/log 2>&1 && exit 9 || sleep 1
                rm .git/hooks/reference-transaction && git tag -l 'bert#*' && git ls-remote --refs origin 'bert#*' | wc -l
                git model stages && git model list
                git model promote v1.1.0 production && git model stages && git for-each-ref refs/git-model/pending
                git clone -q ~/origin.git ~/other && git -C ~/other model which production
                """
        )
        #expect(output.contains("bert#production#1\nbert#production#2\n1\nbert  production  v1.1.0"), "\(output)")
        let parts = output.split(
            separator: "production has bert@v1.1.0 now (before: v1.0.0): bert#production#2, pushed to origin\n"
        )
        #expect(parts.count == 2 && parts[0].contains("(draft)"), "\(output)")
        #expect(parts.last?.contains("(draft)") == false && output.hasSuffix("\nbert@v1.1.0\n"), "\(output)")
    }

    @Test func `A promotion that cannot be noted takes its tag back`() async throws {
        let output = try await run(
            Self.setUp + """
                git model promote v1.1.0 production > ~/log 2>&1 && exit 9 || git tag -l 'bert#*'
                git model promote v1.1.0 production --local > ~/log 2>&1 && exit 9 || git tag -l 'bert#*'
                git model which production && git for-each-ref refs/git-model/pending
                """
        )
        #expect(output.hasSuffix("bert#production#1\nbert#production#1\nbert@v1.0.0\n"), "\(output)")
    }

    @Test func `A deprecation whose answer got lost counts, and one that was refused leaves nothing`() async throws {
        let lost = try await run(
            Self.failingPush("git push -q --no-verify origin 'refs/tags/bert@v1.1.0!'") + """
                git model deprecate v1.1.0 2> ~/err && git tag -l 'bert@*!' && git ls-remote --tags --refs origin 'bert@*!' | cut -f2
                """
        )
        #expect(
            lost.hasSuffix(
                "bert@v1.1.0 is taken back: bert@v1.1.0!, pushed to origin\nbert@v1.1.0!\nrefs/tags/bert@v1.1.0!\n"
            ),
            "\(lost)"
        )
        let refused = try await run(
            Self.failingPush(":") + """
                git model deprecate v1.1.0 2>&1 | grep '^error' && git tag -l 'bert@*!' && git ls-remote --tags origin 'bert@*!'
                """
        )
        #expect(
            refused.hasSuffix("error: origin did not take the tag bert@v1.1.0!, and so nothing was done\n"),
            "\(refused)"
        )
    }

    @Test func `A deprecation that is interrupted leaves no tag`() async throws {
        let output = try await run(
            Self.failingPush("kill -INT \"$(cut -d ' ' -f 4 /proc/$PPID/stat)\"; sleep 2") + """
                git model deprecate v1.1.0 > ~/log 2>&1 || echo "interrupted $?"
                git tag -l 'bert@*!' && git ls-remote --tags origin 'bert@*!' && git model show latest --json | grep -o '"name":"[^"]*"'
                """
        )
        #expect(output.hasSuffix("interrupted 130\n\"name\":\"bert@v1.1.0\"\n"), "\(output)")
    }
}
