import TestSupport
import Testing

/// `git model import lfs`, of repositories that Git LFS itself made.
@Suite struct LFSImportTests {
    private func repository(_ patterns: String = "'*.bin'") async throws -> ScratchRepository {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            """
            git lfs install --local > /dev/null && git lfs track \(patterns) > /dev/null
            mkdir -p w && seq 90000 > a.bin && seq 70000 > w/x.bin && printf '#!/bin/sh\\n' > run.bin && chmod +x run.bin
            git add -A && git commit -qm one && git tag v1 && cp a.bin ~/a1
            git model init -q --name small --remote ~/models && git commit -qm 'Set up'
            """
        ).expectSuccess()
        return scratch
    }

    @Test func `Files of Git LFS become artifacts, and old tags stay with Git LFS`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            git model import lfs --dry-run && test -z "$(git status --porcelain)"
            oid=$(git show HEAD:a.bin | sed -n 's/^oid //p') && git model import lfs
            grep -qx "oid $oid" a.bin.mver && test -z "$(git status --porcelain)" && test -z "$(git lfs ls-files)"
            git ls-files -s run.bin.mver | grep -q ^100755 && git model push -q
            git model checkout -q v1 && cmp a.bin ~/a1 && git status --porcelain && git lfs ls-files | grep -q a.bin
            git switch -q main && cmp a.bin ~/a1 && git model import lfs
            rm -rf .git/lfs && git clone -q . ~/c && cd ~/c && git model pull -q --trust ~/models && cmp a.bin ~/a1 && test -x run.bin
            """
        )
        try result.expectSuccess()
        for line in [
            "Nothing to import from Git LFS", "hint: commits before this one still need Git LFS: keep it for them",
            "hint: nothing uses this line of .gitattributes any more: `git lfs untrack '*.bin'`",
        ] { #expect(result.output.contains(line + "\n"), "\(line)\n\(result.output)") }
    }

    @Test func `What is missing or damaged is named; what is there is taken, in the place of its pointer`() async throws
    {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            export GIT_LFS_SKIP_SMUDGE=1; git clone -q . ~/c && cd ~/c && git lfs install --local --skip-smudge > /dev/null
            { git model import lfs; test $? = 3; } && git diff --quiet HEAD && test -z "$(git log --format=%s HEAD | grep Import)"
            mkdir -p .git/lfs && cp -r ~/sentiment/.git/lfs/objects .git/lfs/
            object=$(find .git/lfs/objects -type f -size -2) && chmod u+w $object && printf '#!/bin/rm\\n' > $object
            { git model import lfs; test $? = 4; } && cmp a.bin ~/a1 && test ! -e run.bin.mver && test -e w/x.bin.mver
            test -z "$(git status --porcelain)" && git model status --json | grep -v modified
            """
        )
        try result.expectSuccess()
        for line in [
            "error: a.bin: its bytes are not here",
            "hint: get what is not here: `git lfs pull`, then the same command again",
        ] { #expect(result.output.contains(line + "\n"), "\(line)\n\(result.output)") }
        #expect(result.output.contains("does not have the SHA-256 that its name says"))
    }

    @Test func `What there is no room for in the work tree is named, and comes with the next import`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git lfs install --local > /dev/null && git lfs track '*.bin' > /dev/null
            head -c 4000000 /dev/zero > zero.bin && git add -A && git commit -qm one
            git model init -q --name small --remote ~/models && git commit -qm 'Set up'
            export GIT_LFS_SKIP_SMUDGE=1; git clone -q . ~/c && cd ~/c && git lfs install --local --skip-smudge > /dev/null
            mkdir -p .git/lfs && cp -r ~/sentiment/.git/lfs/objects .git/lfs/
            (trap '' XFSZ; ulimit -f 4000; git model import lfs) || echo partly $?
            git log -1 --format=%s && head -n 1 zero.bin && git model import lfs && cmp zero.bin ~/sentiment/zero.bin && echo whole
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Imported 1 artifact from Git LFS, ", "error: zero.bin: ", "`git model checkout --force -- zero.bin`\n",
            "partly 3\nImport 1 artifact from Git LFS\nversion https://git-lfs", "Nothing to import from Git LFS\n",
            "whole\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What is staged or checked out while an import runs stops it before it commits`() async throws {
        let scratch = try await repository()
        let result = try await scratch.run(
            """
            mkdir ~/bin && cat > ~/bin/git <<END
            #!/bin/sh
            case " \\$* " in *' check-attr '*) test ! -e ~/meanwhile || { mv ~/meanwhile ~/now && sh ~/now < /dev/null >&2; };; esac
            exec $(command -v git) "\\$@"
            END
            chmod +x ~/bin/git && git branch feature
            import() { echo "$1" > ~/meanwhile && PATH=$HOME/bin:$PATH git-model import lfs || echo stopped $?; }
            import 'cd ~/sentiment && echo secret > x && git add x'
            git diff --cached --name-only && git log -1 --format=%s && git rm -q --cached x && rm x
            import 'cd ~/sentiment && git switch -q feature'
            git log -1 --format=%s && test -z "$(git status --porcelain)" && git switch -q main
            git model import lfs -q && git log -1 --format=%s main && git log -1 --format=%s feature
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "error: cannot import: x would get into the commit, for it is staged\n", "stopped 5\nx\nSet up\n",
            "error: cannot import: something else was checked out or committed meanwhile\n", "stopped 5\nSet up\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(result.output.hasSuffix("Import 3 artifacts from Git LFS\nSet up\n"), "\(result.output)")
    }

    @Test func `A pattern that would take our pointers is named before anything is changed`() async throws {
        let scratch = try await repository("'*.bin' 'w/**'")
        try await scratch.run(
            """
            { git model import lfs w; test $? = 3; } && git model import lfs -q a.bin && test ! -e w/x.bin.mver
            printf '*.mver -filter\\n.gitignore -filter\\n' >> .gitattributes && git commit -qam 'Keep pointers from Git LFS'
            git model import lfs -q w && git show HEAD:w/x.bin.mver | grep -q git-model-pointer && git show HEAD:w/.gitignore | grep -qx /x.bin
            """
        ).expectSuccess()
    }
}
