import TestSupport
import Testing

/// What `add` takes, follows, leaves to Git and warns of.
@Suite struct AddTests {
    @Test func `Links that lead out are refused, or followed and replaced`() async throws {
        let session = try await Session(
            """
            mkdir -p ../blobs/sub snap && echo weights > ../blobs/w && echo x > ../blobs/sub/x
            ln -s x ../blobs/sub/y && ln -s ../../blobs/w ../blobs/w2
            ln -s ../../blobs/w snap/model.bin && ln -s ../../blobs/sub snap/dir && ln -s model.bin snap/inner
            echo real > snap/dir.txt
            """
        )
        let refused = await session.run("add", "snap")
        #expect(refused.exitCode == 5 && refused.error.contains("git model add --dereference"), "\(refused)")
        try await session.succeed("add", "--dereference", "snap")
        try await session.shell("git commit -qm one")
        let listing = try await session.shell("cd snap && find . ! -type d -printf '%P %y %l\\n' | sort")
        #expect(
            listing == "dir.txt f \ndir/x f \ndir/y l x\ninner l model.bin\nmodel.bin f \n"
        )
        #expect(try await session.shell("cat snap/model.bin ../blobs/w") == "weights\nweights\n")
        #expect(try await session.succeed("status").output.contains("nothing changed"))
    }

    @Test func `An artifact that is a link is followed, dangling and circular ones are named`() async throws {
        let session = try await Session(
            "echo 1 > ../w && ln -s ../w w.bin && ln -s nowhere dangling && ln -s loop loop && mkdir d && ln -s ../../r d/up; ln -s \"$PWD\" ../r"
        )
        try await session.succeed("add", "--dereference", "w.bin")
        #expect(try await session.shell("test ! -L w.bin && cat w.bin") == "1\n")
        for (path, message) in [("dangling", "does not exist"), ("loop", "leads in a circle")] {
            let answer = await session.run("add", "--dereference", path)
            #expect(answer.exitCode == 5 && answer.error.contains(message), "\(answer)")
        }
        #expect(await session.run("add", "--dereference", "d").exitCode == 5)
    }

    @Test func `A link in an artifact's place is overwritten when forced`() async throws {
        let session = try await Session("echo 1 > a.bin && echo other > ../o")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one && rm a.bin && ln -s ../o a.bin")
        #expect(try await session.succeed("status").output.contains("modified"))
        #expect(await session.run("checkout", "--", "a.bin").exitCode == 5)
        try await session.succeed("checkout", "--force", "--", "a.bin")
        #expect(try await session.shell("test ! -L a.bin && cat a.bin ../o") == "1\nother\n")
    }

    @Test func `Of each directory the small text files go to Git`() async throws {
        let session = try await Session(
            """
            mkdir -p m/t && head -c 100 /dev/zero > m/w.bin && echo '{}' > m/config.json && echo a > m/t/vocab
            echo 'secret.txt' > .gitignore && git add .gitignore && echo s > m/secret.txt
            """
        )
        let answer = try await session.succeed("add", "--each", "m")
        #expect(answer.output.hasPrefix("Staged 2 small files for Git\nnew  m/w.bin"))
        #expect(
            try await session.shell("git diff --cached --name-only")
                == ".gitignore\n.mver/models/small.json\nm/.gitignore\nm/config.json\nm/t/vocab\nm/w.bin.mver\n"
        )
        try await session.shell("git commit -qm one && head -c 100 /dev/zero > top.bin && echo p > p.py")
        let top = try await session.succeed("add", "--each", "--json", ".")
        #expect(top.output.contains("\"gitFiles\":[\"p.py\"]"))
        #expect(try await session.shell("git status --short --untracked-files=all").contains("A  top.bin.mver"))
        #expect(try await !session.shell("git ls-files").contains("secret"))
    }

    @Test func `A rule that hides the pointer is named with its file and line`() async throws {
        let session = try await Session(
            "mkdir weights && echo 1 > weights/a.bin && printf '# x\\nweights/\\n' > .gitignore"
        )
        let answer = try await session.succeed("add", "weights/a.bin")
        #expect(
            answer.error.contains(
                "warning: line 2 of .gitignore (weights/) hides pointers such as weights/a.bin.mver from Git"
            )
        )
        #expect(try await session.shell("git ls-files weights") == "weights/.gitignore\nweights/a.bin.mver\n")
    }

    @Test func `An update leaves out what Git moved on, unless it is named`() async throws {
        let session = try await Session("echo a1 > a.bin && echo b1 > b.bin && echo c1 > c.bin")
        try await session.succeed("add", "-q", "a.bin", "b.bin", "c.bin")
        try await session.shell("git commit -qm one && echo b2 > b.bin")
        try await session.succeed("add", "-q", "-u")
        // Git brings the pointer back, and no hook the bytes; what is no version of itself is work.
        try await session.shell(
            "git commit -qm two && git revert --no-edit HEAD && echo a2 > a.bin && cp b.bin c.bin"
        )
        let status = try await session.succeed("status")
        let hints = status.error.split(separator: "\n")
        #expect(status.output.contains("  stale     b.bin"), "\(status)")
        #expect(hints.first == "hint: bring them in line: `git model checkout`", "\(status)")
        let answer = try await session.succeed("add", "-u")
        #expect(answer.output.contains("modified  a.bin") && answer.output.contains("modified  c.bin"), "\(answer)")
        #expect(!answer.output.contains("b.bin"), "\(answer)")
        #expect(answer.error.contains("warning: b.bin has the bytes of another version, and was left out\n"))
        #expect(answer.error.contains("hint: bring it in line: `git model checkout -- b.bin`\n"))
        #expect(try await session.shell("git status --short") == "M  a.bin.mver\nM  c.bin.mver\n")
        let named = try await session.succeed("add", "-u", "b.bin")
        #expect(named.output.contains("modified  b.bin") && !named.error.contains("left out"), "\(named)")
        #expect(try await session.shell("git status --short b.bin.mver") == "M  b.bin.mver\n")
    }

    @Test func `The commands of hints have paths as words of the shell`() async throws {
        let session = try await Session("echo 1 > 'my model.bin'")
        try await session.succeed("add", "-q", "my model.bin")
        try await session.shell("git commit -qm one && echo 2 > 'my model.bin'")
        #expect(try await session.succeed("status").error.contains("`git model checkout -- 'my model.bin'`"))
        let refused = await session.run("checkout", "--", "my model.bin")
        #expect(refused.exitCode == 5 && refused.error.contains("`git model add 'my model.bin'`"), "\(refused)")
        #expect(refused.error.contains("`git model checkout --force -- 'my model.bin'`"), "\(refused)")
        let kept = await session.run("rm", "my model.bin")
        #expect(kept.exitCode == 5 && kept.error.contains("`git model rm --cached 'my model.bin'`"), "\(kept)")
    }
}
