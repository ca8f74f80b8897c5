import TestSupport
import Testing

/// `git model import dvc`, of repositories that DVC itself made, and of files that nobody should trust.
@Suite struct DVCImportTests {
    /// Two tagged versions of a file and a directory, which DVC keeps; git-model is set up.
    private func versions(with setup: String = "") async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            export DVC_NO_ANALYTICS=1
            dvc init -q && git commit -qm 'Set up DVC'
            \(setup)
            seq 90000 > m.bin && mkdir -p d/sub && seq 10 > d/a && seq 20 > d/sub/b && chmod +x m.bin
            dvc add -q m.bin d && git add -A && git commit -qm one && git tag v1 && cp m.bin ~/m1 && cp -r d ~/d1
            { cat ~/m1; seq 300; } > n && chmod +x n && mv -f n m.bin && rm d/a && seq 30 > d/c
            dvc add -q m.bin d && git add -A && git commit -qm two && git tag v2 && cp m.bin ~/m2 && cp -r d ~/d2
            git model init -q --name small --remote ~/models && git commit -qm 'Set up git-model'
            """
        ).expectSuccess()
        return scratch
    }

    /// A repository without DVC, in which files of DVC's are written by hand.
    private func handmade() async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            git model init -q --name small --remote ~/models && mkdir -p .dvc/cache && echo /cache > .dvc/.gitignore
            # keep TEXT: puts it into the cache as DVC 3 does, and prints its MD5.
            cat > ~/keep <<'END'
            md5=$(printf "$1" | md5sum | cut -c1-32) && place=.dvc/cache/files/md5/$(echo $md5 | cut -c1-2)
            mkdir -p $place && printf "$1" > $place/$(echo $md5 | cut -c3-)$2 && echo $md5
            END
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `Old tags come back without DVC, here, after collection, and in a fresh clone`() async throws {
        let scratch = try await versions()
        try await scratch.run(
            """
            git model import dvc --dry-run > ~/plan && grep -q 'Would import 2 artifacts and 2 objects of tags' ~/plan
            test -z "$(git status --porcelain)"
            git model import dvc -q && test -z "$(git status --porcelain)" && git show --stat HEAD | grep -q dvc.json
            test -e m.bin.dvc && cmp m.bin ~/m2 && git ls-files -s m.bin.mver | grep -q ^100755
            rm -rf .dvc/cache m.bin d .git/model/stat-cache && git model gc -q --prune-now && git model checkout -q v1
            cmp m.bin ~/m1 && test -x m.bin && diff -r d ~/d1 && test -z "$(git status --porcelain)"
            git model checkout -q v2 && cmp m.bin ~/m2 && diff -r d ~/d2
            git checkout -q v1 && cmp m.bin ~/m1 && diff -r d ~/d1
            git switch -q main && cmp m.bin ~/m2 && diff -r d ~/d2 && git model status --exit-code || test $? = 1
            git init -q --bare ~/hub && git remote add origin ~/hub && git push -q origin main v1 v2
            git clone -q ~/hub ~/c && cd ~/c && git model pull -q --trust ~/models && git model checkout -q v1
            cmp m.bin ~/m1 && diff -r d ~/d1
            git switch -q main && git model gc -q --prune-now && mv ~/models ~/elsewhere
            git model checkout -q --no-fetch v1 && cmp m.bin ~/m1 && diff -r d ~/d1 && git model fsck -q --deep
            git switch -q main && git model repack -q --prune-now && git model checkout -q v1 && cmp m.bin ~/m1
            """
        ).expectSuccess()
    }

    @Test func `What only another branch imported comes back here, too, and what none did is named`() async throws {
        let scratch = try await versions()
        let unknown = try await scratch.run(
            "git branch other && git model import dvc -q --no-tags && git model push -q && git model pull v1 && git model push v1"
        ).expectSuccess()
        let warning = "warning: only DVC has d and 1 more of v1: `git model import dvc` takes what it has of tags\n"
        #expect(unknown.output.ranges(of: warning).count == 2, "\(unknown.output)")
        let known = try await scratch.run(
            """
            git switch -q other && git model import dvc -q && git switch -q main && rm -rf .dvc/cache
            git model checkout v1 && cmp m.bin ~/m1 && diff -r d ~/d1
            git switch -q main && git model push v1 && git model pull v1
            """
        ).expectSuccess()
        #expect(!known.output.contains("only DVC has"), "\(known.output)")
    }

    @Test func `A second import finds nothing, and may remove DVC's files`() async throws {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            git model import dvc -q --no-tags m.bin && test ! -e d.mver && git model import dvc -q && test -e d.mver
            git model import dvc && git rev-parse HEAD > ~/head && git model import dvc --json
            test $(git rev-parse HEAD) = $(cat ~/head)
            git model import dvc --remove && test ! -e m.bin.dvc && test ! -e d.dvc && test -z "$(git status --porcelain)"
            git model checkout -q v1 && cmp m.bin ~/m1
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("Nothing to import from DVC\n"))
        #expect(result.output.contains(#""change":"unchanged","kind":"file""#))
        #expect(result.output.contains("Imported 0 artifacts from DVC, 0 B, removed 2 .dvc files, in commit "))
    }

    @Test func `What is only in a remote that is a directory is taken from there`() async throws {
        let scratch = try await versions(with: "dvc remote add -q -d near ~/near && git commit -qam 'Add a remote'")
        let result = try await scratch.run(
            """
            export DVC_NO_ANALYTICS=1; dvc push -q --all-tags && rm -rf .dvc/cache m.bin d
            git model import dvc && git model checkout -q && cmp m.bin ~/m2 && diff -r d ~/d2
            git model checkout -q v1 && cmp m.bin ~/m1 && diff -r d ~/d1
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("remote near"))
    }

    @Test func `What is nowhere is named, with the command that gets it`() async throws {
        let scratch = try await versions(
            with: "dvc remote add -q -d far s3://bucket/x && git commit -qam 'Add a remote'"
        )
        let result = try await scratch.run(
            """
            export DVC_NO_ANALYTICS=1; mv .dvc/cache ~/cache && rm m.bin
            git model import dvc --dry-run || test $? = 3
            git model import dvc || test $? = 3
            test -z "$(git status --porcelain)" && test ! -e m.bin.mver && test -e d.mver
            mv ~/cache .dvc/cache && git model import dvc -q && test -e m.bin.mver && git model checkout -q v1 && cmp m.bin ~/m1
            """
        )
        try result.expectSuccess()
        for line in [
            "error: m.bin: its bytes are not here", "error: v1:m.bin: its bytes are not here",
            "warning: only DVC reads its remote far, s3://bucket/x",
            "hint: get what is not here: `dvc pull`, then the same command again",
            "hint: get what tags lack: `dvc fetch --all-tags`, then the same command again",
        ] { #expect(result.output.contains(line + "\n"), "\(line)\n\(result.output)") }
    }

    @Test func `Links into DVC's cache become files`() async throws {
        let scratch = try await versions(with: "dvc config cache.type symlink && git commit -qam 'Link'")
        try await scratch.run(
            """
            test -L m.bin && test -L d/sub/b
            git model import dvc -q && test ! -L m.bin && test ! -L d/sub/b && cmp m.bin ~/m2 && diff -r d ~/d2
            git model status --json | grep -v '"modified"'
            """
        ).expectSuccess()
    }

    @Test func `A link that there is no room for a file instead of is named, and is a file after the next import`()
        async throws
    {
        let scratch = try await versions(with: "dvc config cache.type symlink && git commit -qam 'Link'")
        let result = try await scratch.run(
            """
            export DVC_NO_ANALYTICS=1; head -c 4000000 /dev/zero > z.bin && dvc add -q z.bin && git add -A && git commit -qm three
            (trap '' XFSZ; ulimit -f 4000; git model import dvc) || echo partly $?
            test -L z.bin && test ! -L m.bin && git log -1 --format=%s
            git model import dvc && test ! -L z.bin && head -c 4000000 /dev/zero | cmp - z.bin && echo whole
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: z.bin: ", "`git model checkout --force -- z.bin`\n", "partly 3\nImport 3 artifacts from DVC\n",
            "Nothing to import from DVC\n", "whole\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `Hooks of DVC go on, and stop nobody where DVC is gone`() async throws {
        let scratch = try await versions(with: "dvc install")
        let result = try await scratch.run(
            """
            test -x .git/hooks/pre-commit.before-git-model && git model import dvc -q
            mv .git/hooks/post-checkout.before-git-model ~ && printf '#!/bin/sh\nexit 7\n' > .git/hooks/post-checkout.before-git-model
            chmod +x .git/hooks/post-checkout.before-git-model && ! git checkout -q v1 && cmp m.bin ~/m1
            mv ~/post-checkout.before-git-model .git/hooks/ && git switch -q main && cmp m.bin ~/m2
            directory=$(dirname $(command -v dvc)); PATH=$(echo $PATH | tr : '\\n' | grep -vx $directory | paste -sd :)
            rm -rf .dvc/cache && ! command -v dvc && git model checkout -q v1 && cmp m.bin ~/m1
            git switch -q main && cmp m.bin ~/m2 && git commit -q --allow-empty -m more
            """
        )
        try result.expectSuccess()
        // What DVC's own hook says before a commit.
        #expect(result.output.contains("Data and pipelines are up to date."))
    }

    @Test func `Nothing else gets into the commit, and an import that was stopped goes on`() async throws {
        let scratch = try await versions()
        let result = try await scratch.run(
            """
            echo x > x && git add x && { git model import dvc; test $? = 5; } && git model import dvc -q --dry-run
            git commit -qm x && echo x >> .gitignore && { git model import dvc; test $? = 5; } && git checkout -q .gitignore
            mv .git/hooks/pre-commit ~ && printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit
            { git model import dvc; test $? = 5; } && git diff --cached --name-only && mv ~/pre-commit .git/hooks/
            echo y > y && git add y && { git model import dvc; test $? = 5; } && git rm -q --cached y && rm y
            git model import dvc -q && test -z "$(git status --porcelain)" && git show --name-only --format=%s
            git model checkout -q v1 && cmp m.bin ~/m1
            """
        )
        try result.expectSuccess()
        for line in [
            "error: cannot import: x would get into the commit, for it is staged",
            "error: cannot import: y would get into the commit, for it is staged",
            "error: cannot import: changes of .gitignore would get into the commit",
            "error: what was imported is staged, but Git did not commit it", "Import 2 artifacts from DVC",
        ] { #expect(result.output.contains(line + "\n"), "\(line)\n\(result.output)") }
    }

    @Test func `Bytes that are not what their name says are refused, and taken from where they are right`() async throws
    {
        let scratch = try await handmade()
        let result = try await scratch.run(
            """
            a=$(sh ~/keep good) && b=$(sh ~/keep fine) && printf fine > b.bin
            for md5 in $a $b; do printf evil > $(find .dvc/cache -path "*$(echo $md5 | cut -c3-)"); done
            for n in a b; do eval md5=\\$$n; printf "outs:\\n- md5: $md5\\n  size: 4\\n  hash: md5\\n  path: $n.bin\\n" > $n.bin.dvc; done
            printf '/a.bin\\n/b.bin\\n' > .gitignore && git add -A && git commit -qm DVC
            git model import dvc || test $? = 4
            test ! -e a.bin.mver && test -e b.bin.mver && git model checkout -q -- b.bin && printf fine | cmp - b.bin
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("error: a.bin: its bytes: "))
        #expect(result.output.contains("does not have the size and the MD5 that DVC noted"))
    }

    @Test func `Files of DVC that lead elsewhere, or lie, do nothing`() async throws {
        let scratch = try await handmade()
        let result = try await scratch.run(
            """
            md5=$(sh ~/keep data) && dir=$(sh ~/keep '[{"md5": "'$md5'", "relpath": "../../evil"}]' .dir)
            out() { printf "outs:\\n- md5: $2\\n  hash: md5\\n  path: $1\\n"; }
            out ../evil $md5 > out.dvc && out /tmp/git-model-evil $md5 > abs.dvc && out tree $dir.dir > tree.dvc
            out .mver/config $md5 > own.dvc && out .git/hooks/post-checkout $md5 > git.dvc && out x.mver $md5 > pointer.dvc
            ln -s /tmp link && out link/git-model-evil $md5 > link.dvc && ln -s out.dvc linked.dvc && echo '[' > broken.dvc
            out ok $md5 > ok.dvc && printf 'outs:\\n- md5: '$md5'\\n  size: 99\\n  hash: md5\\n  path: size\\n' > size.dvc
            printf '/ok\\n' > .gitignore && git add -A && git commit -qm DVC && git tag old && git model import dvc || test $? = 4
            git ls-files '*.mver' && { git model checkout -q old; test $? = 3; } && cat ok && git status --porcelain
            test ! -e ~/evil && test ! -e ../evil && test ! -e /tmp/git-model-evil && test ! -e .git/hooks/../evil
            git switch -q main && git cat-file -e HEAD:ok.mver && git diff --stat old HEAD -- .mver/config
            """
        )
        try result.expectSuccess()
        #expect(result.output.contains("\nok.mver\n"), "\(result.output)")
        for subject in [
            "../evil", "/tmp/git-model-evil", "tree", ".mver/config", ".git/hooks/post-checkout", "x.mver",
            "link/git-model-evil", "linked.dvc", "broken.dvc", "size",
        ] { #expect(result.output.contains("error: \(subject): "), "\(subject)\n\(result.output)") }
    }

    @Test func `What DVC 2 named by its Unix text, and outputs of pipelines, are taken`() async throws {
        let scratch = try await handmade()
        try await scratch.run(
            """
            printf 'a\\r\\nb\\r\\n' > t.csv && md5=$(printf 'a\\nb\\n' | md5sum | cut -c1-32)
            mkdir -p .dvc/cache/$(echo $md5 | cut -c1-2) && cp t.csv .dvc/cache/$(echo $md5 | cut -c1-2)/$(echo $md5 | cut -c3-)
            printf "outs:\\n- md5: $md5\\n  size: 6\\n  path: t.csv\\n" > t.csv.dvc
            out=$(sh ~/keep out) && echo '{}' > m.json && mkdir p
            printf "stages:\\n  fit:\\n    cmd: x\\n    wdir: ../w\\n    outs: [out.bin]\\n" > p/dvc.yaml
            printf "schema: '2.0'\\nstages:\\n  fit:\\n    cmd: x\\n    outs:\\n" > p/dvc.lock
            printf "    - {path: out.bin, hash: md5, md5: $out}\\n    - {path: ../m.json, hash: md5, md5: $out}\\n" >> p/dvc.lock
            printf '/t.csv\\n/w\\n' > .gitignore && git add -A && git commit -qm DVC && git tag old
            git model import dvc 2> ~/said && grep -q 'pipelines stay with DVC' ~/said
            rm -rf .dvc/cache t.csv w && git model checkout -q old && printf 'a\\r\\nb\\r\\n' | cmp - t.csv && printf out | cmp - w/out.bin
            grep -q '"md5-dos2unix"' <<END
            $(git show main:.mver/imports/dvc.json)
            END
            """
        ).expectSuccess()
    }
}
