import SystemPackage
import TestSupport
import Testing

/// Directories for hooks that are no place for ours, or not ours alone.
@Suite struct HookDirectoryTests {
    private static let clone = """
        git model init -q --name small --remote ~/models && echo 1 > w.bin && git model add -q w.bin && git commit -qm one
        git model push -q && git clone -q . ~/clone && cd ~/clone

        """

    @Test func `Where Git is told to run no hooks, everything else is set up and restored`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.clone + """
                git config --global core.hooksPath /dev/null
                git model pull > ~/said 2>&1 && cat w.bin && git model status --exit-code && ! grep -i hook ~/said
                git config merge.git-model.driver > ~/driver
                git model doctor > ~/said || true
                grep -o 'hooks are switched off: core.hooksPath is /dev/null' ~/said
                git model install 2>&1 | grep -o 'warning: no hook was installed'
                git init -q ~/new && cd ~/new && git model init --name new 2>&1 | grep -o 'warning: no hook was installed'
                git ls-files
                cd ~/clone && sed -n 's/.*\\(git config core.hooksPath .*\\), then .*/\\1/p' ~/said > ~/way && sh ~/way
                git model install -q && [ -x .git/hooks/pre-push ]
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                1
                small, no version yet, nothing changed
                hooks are switched off: core.hooksPath is /dev/null
                warning: no hook was installed
                warning: no hook was installed
                .gitattributes
                .mver/README.md
                .mver/config
                .mver/models/new.json

                """,
            "\(result.output)"
        )
    }

    @Test func `Where hooks cannot be written, a pull restores all the same and says so`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.clone + """
                git config core.hooksPath /proc/hooks
                git model pull > ~/said 2>&1 && cat w.bin
                grep '^warning' ~/said && rm w.bin && git model install -q 2> ~/said && git model checkout -q && cat w.bin
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 3 && lines.first == "1" && lines.last == "1", "\(result.output)")
        for text in [
            "warning: not installed: ", "pre-commit", "pre-push", "/proc/hooks",
            "have hooks in this repository: `git config core.hooksPath \(scratch.home.string)/clone/.git/hooks`",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A hook of the user's stays in its place where ours cannot be written`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small
            printf '#!/bin/sh\\nexit 3\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
            cp .git/hooks/pre-commit ~/theirs
            (trap '' XFSZ; ulimit -f 0; git model install)
            cmp ~/theirs .git/hooks/pre-commit && [ -x .git/hooks/pre-commit ]
            ! ls -A .git/hooks | grep -e before -e tmp
            git model install -q && cmp ~/theirs .git/hooks/pre-commit.before-git-model
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("warning: not installed: pre-commit: "), "\(result.output)")
    }

    @Test func `Hooks that several repositories share are not one's to remove`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git config --global core.hooksPath ~/hooks
            for n in a b; do git init -q ~/$n && cd ~/$n && git model init -q --name $n && git commit -qm one || exit; done
            cd ~/a && git model uninstall 2> ~/said && cat ~/said
            cd ~/b && git model install && [ -x ~/hooks/pre-push ]
            cd ~/a && sed -n 's/.*`\\(.*\\)`$/\\1/p' ~/said > ~/way && sh ~/way && git model uninstall
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.contains("warning: the hooks in \(scratch.home.string)/hooks were left, since "),
            "\(result.output)"
        )
        #expect(result.output.hasSuffix("Nothing to do\nNothing to do\n"), "\(result.output)")
    }
}
