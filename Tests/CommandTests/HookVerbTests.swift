import TestSupport
import Testing

/// What hooks do in states that Git leaves.
@Suite struct HookVerbTests {
    private static let lost = "'git-model-pointer 1\\noid sha256:%064d\\nsize 7\\nkind file\\n'"

    private static func withArtifact() async throws -> Session {
        let session = try await Session("echo 1 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one")
        return session
    }

    @Test(arguments: ["git model rm -q --cached a.bin", "rm a.bin.mver"])
    func `A branch switch leaves the bytes of what was no longer tracked before it`(_ deletion: String) async throws {
        let session = try await Self.withArtifact()
        try await session.shell("git switch -q -c other && git commit -q --allow-empty -m two && git switch -q main")
        let ids = try await session.shell("git rev-parse main other").split(separator: "\n").map(String.init)
        try await session.shell("\(deletion)\ngit switch -q other")
        try await session.succeed("hook", "post-checkout", ids[0], ids[1], "1")
        #expect(session.scratch.exists("a.bin"))
    }

    @Test func `A squashed merge takes away what it removes`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell(
            """
            git switch -q -c other && git rm -q a.bin.mver && git commit -qm two && git switch -q main
            git commit -q --allow-empty -m three && git merge -q --squash other && test -e a.bin && test ! -e a.bin.mver
            """
        )
        try await session.succeed("hook", "post-merge", "1")
        #expect(!session.scratch.exists("a.bin"))
    }

    @Test func `A squashed merge leaves what was no longer tracked before it`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell("git switch -q -c other && git commit -q --allow-empty -m two && git switch -q main")
        try await session.succeed("rm", "-q", "--cached", "a.bin")
        try await session.shell("git merge -q --squash other && test ! -e a.bin.mver")
        try await session.succeed("hook", "post-merge", "1")
        #expect(session.scratch.exists("a.bin"))
    }

    @Test func `A merge of what no branch leads to is committed, and a pointer of nothing is not`() async throws {
        let session = try await Self.withArtifact()
        try await session.shell(
            """
            git clone -q . ../peer && cd ../peer && printf \(Self.lost) 7 > c.bin.mver && echo theirs > x.txt
            git add c.bin.mver x.txt && git commit -qm c && cd - && echo ours > x.txt && git add x.txt && git commit -qm x
            ! git pull -q --no-rebase ../peer main && rm .git/FETCH_HEAD && echo both > x.txt && git add x.txt
            """
        )
        try await session.succeed("hook", "pre-commit")
        try await session.shell("printf \(Self.lost) 8 > d.bin.mver && git add d.bin.mver")
        let answer = await session.run("hook", "pre-commit")
        #expect(answer.exitCode == 1)
        #expect(
            answer.error == """
                error: d.bin.mver: the bytes that it names are neither here nor in a remote that is known
                hint: get the artifact from where its bytes are: `git model pull`

                """
        )
    }

    @Test func `Where a remote was renamed, each fetches into a place of its own`() async throws {
        let session = try await Session("git init -q --bare ../one.git && git init -q --bare ../two.git")
        try await session.shell("git remote add origin ../one.git")
        try await session.succeed("install", "-q")
        try await session.shell("git remote rename origin upstream 2>&1 && git remote add origin ../two.git")
        let said = await session.run("doctor").output
        #expect(said.contains("git fetch does not bring the runs of others from upstream"), "\(said)")
        try await session.succeed("install", "-q")
        let refspecs = "git config --get-regexp 'remote[.].*[.]fetch' git-model | sort"
        #expect(
            try await session.shell(refspecs) == """
                remote.origin.fetch +refs/git-model/*:refs/git-model-remotes/origin/*
                remote.upstream.fetch +refs/git-model/*:refs/git-model-remotes/upstream/*

                """
        )
        try await session.shell(
            "git config --add remote.upstream.fetch '+refs/git-model/*:refs/git-model-remotes/gone/*'"
        )
        try await session.succeed("uninstall", "-q")
        #expect(try await session.shell(refspecs) == "")
    }

    @Test func `A hook that the framework of pre-commit has moved away goes with the others`() async throws {
        let session = try await Session()
        try await session.shell("printf '#!/bin/sh\\n' > .git/hooks/pre-push && chmod +x .git/hooks/pre-push")
        try await session.succeed("install", "-q")
        try await session.shell(
            """
            cd .git/hooks && for n in pre-commit pre-push; do
                mv $n $n.legacy
                printf '#!/bin/sh\\n# File generated by pre-commit: https://pre-commit.com\\n' > $n
            done
            """
        )
        try await session.succeed("uninstall", "-q")
        #expect(!session.scratch.exists(".git/hooks/pre-commit.legacy"))
        #expect(!session.scratch.exists(".git/hooks/pre-push.before-git-model"))
        #expect(try await session.shell("cat .git/hooks/pre-push.legacy") == "#!/bin/sh\n")
        #expect(try await session.shell("tail -n 1 .git/hooks/pre-commit").contains("File generated by pre-commit"))
    }
}
