import TestSupport
import Testing

/// A clone that is behind purges nothing that others may need: it asks the Git remote what there is.
@Suite struct PurgeBehindTests {
    /// Two versions that share no file, and `~/other`, a clone from before a branch `fix` went on from the first.
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name small --remote ~/models && git commit -qm 'Set up'
        version() { git model add -q w.bin t.bin && git commit -qm "$1" && git model tag -q $1 --push; }
        seq 1 50000 > w.bin && seq 1 100 > t.bin && version v1.0.0
        seq 2 50000 > w.bin && seq 2 100 > t.bin && version v2.0.0
        git clone -q ~/origin.git ~/other
        git model checkout -q v1.0.0 && git switch -q -c fix && seq 3 100 > t.bin

        """

    private func run(_ script: String) async throws -> ShellResult {
        let result = try await ScratchRepository().run(Self.setUp + script)
        #expect(result.exitCode == 0, "\(result.output)")
        return result
    }

    private func check(_ result: ShellResult, says texts: [String]) {
        for text in texts { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A version that was not fetched keeps what it needs`() async throws {
        let result = try await run(
            """
            version v1.0.1 && cd ~/other
            for how in --dry-run --yes '--yes --force'; do git model purge v1.0.0 $how || echo refused $?; done
            git fetch -q --tags origin '+refs/heads/*:refs/remotes/origin/*' && git model purge v1.0.0 --yes
            git clone -q ~/origin.git ~/fresh && cd ~/fresh && git model checkout -q v1.0.1 && head -qn 1 w.bin t.bin
            git model checkout v1.0.0 2>&1 || echo gone
            """
        )
        let why = "error: cannot purge v1.0.0: origin has what is not here, and may need its bytes: small@v1.0.1"
        check(
            result,
            says: [
                "\(why), refs/heads/fix\n", "\(why)\n",
                "hint: fetch it first: `git fetch --tags origin '+refs/heads/*:refs/remotes/origin/*'`\n",
                "for small@v1.0.1", "\n1\n3\n",
            ]
        )
        #expect(result.output.split(separator: "\n").count { $0 == "refused 5" } == 3, "\(result.output)")
        #expect(result.output.hasSuffix("gone\n"), "\(result.output)")
    }

    @Test func `So does a branch, unless what is in use is purged, too`() async throws {
        let result = try await run(
            """
            git model add -q t.bin && git commit -qm Fix && git model push -q && git push -q origin fix && cd ~/other
            git model purge v1.0.0 --yes || echo unknown $?
            git fetch -q --tags origin '+refs/heads/*:refs/remotes/origin/*'
            git model purge v1.0.0 --yes || echo used $?
            git update-ref -d refs/remotes/origin/fix && git model purge v1.0.0 --yes --force
            """
        )
        check(
            result,
            says: [
                "origin has what is not here, and may need its bytes: refs/heads/fix\n", "unknown 5\n",
                "w.bin is in use by refs/remotes/origin/fix\n", "used 5\n", "  purged  ",
            ]
        )
    }

    @Test func `The tag of a version does not vouch for a branch at its commit`() async throws {
        let result = try await run(
            """
            git push -q origin fix:refs/heads/release-1 && cd ~/other
            git model purge v1.0.0 --yes || echo unknown $?
            git fetch -q && git model purge v1.0.0 --yes || echo used $?
            git update-ref -d refs/remotes/origin/release-1 && git update-ref refs/git-model/runs/1 small@v1.0.0^{commit}
            git model purge v1.0.0 --dry-run || echo run $?
            git -C ~/origin.git update-ref -d refs/heads/release-1 && git model purge v1.0.0 --yes
            """
        )
        let why = "origin has what is not here, and may need its bytes: refs/heads/release-1\n"
        check(
            result,
            says: [
                why, "unknown 5\n", "t.bin is in use by refs/remotes/origin/release-1\n", "used 5\n", "run 5\n",
                "  purged  ",
            ]
        )
        #expect(result.output.ranges(of: why).count == 2, "\(result.output)")
    }

    @Test func `Nor does that of another model, which keeps only its own`() async throws {
        let result = try await run(
            """
            seq 1 100 > t.bin && git switch -q main && git model init -q --name b && echo b > b.bin
            git model add -q --model b b.bin && seq 5 50000 > w.bin && git model add -q w.bin && git commit -qm both
            git model tag -q small@v3.0.0 --push && git model tag -q b@v1.0.0 --push
            seq 6 50000 > w.bin && git model add -q w.bin && git commit -qm on && git model push -q --git
            rm -rf ~/other && git clone -q ~/origin.git ~/other && git push -q origin b@v1.0.0^{commit}:refs/heads/release-2
            cd ~/other && git model purge small@v3.0.0 --yes || echo unknown $?
            git fetch -q && git model purge small@v3.0.0 --yes || echo used $?
            """
        )
        check(
            result,
            says: [
                "origin has what is not here, and may need its bytes: refs/heads/release-2\n", "unknown 5\n",
                "w.bin is in use by refs/remotes/origin/release-2\n", "used 5\n",
            ]
        )
    }

    @Test func `A version that was only pushed where Git does not fetch from keeps what it needs, too`() async throws {
        let result = try await run(
            """
            cp -r ~/origin.git ~/fork.git && git remote set-url --push origin ~/fork.git && version v1.0.1
            test -z "$(git ls-remote ~/origin.git 'refs/tags/*v1.0.1')"
            cd ~/other && git model purge v1.0.0 --dry-run && git remote set-url --push origin ~/fork.git
            git model purge v1.0.0 --yes || echo refused $?
            git fetch -q --tags ~/fork.git '+refs/heads/*:refs/remotes/origin-2/*' && git model purge v1.0.0 --dry-run
            git remote set-url --push origin http://ada:secret@127.0.0.1:1/x && git model purge v1.0.0 --yes || echo unasked $?
            git remote set-url --push origin /dev/null && git model purge v1.0.0 --dry-run && echo nowhere
            """
        )
        check(
            result,
            says: [
                ".git has what is not here, and may need its bytes: small@v1.0.1, refs/heads/fix\n", "refused 5\n",
                "/fork.git '+refs/heads/*:refs/remotes/origin-2/*'`\n", "for small@v1.0.1", "unasked ",
                "error: cannot purge v1.0.0: it is not known which versions http://127.0.0.1:1/x has\n",
                "git ls-remote --quiet -- http://127.0.0.1:1/x ",
                "no more, take it out of Git's configuration: `git config --unset-all remote.origin.pushurl`\n",
                "hint: or purge all the same, also what is in use: `--force`\n", "\nnowhere\n",
            ]
        )
        #expect(!result.output.contains("secret"), "\(result.output)")
    }

    @Test func `So does one that was pushed to the Git remote that branches are pushed to`() async throws {
        let result = try await run(
            """
            cp -r ~/origin.git ~/fork.git && git remote add fork ~/fork.git && git config remote.pushDefault fork
            version v1.0.1 && test -z "$(git ls-remote ~/origin.git 'refs/tags/*v1.0.1')" && cd ~/other
            git remote add fork ~/fork.git && git model purge v1.0.0 --dry-run
            for key in remote.pushDefault branch.main.pushRemote branch.topic.remote; do
                git config $key fork && git model purge v1.0.0 --yes || echo "$key refused $?"
                git config --unset $key
            done
            git remote remove fork && git config remote.pushDefault ~/fork.git
            git model purge v1.0.0 --yes || echo "URL refused $?"
            """
        )
        let what = "has what is not here, and may need its bytes: small@v1.0.1, refs/heads/fix\n"
        check(
            result,
            says: [
                "error: cannot purge v1.0.0: fork \(what)", "/fork.git \(what)", "remote.pushDefault refused 5\n",
                "branch.main.pushRemote refused 5\n", "branch.topic.remote refused 5\n", "URL refused 5\n",
            ]
        )
    }

    @Test func `What is fetched as the hint says stays in use only until it is no more`() async throws {
        let result = try await run(
            """
            cp -r ~/origin.git ~/fork.git && git push -q ~/fork.git fix && cd ~/other
            git remote set-url --push origin ~/fork.git && git model purge v1.0.0 --yes > ~/refusal 2>&1 || cat ~/refusal
            fetch=$(sed -n '/fetch it first/{s/^[^`]*`//;s/`$//;p;}' ~/refusal)
            eval "$fetch" && git model purge v1.0.0 --yes || echo used $?
            git -C ~/fork.git update-ref -d refs/heads/fix && eval "$fetch" && git model purge v1.0.0 --yes
            git for-each-ref refs/remotes/origin refs/tags | wc -l
            """
        )
        check(result, says: ["in use by refs/remotes/origin-2/fix\n", "used 5\n", "  purged  "])
        // The tags, and the other branches, are still there.
        #expect(result.output.hasSuffix("\n4\n"), "\(result.output)")
    }

    @Test func `A version that is another one here is named, and so is a Git remote that cannot be asked`() async throws
    {
        let result = try await run(
            """
            seq 1 100 > t.bin && git switch -q main && git tag -d small@v2.0.0 && git tag -a -m Mine small@v2.0.0
            git model purge v1.0.0 --dry-run || echo other $?
            git fetch -q --force origin refs/tags/small@v2.0.0:refs/tags/small@v2.0.0 && mv ~/origin.git ~/away
            git model purge v1.0.0 --dry-run || echo unasked $?
            git branch -q -D fix && git model purge v1.0.0 --yes --force
            """
        )
        check(
            result,
            says: [
                "may need its bytes: small@v2.0.0\n",
                "`git fetch --force origin refs/tags/small@v2.0.0:refs/tags/small@v2.0.0`\n", "other 5\n",
                "error: cannot purge v1.0.0: it is not known which versions origin has\n",
                "hint: purge all the same, also what is in use: `--force`\n", "unasked 13\n",
                "warning: it is not known which versions origin has: ", "  purged  ",
            ]
        )
    }
}
