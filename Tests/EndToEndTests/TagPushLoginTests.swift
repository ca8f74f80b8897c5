import SystemPackage
import TestSupport
import Testing

/// `tag --push` to a host that wants a login, which only a program of the environment knows.
@Suite struct TagPushLoginTests {
    @Test func `That the branch has moved on is seen beforehand, and where it moves on meanwhile`() async throws {
        let scratch = try await ScratchRepository()
        let host = try await GitHost(in: scratch.home.appending("host"), home: scratch.home)
        defer { extendLifetime(host) }
        let result = try await scratch.run(
            """
            bare=~/host/org/models.git && git init -q --bare $bare && git --git-dir=$bare config http.receivepack true
            printf '#!/bin/sh\\ncase $1 in Username*) echo ada;; *) echo secret;; esac\\n' > ~/askpass
            chmod +x ~/askpass && export GIT_ASKPASS=$HOME/askpass
            git remote add origin http://\(host.authority)/org/models.git
            git model init -q --no-hooks --name small --remote ~/models && echo 1 > a.bin && git model add -q a.bin
            git commit -qm one && git push -q origin main && git clone -q $bare ~/theirs && cd ~/theirs
            git commit -q --allow-empty -m theirs && git push -q origin main && cd ~/sentiment
            git model tag v1.0.0 --push 2> ~/error || echo "exit $?"
            cat ~/error && git tag && git pull -q --no-rebase origin main
            cd ~/theirs && git commit -q --allow-empty -m more && cd ~/sentiment && git commit -q --allow-empty -m two
            mkdir -p .git/hooks
            printf '#!/bin/sh\\nunset GIT_DIR\\ncd ~/theirs && git push -q origin main\\n' > .git/hooks/pre-push
            chmod +x .git/hooks/pre-push
            git model tag v1.0.0 --push 2> ~/error || echo "exit $?"
            cat ~/error
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let first = "exit 5\nerror: cannot push small@v1.0.0, and so nothing was tagged\n"
        #expect(result.output.hasPrefix(first), "\(result.output)")
        #expect(result.output.contains("\nhint: get them first: `git pull origin main`\n"), "\(result.output)")
        let second = "\nexit 5\nerror: tagged small@v1.0.0, but could not push it\n"
        #expect(result.output.contains(second), "\(result.output)")
        let way = "`git pull --no-rebase origin main`, `git model push --git`, then `git push origin small@v1.0.0`"
        let hints = "hint: push it with a merge: \(way)\nhint: or begin anew: `git tag -d small@v1.0.0`\n"
        #expect(result.output.hasSuffix(hints), "\(result.output)")
    }
}
