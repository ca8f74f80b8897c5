import TestSupport
import Testing

/// Who shares a store with others takes back no root of theirs, and none that a Git remote still needs.
@Suite struct SharedStoreTests {
    private static let functions = """
        set -e
        later() { find ~/models -type f -exec touch -d "$(date -d '25 hours ago' '+%F %T')" {} +; }
        roots() { ls ~/models/roots | wc -l; }
        add() { git model add -q a.bin && git commit -q -a -m "$1"; }
        retire() { git model gc --remote store --retire --older-than 1; }
        git init -q --bare ~/fork && git init -q --bare ~/hub

        """

    /// A repository whose `origin` is `$url`, and a colleague's, who pushed another branch to `~/fork`, which was never
    /// fetched here.
    private static let colleagues = """
        git remote add origin ${url:-~/fork} && git remote set-url --push origin ~/fork
        git model init -q --name small --remote ../models && seq 90000 > a.bin && add one
        git model push -q && git push -q origin main
        git clone -q ~/fork ~/colleague && cd ~/colleague && git remote set-url origin ${url:-~/fork}
        git remote set-url --push origin ~/fork && git switch -q -c x && seq 80000 120000 > a.bin
        add x && git model push -q && git push -q origin x && cd ~/sentiment && later && test $(roots) = 2

        """

    private func run(_ script: String) async throws -> ShellResult {
        let scratch = try await ScratchRepository()
        return try await scratch.run(SharedStoreTests.functions + script + "\necho '= done'")
    }

    @Test(arguments: [
        // The current branch follows another one.
        ("git remote add upstream ~/hub && git push -q -u upstream main", "git remote remove origin"),
        // Nothing is fetched from where it is pushed to.
        ("git remote set-url origin ~/hub && git push -q ~/hub main", "git config --unset-all remote.origin.pushurl"),
        (
            "git remote set-url origin ~/hub && git push -q ~/hub main && git remote set-url --push --add origin ~/hub",
            "git config --edit"
        ),
    ])
    func `Every place that Git pushes to counts, and one that cannot be reached stops it`(
        change: String,
        removal: String
    ) async throws {
        let url = change.contains("set-url") ? "url=~/hub\n" : ""
        let result = try await run(
            url + SharedStoreTests.colleagues + change + """

                retire && test $(roots) = 2 && mv ~/fork ~/away
                code=0 && retire 2> ~/err || code=$?
                cat ~/err && test $code != 0 && test $(roots) = 2 && test -z "$(git for-each-ref refs/git-model)"
                mv ~/away ~/fork && git push -q ~/fork --delete x && retire && test $(roots) = 1
                """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        let hint = "hint: where it is no more, take it out of Git's configuration: `\(removal)`\n"
        for text in ["cannot be fetched", hint] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Two that retire at once in one repository do not take the other's view of Git away`() async throws {
        let result = try await run(
            SharedStoreTests.colleagues + """
                git remote set-branches origin main
                git update-ref refs/git-model/collection/7/heads/left HEAD
                cat > .git/hooks/reference-transaction <<'END'
                #!/bin/sh
                test "$1" = committed && grep -q refs/git-model/collection/.*heads/x && mkdir ~/begun 2> /dev/null || exit 0
                unset $(git rev-parse --local-env-vars)
                cd ~/sentiment
                { git model gc --remote store --retire --older-than 1 || echo failed; echo ended; } > ~/second 2>&1 < /dev/null &
                for wait in $(seq 100); do
                    ! grep -q ended ~/second || exit 0
                    sleep 0.3 && flock -n .git/model/git-remotes.lock true || { sleep 1; exit 0; }
                done
                END
                chmod +x .git/hooks/reference-transaction && retire && test $(roots) = 2 && test -d ~/begun
                for wait in $(seq 100); do grep -q ended ~/second && break; sleep 0.3; done
                cat ~/second && ! grep failed ~/second
                test $(roots) = 2 && test -z "$(git for-each-ref refs/git-model)"
                """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
    }

    @Test func `A path is another repository elsewhere, whose roots stay until somebody names it`() async throws {
        let result = try await run(
            """
            make() {
                mkdir ~/work && cd ~/work && git init -q -b main && git model init -q --name small --remote ~/models
                seq 90000 > a.bin && add $1 && git model push -q
            }
            make one && mv ~/work ~/first && first=$(ls ~/models/roots) && make two && later && retire && test $(roots) = 2
            other=$(sed -n 's/^repository //p' ~/models/roots/$first)
            echo "$other" | grep "^$HOME/work#[0-9a-f]\\{32\\}$"
            sed "s,^repository .*,repository $HOME/work,; s/^commit .*/commit $(printf '%040d' 7)/" ~/models/roots/$first > ~/old
            cp ~/old ~/models/roots/$(sha256sum < ~/old | cut -d' ' -f1)
            later && retire && test $(roots) = 3
            git model gc --remote store --retire-repository ~/work && test $(roots) = 2
            git init -q --bare ~/work.git && git remote add origin ../work.git && git push -q --no-verify origin main
            git model push -q && git clone -q ~/work.git ~/clone && cd ~/clone && git commit -q --allow-empty -m on
            git model push -q && test $(roots) = 4
            own=$(sed -n "s,^repository \\($HOME/work.git#\\),\\1,p" ~/models/roots/* | sort -u)
            test $(echo "$own" | wc -l) = 1 && echo "$own" | grep '#'
            code=0 && git model gc --remote store --retire-repository "$own" 2> ~/err || code=$?
            test $code = 2 && cd ~/work && git model tag -q v1.0.0 && seq 9 > a.bin && add three
            git push -q --no-verify origin main && code=0 && git model purge v1.0.0 --yes || code=$?
            test $code = 3 && test -e ~/models/roots/$first
            git model gc --remote store --retire-repository "$other" && test ! -e ~/models/roots/$first
            """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
        #expect(result.output.contains("needs them at refs/heads/main"), "\(result.output)")
    }

    @Test func `Roots are a repository's own, whether or not the directory of origin was there at each push`()
        async throws
    {
        let result = try await run(
            """
            git model init -q --name small --remote ../models && seq 90000 > a.bin && add one && git model push -q
            next() { git commit -q --allow-empty -m next && git model push -q; }
            git remote add origin ../nas.git && next && git init -q --bare ~/nas.git && next
            mv ~/nas.git ~/away && next && test $(roots) = 4
            sed -n 's/^repository //p' ~/models/roots/* | sort -u > ~/names && cat ~/names && test $(wc -l < ~/names) = 3
            own=$(cat .git/git-model-id) && grep -x "$HOME/sentiment#$own" ~/names && grep -x "../nas.git#$own" ~/names
            grep -x "$HOME/nas.git#$(cat ~/away/git-model-id)" ~/names && mv ~/away ~/nas.git
            for name in $(cat ~/names); do
                code=0 && git model gc --remote store --retire-repository "$name" 2> ~/err || code=$?
                test $code = 2
            done
            oid=$(sed -n 's/oid sha256://p' a.bin.mver) && grep -q "$oid" ~/models/roots/*
            git model tag -q v1.0.0 && seq 9 > a.bin && add two && git model purge v1.0.0 --yes
            ! grep "$oid" ~/models/roots/*
            """
        )
        #expect(result.exitCode == 0 && result.output.hasSuffix("= done\n"), "\(result.output)")
    }
}
