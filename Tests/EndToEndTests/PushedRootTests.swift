import TestSupport
import Testing

/// Whatever is pushed, a root keeps in the remote, whoever brought the bytes there and whatever is checked out.
@Suite struct PushedRootTests {
    private static let setUp = """
        set -e
        roots() { ls ~/models/roots | wc -l; }
        git init -q --bare ~/code.git && git remote add origin ~/code.git
        git model init -q --name small --remote ~/models && seq 90000 > a.bin && git model add -q a.bin
        oid=$(sed -n 's/oid sha256://p' a.bin.mver)

        """

    @Test(arguments: [
        "git remote rename origin up 2> ~/log && git remote add origin ~/fork.git",
        "git remote set-url origin ~/fork.git",
    ])
    func `What only the remote has is kept for a fork that pushes commits which need it`(change: String) async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            PushedRootTests.setUp + """
                git commit -q -m one && git push -q origin main && test $(roots) = 1
                git clone -q ~/code.git ~/fork && cd ~/fork && git model install -q && git init -q --bare ~/fork.git
                \(change)
                git commit -q --allow-empty -m mine && git push -q origin main
                test $(roots) = 2 && root=$(grep -l "^repository $HOME/fork.git#" ~/models/roots/*)
                grep "^oid $oid" "$root" && grep "^commit $(git rev-parse HEAD)" "$root" && ! ls .git/model/store/packs/*
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `Commits that bring no bytes are pushed by who may not write to the store, with a warning`() async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            PushedRootTests.setUp + """
                git commit -q -m one && git push -q origin main && git clone -q ~/code.git ~/clone && cd ~/clone
                git model install -q && git mv a.bin.mver b.bin.mver && cp b.bin.mver c.bin.mver && git add c.bin.mver
                git commit -q -m Move && XDG_CONFIG_HOME=$HOME/other git push -q origin main && test $(roots) = 1
                test $(git -C ~/code.git rev-parse main) = $(git rev-parse HEAD)
                git mv b.bin.mver d.bin.mver && git commit -q -m Again && echo 'requires-write: leases' >> ~/models/format
                git push -q origin main && test $(roots) = 1 && test $(git -C ~/code.git rev-parse main) = $(git rev-parse HEAD)
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let stakes = "collection may take the bytes of"
        for text in [
            "warning: \(stakes) b.bin from remote store once nobody else needs them: nobody on this machine agreed to ",
            "/models; do, and keep them: `git model trust ",
            "warning: \(stakes) d.bin from remote store once nobody else needs them: remote ",
            "newer git-model (leases)",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Where no commit is checked out, a root names what is pushed, or nothing is pushed`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            PushedRootTests.setUp + """
                code=0 && git model push 2> ~/err || code=$?
                cat ~/err && test $code = 5 && ! ls ~/models/packs/* ~/models/roots/*
                git commit -q -m one && git model tag -q v1.0.0 && git checkout -q --orphan release
                code=0 && git model push 2> ~/err || code=$?
                test $code = 5 && git push -q origin main && test $(roots) = 1
                grep "^commit $(git rev-parse main)" ~/models/roots/* && grep '^ref refs/heads/main' ~/models/roots/*
                rm ~/models/roots/* && git model push -q v1.0.0 && test $(roots) = 1
                grep "^commit $(git rev-parse main)" ~/models/roots/* && grep '^ref refs/tags/small@v1.0.0' ~/models/roots/*
                rm ~/models/roots/* && git model push -q --tags && grep '^ref refs/tags/small@v1.0.0' ~/models/roots/*
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["no commit is checked out", "hint: commit first: `git commit`"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }
}
