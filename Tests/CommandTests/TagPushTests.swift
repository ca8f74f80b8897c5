import TestSupport
import Testing

@testable import CommandLineInterface

/// `tag --push`: nothing is tagged that could not be pushed anyway, and the same command goes on where it stopped.
@Suite struct TagPushTests {
    private static func withArtifact(_ script: String = "true") async throws -> Session {
        let session = try await Session("echo 1 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm one\n" + script)
        return session
    }

    @Test func `Without a remote nothing is tagged`() async throws {
        let session = try await Self.withArtifact("git init -q --bare ../origin")
        let first = await session.run("tag", "v1.0.0", "--push")
        #expect(first.exitCode == 5)
        #expect(first.error.hasPrefix("error: cannot push small@v1.0.0, and so nothing was tagged\n"))
        #expect(first.error.contains("no remote is set up") && first.error.contains("git model remote add store URL"))
        try await session.succeed("remote", "add", "-q", "store", "../store")
        let second = await session.run("tag", "v1.0.0", "--push")
        #expect(second.exitCode == 5 && second.error.contains("`git remote add origin URL`"))
        #expect(try await session.shell("git tag") == "")
        try await session.shell("git remote add origin ../origin")
        let third = try await session.succeed("tag", "v1.0.0", "--push")
        #expect(
            third.output.contains("Tagged small@v1.0.0 at ") && third.output.contains("Pushed main and small@v1.0.0")
        )
        // A clone of what was pushed would know of no remote.
        let warning =
            "does not have remote store as it is here, so that a clone would not find the bytes: commit .mver/"
        #expect(third.error.contains(warning))
        #expect(try await session.succeed("push", "--git").error.contains(warning))
        try await session.shell("git add .mver/config && git commit -qm remote")
        #expect(try await session.succeed("push", "--git").error == "")
    }

    @Test func `The same command completes a push that failed after the tag was made`() async throws {
        let session = try await Self.withArtifact("git remote add origin ../origin")
        try await session.succeed("remote", "add", "-q", "store", "../store")
        let first = await session.run("tag", "v1.0.0", "--push", "--json")
        #expect(
            first.exitCode != 0 && first.error.hasPrefix("{\"error\":") && first.error.contains("\"message\":\"tagged")
        )
        #expect(first.error.contains("git model tag small@v1.0.0 --push"))
        #expect(try await session.shell("git tag") == "small@v1.0.0\n")
        try await session.shell("git init -q --bare ../origin")
        let again = await session.run("tag", "--bump", "minor", "--push")
        #expect(again.error.contains("hint: push that: `git model tag small@v1.0.0 --push`"))
        let second = try await session.succeed("tag", "v1.0.0", "--push")
        #expect(second.output.contains("small@v1.0.0 is tagged already, at "))
        #expect(second.output.contains("Pushed main and small@v1.0.0 to origin"))
        #expect(await session.run("tag", "v1.0.0", "--push", "-m", "Another").exitCode == 5)
    }

    @Test(arguments: ["../origin", "http://127.0.0.1:1/origin.git"])
    func `That Git's remote cannot be reached shows in the exit code, on a terminal, too`(url: String) async throws {
        let session = try await Self.withArtifact("git remote add origin \(url)")
        try await session.succeed("remote", "add", "-q", "store", "../store")
        let first = await session.run("tag", "v1.0.0", "--push")
        #expect(first.exitCode == 13)
        #expect(first.error.contains("tagged small@v1.0.0, but could not push it\n  caused by: git push "))
        #expect(first.error.contains("does not appear to be a git repository") || first.error.contains("127.0.0.1"))
        #expect(await session.run("tag", "v1.0.0", "--push", "--json").exitCode == 13)
        let onTerminal = Recorder(terminal: Terminal(isInteractive: true)).program(
            ["tag", "v1.0.0", "--push"],
            environment: session.scratch.environment,
            workingDirectory: session.scratch.path
        )
        #expect(await onTerminal.run() == 13)
        // Another reason is another code.
        try await session.shell(
            """
            git init -q --bare ../full && git remote set-url origin ../full
            mkdir -p ../full/hooks && printf '#!/bin/sh\\nexit 1\\n' > ../full/hooks/pre-receive
            chmod +x ../full/hooks/pre-receive
            """
        )
        #expect(await session.run("tag", "v1.0.0", "--push").exitCode == 5)
    }

    @Test func `That the branch has moved on at Git's remote is seen before anything is tagged`() async throws {
        let session = try await Self.withArtifact(
            """
            git init -q --bare ../origin && git remote add origin ../origin && git push -q origin main
            git clone -q ../origin ../theirs
            """
        )
        let others = "git -C ../theirs commit -q --allow-empty -m theirs && git -C ../theirs push -q origin HEAD:main"
        try await session.succeed("remote", "add", "-q", "store", "../store")
        try await session.shell(others)
        let first = await session.run("tag", "v1.0.0", "--push")
        #expect(first.exitCode == 5)
        #expect(first.error.hasPrefix("error: cannot push small@v1.0.0, and so nothing was tagged\n"), "\(first)")
        #expect(first.error.contains("hint: get them first: `git pull origin main`\n"), "\(first)")
        #expect(try await session.shell("git tag") == "" && !session.scratch.exists("../store/packs"))
        try await session.shell("git pull -q --no-rebase origin main")
        try await session.succeed("tag", "-q", "v1.0.0")
        try await session.shell(others)
        let second = await session.run("tag", "v1.0.0", "--push")
        #expect(second.exitCode == 5)
        #expect(second.error.hasPrefix("error: cannot push small@v1.0.0\n"), "\(second)")
        let way = "`git pull --no-rebase origin main`, `git model push --git`, then `git push origin small@v1.0.0`"
        #expect(second.error.contains("hint: push it with a merge: \(way)\n"), "\(second)")
        try await session.shell("git pull -q --no-rebase origin main && git fetch -q && git branch -qu origin/main")
        try await session.succeed("push", "-q", "--git")
        try await session.shell(
            "git push -q origin small@v1.0.0 && git -C ../origin merge-base --is-ancestor small@v1.0.0 main"
        )
    }

    @Test func `A changed artifact is no part of the version, which is said`() async throws {
        let session = try await Self.withArtifact("echo 2 > a.bin")
        let answer = try await session.succeed("tag", "v1.0.0", "-m", "First", "-m", "Second")
        #expect(answer.error.contains("warning: a.bin was changed since: the version has what was committed"))
        #expect(answer.error.contains("`git remote add origin URL`, then `git push origin small@v1.0.0`"))
        #expect(
            try await session.shell("git tag -l --format='%(contents:subject)|%(contents:body)' | head -1")
                == "First|Second\n"
        )
        let forgotten = await session.run("tag", "--bump", "minor", "--model", "small")
        let hint = "hint: a.bin was changed and not added: `git model add -u`, then `git commit`"
        #expect(forgotten.error.contains(hint) && !forgotten.error.contains("--force"))
        try await session.shell("echo 1 > a.bin")
        let repeated = await session.run("tag", "--bump", "minor", "--model", "small")
        #expect(repeated.error.contains("`git model tag --bump minor --model small --force`"))
    }

    @Test(arguments: ["v0.9.0", "v1.0.0+cuda", "v1.0.1"])
    func `A version of what is tagged already needs force, also one that does not follow it`(
        version: String
    ) async throws {
        let session = try await Self.withArtifact()
        try await session.succeed("tag", "-q", "v1.0.0")
        let answer = await session.run("tag", version)
        #expect(answer.exitCode == 5)
        #expect(answer.error.hasPrefix("error: cannot tag small@\(version): nothing changed since v1.0.0\n"))
        #expect(answer.error.contains("`git model tag \(version) --force`"))
        #expect(try await session.shell("git tag") == "small@v1.0.0\n")
        try await session.succeed("tag", "--force", version)
    }

    @Test func `A version that is moved is told of`() async throws {
        let session = try await Self.withArtifact()
        try await session.succeed("tag", "-q", "v1.0.0")
        try await session.shell("git commit -q --allow-empty -m two")
        let answer = try await session.succeed("tag", "--force", "v1.0.0")
        #expect(answer.error.contains("warning: small@v1.0.0 was at "))
        #expect(await session.run("log", "-n1").exitCode == 0)
    }

    @Test func `By force, a tag takes the place of the one that is here, and of no other`() async throws {
        let session = try await Self.withArtifact("git init -q --bare ../origin && git remote add origin ../origin")
        try await session.succeed("remote", "add", "-q", "store", "../store")
        try await session.succeed("tag", "-q", "v1.0.0", "--push")
        try await session.shell(
            """
            git clone -q ../origin ../other && cd ../other && git tag -a -m Theirs small@v1.1.0
            git push -q origin small@v1.1.0 && cd - > ../log && git commit -q --allow-empty -m two
            """
        )
        func tags(_ pattern: String) async throws -> (here: String, there: String) {
            let list = "for-each-ref --format='%(objectname) %(refname)' 'refs/tags/\(pattern)'"
            return (try await session.shell("git \(list)"), try await session.shell("git -C ../origin \(list)"))
        }
        // The remote's is the one that is here.
        let first = try await tags("small@v1.0.0")
        try await session.succeed("tag", "v1.0.0", "--force", "--push")
        let moved = try await tags("small@v1.0.0")
        #expect(moved.here == moved.there && moved.there != first.there)
        // It has none.
        try await session.succeed("tag", "-q", "v2.0.0", "--force")
        try await session.succeed("tag", "v2.0.0", "--force", "--push")
        let pushed = try await tags("small@v2.0.0")
        #expect(pushed.here == pushed.there && !pushed.here.isEmpty)
        // It has one that never was here.
        let theirs = try await tags("small@v1.1.0").there
        let refused = await session.run("tag", "v1.1.0", "--force", "--push")
        #expect(refused.exitCode == 5)
        #expect(
            refused.error.hasPrefix(
                "error: cannot push small@v1.1.0, and so nothing was tagged\n  caused by: origin has another small@v1.1.0, "
            )
        )
        let fetch = "git fetch --force origin refs/tags/small@v1.1.0:refs/tags/small@v1.1.0"
        #expect(refused.error.contains("hint: take theirs: `\(fetch)`\n"))
        let after = try await tags("small@v1.1.0")
        #expect(after.here.isEmpty && after.there == theirs)
        try await session.shell(fetch + " 2> ../log")
        try await session.succeed("tag", "v1.1.0", "--force", "--push")
        #expect(try await tags("small@v1.1.0").there != theirs)
    }

    @Test func `A version that was moved without being pushed gets to the remote by what is printed`() async throws {
        let session = try await Self.withArtifact("git init -q --bare ../origin && git remote add origin ../origin")
        try await session.succeed("remote", "add", "-q", "store", "../store")
        try await session.succeed("tag", "-q", "v1.0.0", "--push")
        let old = try await session.shell("git rev-parse small@v1.0.0").dropLast()
        try await session.shell("git commit -q --allow-empty -m two && git push -q origin main")
        let moved = try await session.succeed("tag", "v1.0.0", "--force")
        let reference = "refs/tags/small@v1.0.0"
        let push = "git push --force-with-lease=\(reference):\(old) origin \(reference)"
        #expect(moved.error.contains("hint: or, where origin has the one from before: `\(push)`\n"), "\(moved)")
        let fetch = "git fetch --force origin \(reference):\(reference)"
        let ways = [
            (words: ["--push"], way: "`\(push)`"),
            (words: ["--push", "--force"], way: "`\(fetch)`, then `git model tag small@v1.0.0 --force --push`"),
        ]
        for (words, way) in ways {
            let refused = await session.run(["tag", "v1.0.0"] + words)
            #expect(refused.exitCode == 5)
            #expect(refused.error.contains("caused by: origin has another small@v1.0.0, "), "\(refused)")
            #expect(refused.error.contains("hint: take theirs: `\(fetch)`\n"), "\(refused)")
            #expect(refused.error.hasSuffix("hint: put this one in its place: \(way)\n"), "\(refused)")
        }
        let same = "[ $(git rev-parse small@v1.0.0) = $(git -C ../origin rev-parse small@v1.0.0) ]"
        try await session.shell("! \(same)\ncp -r ../origin ../kept && \(push) 2> ../log && \(same)")
        try await session.shell("rm -r ../origin && mv ../kept ../origin && \(fetch) 2> ../log")
        try await session.succeed("tag", "small@v1.0.0", "--force", "--push")
        try await session.shell("\(same) && git merge-base --is-ancestor HEAD small@v1.0.0")
    }

    @Test func `Where Git pushes elsewhere, that place is asked why it took nothing`() async throws {
        let session = try await Self.withArtifact(
            """
            git init -q --bare ../hub && git remote add origin ../hub && git push -q origin main
            cp -r ../hub ../fork && git clone -q ../hub ../theirs
            git -C ../theirs commit -q --allow-empty -m theirs && git -C ../theirs push -q origin HEAD:main
            git remote set-url --push origin ../fork
            mkdir -p ../fork/hooks && printf '#!/bin/sh\\nexit 1\\n' > ../fork/hooks/pre-receive
            chmod +x ../fork/hooks/pre-receive
            """
        )
        try await session.succeed("remote", "add", "-q", "store", "../store")
        // Only the branch that Git fetches has moved on.
        let first = await session.run("tag", "v1.0.0", "--push", "-m", "Approved")
        #expect(first.exitCode == 5)
        #expect(first.error.hasSuffix("hint: go on: `git model tag small@v1.0.0 --push`\n"), "\(first)")
        #expect(!first.error.contains("git pull"), "\(first)")
        try await session.shell(
            """
            rm ../fork/hooks/pre-receive && git -C ../theirs tag -a -m Theirs small@v1.0.0
            git -C ../theirs push -q ../fork small@v1.0.0
            """
        )
        let reference = "refs/tags/small@v1.0.0"
        let fetch = "git fetch --force ../fork \(reference):\(reference)"
        let theirs = try await session.shell("git -C ../fork rev-parse small@v1.0.0").dropLast()
        let push = "git push --force-with-lease=\(reference):\(theirs) origin \(reference)"
        let second = await session.run("tag", "v1.0.0", "--push", "-m", "Approved")
        #expect(second.exitCode == 5)
        #expect(second.error.contains("hint: take theirs: `\(fetch)`\n"), "\(second)")
        #expect(second.error.hasSuffix("hint: put this one in its place: `\(push)`\n"), "\(second)")
        let forced = await session.run("tag", "v1.0.0", "--force", "--push")
        #expect(forced.exitCode == 5)
        #expect(forced.error.contains("caused by: ../fork has another small@v1.0.0, "), "\(forced)")
        #expect(forced.error.contains("hint: take theirs: `\(fetch)`\n"), "\(forced)")
        let subject = "git -C ../fork tag -l --format='%(contents:subject)'"
        #expect(try await session.shell("\(push) 2> ../log && \(subject)") == "Approved\n")
    }

    @Test func `Of several places that Git pushes to, one that refuses is an error`() async throws {
        let session = try await Self.withArtifact(
            """
            for n in origin second; do git init -q --bare ../$n; done
            git remote add origin ../origin && git remote set-url --push origin ../origin
            git remote set-url --push --add origin ../second
            printf '#!/bin/sh\\ncase $1 in refs/tags/*) exit 1 ;; esac\\n' > ../second/hooks/update
            chmod +x ../second/hooks/update
            """
        )
        try await session.succeed("remote", "add", "-q", "store", "../store")
        let answer = await session.run("tag", "v1.0.0", "--push")
        let why = "tagged small@v1.0.0, but could not push it"
        #expect(answer.exitCode == 5 && answer.error.contains(why), "\(answer)")
        #expect(try await session.shell("git -C ../origin tag") == "small@v1.0.0\n")
    }

    @Test func `Where the store took nothing, Git's remote is not asked why`() async throws {
        let session = try await Self.withArtifact(
            """
            git init -q --bare ../origin && git remote add origin ../origin && git push -q origin main
            printf '#!/bin/sh\\ntouch "%s/../asked"\\nexec git-upload-pack "$@"\\n' "$PWD" > ../upload
            chmod +x ../upload && git config remote.origin.uploadpack ../upload
            git ls-remote origin > ../log && rm ../asked && mkdir ../store && touch ../store/packs
            """
        )
        try await session.succeed("remote", "add", "-q", "store", "../store")
        let answer = await session.run("tag", "v1.0.0", "--push")
        #expect(answer.exitCode == 13)
        #expect(answer.error.hasPrefix("error: tagged small@v1.0.0, but could not push it\n"), "\(answer)")
        #expect(answer.error.contains("hint: go on: `git model tag small@v1.0.0 --push`\n"), "\(answer)")
        #expect(!session.scratch.exists("../asked"))
    }

    @Test func `A version whose bytes did not get there by force gets there with its message`() async throws {
        let session = try await Self.withArtifact(
            "git init -q --bare ../origin && git remote add origin ../origin && git push -q origin main"
        )
        try await session.succeed("remote", "add", "-q", "store", "../store")
        try await session.succeed("tag", "-q", "v1.0.0", "--push")
        let old = try await session.shell("git rev-parse small@v1.0.0").dropLast()
        try await session.shell("echo 2 > a.bin")
        try await session.succeed("add", "-q", "a.bin")
        try await session.shell("git commit -qm two && mv ../store/packs ../packs && touch ../store/packs")
        let answer = await session.run("tag", "v1.0.0", "--force", "--push", "-m", "Approved")
        #expect(answer.exitCode == 13)
        let reference = "refs/tags/small@v1.0.0"
        let push = "git push --force-with-lease=\(reference):\(old) origin \(reference)"
        #expect(answer.error.contains("hint: go on: `git model push --git`, then `\(push)`\n"), "\(answer)")
        try await session.shell("rm ../store/packs && mv ../packs ../store")
        try await session.succeed("push", "-q", "--git")
        let subject = "git -C ../origin tag -l --format='%(contents:subject)'"
        #expect(try await session.shell("\(push) 2> ../log && \(subject)") == "Approved\n")
    }

    @Test func `Git's branch goes to the only remote where none is configured`() async throws {
        let session = try await Self.withArtifact("git init -q --bare ../hub")
        try await session.succeed("remote", "add", "-q", "store", "../store")
        let lonely = await session.run("push", "--git")
        #expect(lonely.exitCode == 5 && lonely.error.contains("`git push -u origin main`"))
        try await session.shell("git remote add hub ../hub")
        try await session.succeed("push", "--git", "--json")
        #expect(try await session.shell("git -C ../hub rev-parse main") == session.shell("git rev-parse HEAD"))
    }

    @Test func `A checkout that would lose changes of Git's files is our refusal`() async throws {
        let session = try await Self.withArtifact("echo 1 > t && git add t && git commit -qm t")
        try await session.succeed("tag", "-q", "v1.0.0")
        try await session.shell("echo 2 > t && git commit -qam two && echo 3 > t")
        let answer = await session.run("checkout", "v1.0.0")
        #expect(answer.exitCode == 5)
        #expect(
            answer.error.hasPrefix(
                "error: cannot check out small@v1.0.0\n  caused by: t has changes that are in no commit\nhint: "
            )
        )
        #expect(await session.run("checkout", "--json", "v1.0.0").error.hasPrefix("{\"error\":"))
        try await session.succeed("checkout", "--force", "v1.0.0")
        #expect(try await session.shell("cat t") == "1\n")
    }

    @Test(arguments: [["push", "--jobs", "0"], ["pull", "--jobs", "-1"]])
    func `A number of jobs is at least one`(words: [String]) async throws {
        #expect(await Recorder().program(words).run() == 2)
    }
}
