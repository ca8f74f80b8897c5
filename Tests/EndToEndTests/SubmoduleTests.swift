import SystemPackage
import TestSupport
import Testing

/// Repositories whose Git directory is elsewhere than in their work tree.
@Suite struct SubmoduleTests {
    /// A superproject and its submodule `sub`, both with hooks, models and hubs of their own; it ends in the submodule.
    private static let setUp = """
        git config --global protocol.file.allow always
        git init -q --bare ~/sub.git && git init -q --bare ~/super.git
        git clone -q ~/sub.git ~/seed 2>/dev/null && git -C ~/seed commit -q --allow-empty -m zero
        git -C ~/seed push -q origin main
        git model init -q --name super --remote ~/models && git submodule --quiet add -b main ~/sub.git sub
        git commit -qm 'Set up' && git remote add origin ~/super.git && git push -q -u origin main
        cd sub && git model init -q --name sub --remote ~/others && echo 1 > s.bin && git model add -q s.bin
        git commit -qm s

        """

    @Test func `A submodule that Git pushes on the way has its bytes sent first`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                cd .. && git add sub && git commit -qm bump && git config push.recurseSubmodules on-demand
                git model push -q --git > ~/said 2>&1
                git clone -q ~/sub.git ~/clone && cd ~/clone && git model pull -q && cat s.bin
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "1\n", "\(result.output)")
    }

    @Test func `Garbage is collected in a submodule, and what only its disk names stays`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                git model push -q && git model tag -q v1.0.0
                echo 2 > u.bin && git model add -q u.bin && git rm -q --cached u.bin.mver
                git worktree add -q ~/linked
                git model gc --prune-now > ~/said && git -C ~/linked model gc --prune-now > ~/said
                git model slim --dry-run > ~/said && git model repack --dry-run > ~/said
                git model purge --dry-run --force v1.0.0 > ~/said
                rm u.bin && git model checkout -q -- u.bin && cat u.bin
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "2\n", "\(result.output)")
    }

    @Test func `A submodule that shares a store keeps nobody from collecting there`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                git model store use -q ~/shared
                git init -q ~/plain && cd ~/plain && git model init -q --name plain && git model store use -q ~/shared
                git model gc -q --prune-now > ~/said
                cd ~/sentiment/sub && rm s.bin && git model checkout -q && cat s.bin
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "1\n", "\(result.output)")
    }

    @Test func `With its Git directory elsewhere, a repository is collected once Git knows of its work tree`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git init -q --separate-git-dir ~/sep.git ~/sep && cd ~/sep && git model init -q --name sep
            echo 1 > a.bin && git model add -q a.bin && git commit -qm one && git model gc -q --prune-now > ~/said
            git worktree add -q ~/linked && cd ~/linked
            ! git model gc -q > ~/said 2>&1
            grep '^error' ~/said
            sed -n 's/.*`\\(.*\\) DIRECTORY`$/\\1/p' ~/said > ~/way && printf ' %s\\n' ~/sep >> ~/way
            sh -c "$(tr -d '\\n' < ~/way)" && git model gc -q --prune-now > ~/said && cat a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let home = scratch.home.string
        #expect(
            result.output == """
                error: cannot tell where the work tree of \(home)/sep.git is: it knows of this Git directory, but not the \
                other way
                1

                """,
            "\(result.output)"
        )
    }

    @Test func `A repository that only variables join to its work tree is collected`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            mkdir ~/tree && cd ~/tree && export GIT_DIR=$HOME/apart.git GIT_WORK_TREE=$HOME/tree
            git init -q && git model init -q --name apart
            echo 1 > a.bin && git model add -q a.bin && git rm -q --cached a.bin.mver && git commit -qm one
            git model gc -q --prune-now > ~/said && rm a.bin && git model checkout -q -- a.bin && cat a.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "1\n", "\(result.output)")
    }
}
