import TestSupport
import Testing

/// Hooks and drivers, run by `git` itself.
@Suite struct HookTests {
    /// A repository with a model of two versions on branches `main` (B) and `old` (A), both in the store.
    private func twoVersions() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            git model init -q --remote ~/models && mkdir weights && printf AAAA > weights/model.bin
            git model add -q weights/model.bin && git commit -qm A && git branch old
            printf BBBB > weights/model.bin && git model add -q -u && git commit -qm B
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `A pointer whose bytes are nowhere is not committed`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run(
            """
            printf 'git-model-pointer 1\\noid sha256:%064d\\nsize 7\\nkind file\\n' 7 > lost.bin.mver
            echo lost > lost.bin && echo /lost.bin >> .gitignore
            git add lost.bin.mver && git commit -qm lost
            """
        )
        #expect(result.exitCode == 1)
        #expect(
            result.output.contains("error: lost.bin.mver: the bytes that it names are neither here nor in a remote")
        )
        #expect(result.output.contains("hint: add the artifact itself: `git model add lost.bin`"))
    }

    @Test func `A pointer that a commit has already may be committed again`() async throws {
        let scratch = try await twoVersions()
        try await scratch.run(
            """
            set -e
            rm -rf .git/model/store && git checkout -q old -- weights/model.bin.mver && git commit -qm back
            """
        ).expectSuccess()
    }

    @Test func `Weights do not enter Git itself`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run(
            "head -c 2000000 /dev/zero > big.safetensors && git add big.safetensors && git commit -qm big"
        )
        #expect(result.exitCode == 1)
        #expect(result.output.contains("hint: make it an artifact: `git model add big.safetensors`"))
        try await scratch.run(
            "git commit -q --no-verify -m big && git mv big.safetensors moved.bin && git commit -qm m"
        )
        .expectSuccess()
    }

    @Test func `A change that was not added warns, and blocks where that is wanted`() async throws {
        let scratch = try await twoVersions()
        let warned = try await scratch.run("printf CCCC > weights/model.bin; git commit -q --allow-empty -m x")
        #expect(warned.exitCode == 0)
        #expect(warned.output.contains("warning: weights/model.bin: it has changes that are not in this commit"))
        let blocked = try await scratch.run("git config git-model.hooks.strict true; git commit -q --allow-empty -m x")
        #expect(blocked.exitCode == 1)
        #expect(blocked.output.contains("error: weights/model.bin: it has changes that are not in this commit"))
    }

    @Test func `An artifact that cannot be looked at warns, and keeps no other from being looked at`() async throws {
        let scratch = try await twoVersions()
        let warned = try await scratch.run(
            """
            mkdir data && echo 1 > data/a && git model add -q data && git commit -qm C && mkfifo data/pipe
            printf CCCC > weights/model.bin && git commit -q --allow-empty -m x
            """
        )
        #expect(warned.exitCode == 0, "\(warned.output)")
        let unknown = "data: it cannot be compared with its pointer: \(scratch.path)/data/pipe is neither a file"
        #expect(warned.output.contains("warning: " + unknown), "\(warned.output)")
        #expect(warned.output.contains("warning: weights/model.bin: it has changes that are not in this commit"))
        let blocked = try await scratch.run("git config git-model.hooks.strict true; git commit -q --allow-empty -m y")
        #expect(blocked.exitCode == 1, "\(blocked.output)")
        #expect(blocked.output.contains("error: " + unknown), "\(blocked.output)")
        #expect(blocked.output.contains("hint: commit without a look: `git commit --no-verify`"), "\(blocked.output)")
    }

    @Test func `A pointer that says any size keeps no push from going on`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run(
            """
            mkdir data && echo 1 > data/a && git model add -q data && git commit -qm data
            sed 's/^size .*/size 9223372036854775807/' data.mver > huge.mver && git add huge.mver
            printf CCCC > weights/model.bin && git model add -q weights/model.bin && git commit -q --no-verify -m huge
            git init -q --bare ~/code.git && git remote add origin ~/code.git && git push -q origin main
            test $(git -C ~/code.git rev-parse main) = $(git rev-parse HEAD)
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
    }

    @Test func `A branch switch brings artifacts in line, silently`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run("git switch -q old && cat weights/model.bin && git switch -q main")
        #expect(result.output == "AAAA")
        #expect(try scratch.read("weights/model.bin") == Array("BBBB".utf8))
    }

    @Test func `A branch switch takes away what the branch does not have, and leaves work alone`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run(
            """
            set -e
            mkdir dir && echo 1 > dir/one && git model add -q dir && git commit -qm dir
            git switch -q old && [ ! -e dir ] && git switch -q main && [ -e dir/one ]
            printf WORK > weights/model.bin && git switch -q old && cat weights/model.bin
            """
        )
        try result.expectSuccess()
        #expect(result.output == "warning: weights/model.bin was left as it is: its bytes are in no store\nWORK")
    }

    @Test func `What becomes a file of Git stays`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            echo text > notes && git add notes && git commit -qm text && git branch text
            git model init -q && git model add -q notes 2>/dev/null && git commit -qm artifact
            git switch -q text && [ "$(cat notes)" = text ]
            """
        ).expectSuccess()
    }

    @Test func `A version that is not here is named, and no stale bytes stay in its place`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run(
            """
            set -e
            git model push -q && cd ~ && git clone -q sentiment clone && cd clone
            git model install -q && git model pull -q && git switch -q -c older origin/old
            [ ! -e weights/model.bin ]
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("warning: 1 artifact is not here: git model pull\n"))
    }

    @Test func `A merge and a rebase bring artifacts in line`() async throws {
        let scratch = try await twoVersions()
        try await scratch.run(
            """
            set -e
            git switch -q old && git merge -q main && [ "$(cat weights/model.bin)" = BBBB ]
            git reset -q --hard HEAD~1 && git model checkout -q && [ "$(cat weights/model.bin)" = AAAA ]
            git switch -q -c side && echo x > x && git add x && git commit -qm x
            printf DDDD > y.bin && git model add -q y.bin && git commit -qm y
            git rebase -q main && [ "$(cat weights/model.bin)" = BBBB ] && [ "$(cat y.bin)" = DDDD ]
            """
        ).expectSuccess()
    }

    @Test func `After a hard reset, where no hook runs, status says stale`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run("git reset -q --hard HEAD~1 && git model status")
        #expect(result.output.contains("stale"))
    }

    @Test func `git push sends the objects first`() async throws {
        let scratch = try await twoVersions()
        try await scratch.run(
            """
            set -e
            git init -q --bare ../code.git && git remote add origin ../code.git && git push -q origin main
            cd ~ && git clone -q code.git clone && cd clone && git model pull -q && [ "$(cat weights/model.bin)" = BBBB ]
            git model checkout -q HEAD~1 && [ "$(cat weights/model.bin)" = AAAA ]
            """
        ).expectSuccess()
    }

    @Test func `git push without a remote for its artifacts stops`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q && git init -q --bare ../code.git && git remote add origin ../code.git
            git commit -qm set-up && git push -q origin main && echo pushed
            echo 1 > w.bin && git model add -q w.bin && git commit -qm w && git push -q origin main
            """
        )
        #expect(result.output.hasPrefix("pushed\n"))
        #expect(result.exitCode != 0)
        #expect(result.output.contains("no remote is set up for the 1 artifact of these commits"))
    }

    @Test func `A hook that was there runs first, with the same input, and comes back`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            set -e
            printf '#!/bin/sh\\necho "theirs $@" >&2; cat >&2\\n' > .git/hooks/pre-push
            printf '#!/bin/sh\\n[ ! -e stop ]\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-*
            cp .git/hooks/pre-push ~/theirs
            git model init -q --remote ~/models && git model install -q
            echo 1 > w.bin && git model add -q w.bin && git commit -qm w
            git init -q --bare ../code.git && git remote add origin ../code.git
            """
        ).expectSuccess()
        let pushed = try await scratch.run("git push -q origin main; ls ~/models")
        #expect(pushed.output.contains("theirs origin ../code.git\nrefs/heads/main "))
        #expect(pushed.output.contains("packs"))
        #expect(try await scratch.run("touch stop; git commit -q --allow-empty -m x").exitCode != 0)
        try await scratch.run(
            "rm stop && git model uninstall -q && cmp ~/theirs .git/hooks/pre-push && [ ! -e .git/hooks/post-merge ]"
        ).expectSuccess()
        #expect(try await scratch.run("git config --get-regexp git-model").output == "")
    }

    @Test func `A version is checked out whole, also where a hook of the user's fails`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run(
            """
            printf '#!/bin/sh\\necho no LFS >&2; exit 2\\n' > .git/hooks/post-checkout.before-git-model
            chmod +x .git/hooks/post-checkout.before-git-model
            git model checkout old && cat weights/model.bin && git branch --show-current
            git model checkout -q main && cat weights/model.bin
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("warning: a hook failed behind Git's checkout: no LFS\n"), "\(result.output)")
        #expect(result.output.hasSuffix("AAAAold\nBBBB"), "\(result.output)")
    }

    @Test func `core hooksPath outside the work tree is written, inside it is the user's`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run("git config core.hooksPath ~/hooks && git model init -q && [ -x ~/hooks/pre-push ]")
            .expectSuccess()
        let result = try await scratch.run("git config core.hooksPath .husky/_ && mkdir -p .husky && git model install")
        #expect(result.output.contains("add this line to .husky/pre-commit: git model hook pre-commit \"$@\""))
        #expect(!scratch.exists(".husky/_/pre-commit"))
    }

    @Test func `A linked worktree gets its artifacts, and hooks work there`() async throws {
        let scratch = try await twoVersions()
        try await scratch.run(
            """
            set -e
            git worktree add -q ../linked old && [ "$(cat ../linked/weights/model.bin)" = AAAA ]
            cd ../linked && git merge -q main && [ "$(cat weights/model.bin)" = BBBB ]
            """
        ).expectSuccess()
    }

    @Test func `git log shows pointers as text, set up or not`() async throws {
        let scratch = try await twoVersions()
        let log = try await scratch.run("git log -p -1 -- weights").expectSuccess()
        #expect(log.output.contains("-oid sha256:63c1dd951ffedf6f7fd968ad4efa39b8ed584f162f46e715114ee184f8de9201"))
        let tree = try await scratch.run("mkdir t && echo 1 > t/a && git model add -q t && git diff --cached -- t.mver")
        #expect(tree.output.contains("+644 2 4355a46b19d3 a"))
        #expect(
            try await scratch.run("cd /tmp && printf 'no pointer' > ~/p && git-model textconv ~/p").output
                == "no pointer"
        )
        #expect(try await scratch.run("cd / && git-model textconv /nonexistent").exitCode == 0)
    }

    @Test func `Trees merge file by file, files conflict with both versions named`() async throws {
        let scratch = try await twoVersions()
        try await scratch.run(
            """
            set -e
            mkdir t && echo 1 > t/a && echo 2 > t/b && git model add -q t && git commit -qm t && git branch side
            echo 1x > t/a && git model add -q -u && git commit -qm a
            git switch -q side && echo 2x > t/b && echo 3 > t/c && git model add -q -u && git commit -qm b
            git merge -q main -m merged && [ "$(cat t/a t/b t/c | tr '\\n' ' ')" = '1x 2x 3 ' ]
            git model status --exit-code >/dev/null || git model status | grep -v 'not in remote' | grep -qv modified
            """
        ).expectSuccess()
        let conflict = try await scratch.run(
            """
            printf EEEE > weights/model.bin; git model add -q -u; git commit -qm E; git switch -q main
            printf FFFFF > weights/model.bin; git model add -q -u; git commit -qm F; ! git merge -q side
            cat weights/model.bin.mver
            """
        )
        #expect(conflict.output.contains("<<<<<<< ours\ngit-model-pointer 1\noid sha256:"))
        #expect(conflict.output.contains("size 5\nkind file\n=======\n"))
        #expect(conflict.output.contains("size 4\nkind file\n>>>>>>> theirs\n"))
        #expect(conflict.output.contains("both sides changed weights/model.bin: ours is "))
    }

    @Test func `Without the program, Git still shows and merges pointers`() async throws {
        let scratch = try await twoVersions()
        let result = try await scratch.run(
            """
            git switch -q old 2>/dev/null; printf C > weights/model.bin; git model add -qu; git commit -qm C
            mkdir ~/bin && ln -s $(command -v git) $(command -v cat) $(command -v sh) ~/bin && PATH=~/bin
            git log -p -1 -- weights && git merge main; git ls-files -u
            """
        )
        #expect(result.output.contains("-oid sha256:63c1dd951ffedf6f7fd968ad4efa39b8ed584f162f46e715114ee184f8de9201"))
        #expect(
            result.output.contains("CONFLICT (content): Merge conflict in weights/model.bin.mver"),
            "\(result.output)"
        )
        #expect(result.output.contains(" 3\tweights/model.bin.mver\n"), "\(result.output)")
    }

    @Test func `Under the framework of pre-commit.com pre-push pushes, and doctor knows the hooks`() async throws {
        let scratch = try await ScratchRepository()
        let names = ["pre-commit", "post-checkout", "post-merge", "post-rewrite", "pre-push"]
        let hooks = names.map {
            "  - {id: \($0), name: x, entry: git model hook \($0), language: system, always_run: true, stages: [\($0)]}\n"
        }
        try scratch.write("repos:\n- repo: local\n  hooks:\n" + hooks.joined(), to: ".pre-commit-config.yaml")
        let result = try await scratch.run(
            """
            git model init -q --no-hooks --remote ~/models && git add . && git commit -qm 'Set up'
            pre-commit install \(names.map { "-t \($0)" }.joined(separator: " ")) >/dev/null
            git init -q --bare ~/code.git && git remote add origin ~/code.git
            for i in 1 2; do
                echo $i > m.bin && git model add -q m.bin && git commit -qm $i && git push -q origin main
            done >/dev/null 2>&1
            git model status
            git model doctor | grep hook
            """
        )
        #expect(
            result.output == """
                sentiment, no version yet, nothing changed
                ok    hooks: pre-commit, post-checkout, post-merge, post-rewrite, pre-push

                """
        )
    }

    @Test(arguments: ["pre-commit", "post-checkout", "post-merge", "post-rewrite", "pre-push"])
    func `A hook in a repository that is not set up, or of our own git, does nothing`(hook: String) async throws {
        let scratch = try await ScratchRepository()
        let plain = try await scratch.run("git model hook \(hook) </dev/null")
        #expect(plain.exitCode == 0 && plain.output == "")
        let guarded = try await scratch.run(
            "git model init -q; GIT_MODEL_HOOK_GUARD=$PWD/.git git model hook \(hook) a b c"
        )
        #expect(guarded.exitCode == 0 && guarded.output == "")
    }

    @Test func `doctor says what is missing, and what it says mends it`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run("git model init -q --remote ~/models && git model doctor").expectSuccess()
        let broken = try await scratch.run(
            "rm .git/hooks/pre-push; git config --remove-section merge.git-model; git model doctor"
        )
        #expect(broken.exitCode == 1)
        #expect(broken.output.contains("missing  hook pre-push  mend it: git model install\n"))
        #expect(broken.output.contains("missing  merge driver  mend it: git model install\n"))
        try await scratch.run("git model install -q && git model doctor").expectSuccess()
    }
}
