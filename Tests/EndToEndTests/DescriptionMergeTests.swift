import TestSupport
import Testing

/// What becomes of a model's description, and of what is ignored, where two branches changed them.
@Suite struct DescriptionMergeTests {
    private static let setUp = """
        set -e
        git model init -q --remote ~/models && echo 0 > m.bin && git model add -q m.bin && git commit -qm 'Set up'
        git switch -q -c side && echo 1 > a.bin && git model add -q a.bin && git model describe -q --license mit
        git commit -qm a && git switch -q main && echo 2 > b.bin && git model add -q b.bin && git commit -qm b

        """

    @Test func `Two people may each add an artifact`() async throws {
        let scratch = try await ScratchRepository()
        let merged = try await scratch.run(
            Self.setUp + """
                git merge -q -m merged side > ~/log && git model status && cat a.bin b.bin && tail -n 2 .gitignore && cat .mver/models/*.json
                git switch -q -c third HEAD^ && echo 3 > c.bin && git model add -q c.bin && git commit -qm c
                git rebase -q main && git model status && git diff --stat main | tail -n 1
                """
        ).expectSuccess()
        #expect(
            merged.output == """
                sentiment, no version yet
                  not in remote  a.bin  2 B
                  not in remote  b.bin  2 B
                  not in remote  m.bin  2 B
                hint: share them: `git model push`
                1
                2
                /b.bin
                /a.bin
                {
                  "artifacts": [
                    "a.bin",
                    "b.bin",
                    "m.bin"
                  ],
                  "license": "mit"
                }
                sentiment, no version yet
                  not in remote  a.bin  2 B
                  not in remote  b.bin  2 B
                  not in remote  c.bin  2 B
                  not in remote  m.bin  2 B
                hint: share them: `git model push`
                 3 files changed, 6 insertions(+)

                """
        )
    }

    @Test func `Only what both changed is in conflict, and is told`() async throws {
        let scratch = try await ScratchRepository()
        let conflict = try await scratch.run(
            Self.setUp + """
                git model describe -q --license apache-2.0 --task fill-mask && git commit -qm license
                ! git merge -q side && cat .mver/models/*.json && git model status
                echo 4 > d.bin && ! git model add d.bin && ! ls d.bin.mver 2> ~/log && ! git model rm m.bin && ! git model mv m.bin n.bin
                git status --short && rm d.bin && echo 5 > m.bin && git model add -q m.bin
                git add . && ! git commit -qm marked
                """
        ).expectSuccess()
        let marked = """
            {
              "artifacts": [
                "a.bin",
                "b.bin",
                "m.bin"
              ],
            <<<<<<< ours
              "license": "apache-2.0",
            =======
              "license": "mit",
            >>>>>>> theirs
              "task": "fill-mask"
            }

            """
        #expect(conflict.output.contains(marked), "\(conflict.output)")
        #expect(conflict.output.contains("warning: both sides changed license of model sentiment\n"))
        let way = "`git add .mver/models/sentiment.json`\n"
        #expect(conflict.output.contains("hint: keep what is right in it, then: \(way)"), "\(conflict.output)")
        for text in [
            "A  a.bin.mver\n?? d.bin\n",
            "warning: .mver/models/sentiment.json has a merge conflict: what our side says of the model counts\n",
            "error: .mver/models/sentiment.json has a merge conflict\n",
            "error: .mver/models/sentiment.json: it has a merge conflict\n",
        ] { #expect(conflict.output.contains(text), "\(text): \(conflict.output)") }
        let ended = try await scratch.run(
            """
            set -e
            sed -i '/^<<<<<<< /d;/^=======$/,/^>>>>>>> /d' .mver/models/sentiment.json
            git add .mver/models/sentiment.json && git commit -qm merged && git model describe && git model status -q
            """
        ).expectSuccess()
        #expect(ended.output.contains("apache-2.0") && ended.output.contains("fill-mask"), "\(ended.output)")
    }

    @Test func `A repository that was set up before gets the lines by the command that doctor names`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                echo '*.mver diff=git-model merge=git-model text eol=lf' > .gitattributes && git commit -qam old
                { git model doctor || true; } | grep attributes && git model init && git model doctor && cat .gitattributes
                """
        )
        #expect(
            result.output.contains("missing  line for .mver/models in .gitattributes  mend it: git model init\n"),
            "\(result.output)"
        )
        #expect(result.output.contains("  staged  .gitattributes\n"), "\(result.output)")
        #expect(
            result.output.hasSuffix(
                """
                *.mver diff=git-model merge=git-model text eol=lf
                /.mver/models/** merge=git-model
                /.mver/imports/** merge=git-model
                .gitignore merge=union

                """
            ),
            "\(result.output)"
        )
    }
}
