import TestSupport
import Testing

/// Files that a sparse checkout leaves out, and that commands write to: nothing that Git has of them is lost.
@Suite struct SparseCheckoutTests {
    @Test func `Rules that are left out stay when an artifact gets one beside them`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small && mkdir big keep && printf 'secret.env\\n*.tmp\\n' > big/.gitignore
            : > keep/k && git add -A && git commit -qm one && git sparse-checkout set keep && test ! -e big
            mkdir big && echo 1 > big/n.bin && git model add -q big/n.bin && git show :big/.gitignore
            git commit -qm two && git status --short
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasSuffix("secret.env\n*.tmp\n/n.bin\n"), "\(result.output)")
    }

    @Test func `An artifact leaves the rules that are left out, and comes to such ones`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small && mkdir big keep && printf 'secret.env\\n*.tmp\\n' > big/.gitignore
            printf '*.log\\n/m.bin\\n' > keep/.gitignore && git add -A && git commit -qm one
            echo 1 > big/n.bin && git model add -q big/n.bin && git commit -qm two
            git sparse-checkout set --no-cone '/*' '!/big/.gitignore' '!/keep/.gitignore' && test ! -e big/.gitignore
            git model mv -q big/n.bin keep/m.bin && git show :big/.gitignore :keep/.gitignore && git ls-files -t keep
            git commit -qm three && git model rm -q --cached keep/m.bin && git show :keep/.gitignore
            git diff --cached --name-status
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasSuffix(
                """
                secret.env
                *.tmp
                *.log
                /m.bin
                S keep/.gitignore
                H keep/m.bin.mver
                *.log
                M\t.mver/models/small.json
                M\tkeep/.gitignore
                D\tkeep/m.bin.mver

                """
            ),
            "\(result.output)"
        )
    }

    @Test func `A second set-up keeps what is left out of attributes and of its own files`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            echo '*.txt text' > .gitattributes && git model init -q --name small && echo Ours > .mver/README.md
            echo '*.log' > .gitignore && git add -A && git commit -qm one && mkdir keep && : > keep/k && git add keep
            git commit -qm two && git sparse-checkout set --no-cone /keep/ && ls -A && git model init -q
            git diff --cached --exit-code && echo 1 > r.bin && git model add -q r.bin && git show :.gitignore
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == ".git\nkeep\n*.log\n/r.bin\n", "\(result.output)")
    }

    @Test func `A remote that is added hides no description`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name alpha && mkdir models && echo 1 > models/a.bin && git model add -q models/a.bin
            git model describe -q --task text-generation && git commit -qm one && git sparse-checkout set models
            git model remote add -q two ~/two && test ! -e .mver/models && echo 2 > models/b.bin
            git model add -q models/b.bin && git show :.mver/models/alpha.json | tr -d ' \\n' && git commit -qm two
            git model tag -q v1.0.0 && git model list && git model init -q --name alpha
            git diff --exit-code HEAD -- .mver/models && mkdir .mver/serve && echo mine > .mver/serve/model_server.py
            git add --sparse .mver/serve && git commit -qm three && git sparse-checkout reapply && test ! -e .mver/serve
            git model describe --serve-template onnx 2>&1 | grep -o '[a-z_]*.py is there already'
            git show :.mver/serve/model_server.py
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [#""artifacts":["models/a.bin","models/b.bin"]"#, "text-generation", "alpha  v1.0.0", "\nmine\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `The index is not read for each version that is looked at`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small --remote ~/models && mkdir keep && echo 1 > keep/a.bin && git model add -q keep/a.bin
            git add -A && git commit -qm one && git model tag -q v1.0.0 && git model push -q && git sparse-checkout set keep
            GIT_TRACE=$HOME/one git model fetch -q --tags && grep -c 'git ls-files' ~/one
            for number in 1 2 3; do
                git commit -q --allow-empty -m $number && git model tag -q --force v1.$number.0
            done
            GIT_TRACE=$HOME/four git model fetch -q --tags && grep -c 'git ls-files' ~/four
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let counts = result.output.split(separator: "\n").suffix(2)
        #expect(counts.count == 2 && counts.first == counts.last, "\(result.output)")
    }

    @Test func `An import keeps what is left out of its map`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small --remote ~/models && mkdir -p .dvc/cache && echo /cache > .dvc/.gitignore
            # keep DIRECTORY TEXT: puts it into the cache as DVC 3 does, and writes a file of DVC's that names it.
            cat > ~/keep <<'END'
            md5=$(printf $2 | md5sum | cut -c1-32) && place=.dvc/cache/files/md5/$(echo $md5 | cut -c1-2)
            mkdir -p $1 $place && printf $2 > $place/$(echo $md5 | cut -c3-)
            printf "outs:\\n- md5: $md5\\n  hash: md5\\n  path: m.bin\\n" > $1/m.bin.dvc && echo /m.bin > $1/.gitignore
            END
            sh ~/keep one old && git add -A && git commit -qm one && git tag v1
            sh ~/keep one new && git add -A && git commit -qm two && git model import dvc -q && git model push -q --all
            rm -rf .dvc/cache && sh ~/keep two other && git add -A && git commit -qm three
            git sparse-checkout set one two .dvc && test ! -e .mver && git model import dvc -q --no-tags
            git show HEAD:.mver/imports/dvc.json | grep -c oid && git model ls v1
            rm -rf .git/model/store && git model fetch -q v1 && git model cat v1:one/m.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("3\n") && result.output.contains("  one/m.bin\n"), "\(result.output)")
        #expect(result.output.hasSuffix("old"), "\(result.output)")
    }
}
