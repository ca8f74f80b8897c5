import TestSupport
import Testing

/// Repositories whose work tree lacks `.mver`, or that have none, and what Git's states mean for artifacts.
@Suite struct PlaceTests {
    private static let setUp = """
        git model init -q --name small --remote ~/models && mkdir weights && echo 1 > weights/m.bin
        git model add -q weights/m.bin && git commit -qm one && git model push -q && git model tag -q v1.0.0
        cd ~

        """

    @Test func `A sparse checkout without the configuration works, and loses none of it`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                git clone -q sentiment sparse && cd sparse && git sparse-checkout set weights
                git model status && git model pull -q && cat weights/m.bin && git model status
                echo 2 > weights/n.bin && git model add -q weights/n.bin && git commit -qm two && git model list
                git model remote add -q other ~/others && git config -f .mver/config remote.store.url
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasPrefix(
                """
                small v1.0.0
                  missing  weights/m.bin  2 B
                hint: bring them in line: `git model pull`
                1
                small v1.0.0, nothing changed
                small  v1.0.0
                """
            ),
            "\(result.output)"
        )
        #expect(result.output.hasSuffix("/models\n"), "\(result.output)")
    }

    @Test(arguments: ["set weights", "set --no-cone '/*' '!/data/'"])
    func `A version is checked out without what a sparse checkout leaves out`(_ patterns: String) async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                cd sentiment && mkdir data && echo 3 > data/d.bin && git model add -q data/d.bin && git commit -qm two
                git model push -q && git model tag -q v1.1.0 && echo 2 > weights/m.bin && git model add -qu
                git commit -qm three && git model push -q && cd ~ && git clone -q sentiment sparse && cd sparse
                git sparse-checkout \(patterns) && cat .git/config* > ~/before
                git model checkout v1.1.0 --json | grep -o '"path":"[^"]*"' && cat weights/m.bin && ls && git model status
                git model checkout -q v1.0.0 && git model checkout -q main && cat weights/m.bin && git status --short
                find .git/model -name sparse-checkout && cat .git/config* | diff ~/before -
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                "path":"weights/m.bin"
                1
                weights
                small v1.1.0, nothing changed
                2

                """,
            "\(result.output)"
        )
    }

    @Test(arguments: ["set weights", "set --no-cone '/*' '!/data/'"])
    func `What a sparse checkout leaves out was not removed`(_ patterns: String) async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                cd sentiment && mkdir data && echo 3 > data/d.bin && git model add -q data/d.bin && git commit -qm two
                cat > train.sh <<'END'
                echo '{"accuracy": 0.8}' >> "$GIT_MODEL_RUN_DIR/metrics.jsonl" && echo 4 > data/d.bin
                END
                git add train.sh && git model run -q -o data/d.bin --set lr=0.1 -- sh train.sh > ~/log 2>&1
                git commit -qm three && git model push -q && cd ~ && git clone -q sentiment sparse && cd sparse
                git sparse-checkout \(patterns) && git status --short && git model diff --exit-code
                git model metrics diff --exit-code && git model params diff --exit-code
                git model metrics show && git model params show && echo ====
                git model diff HEAD~1 --exit-code || echo other $?
                rm weights/m.bin.mver && git model diff --exit-code || echo gone $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "====\n").map(String.init)
        try #require(parts.count == 2, "\(result.output)")
        #expect(parts[0].hasPrefix("HEAD → work tree\nNo artifact differs\n"), "\(parts[0])")
        for text in ["accuracy", "0.8", "lr", "0.1"] { #expect(parts[0].contains(text), "\(text): \(parts[0])") }
        #expect(parts[1].contains("\nmodified  data/d.bin  ") && parts[1].contains("other 1\n"), "\(parts[1])")
        #expect(parts[1].contains("\nremoved  weights/m.bin  ") && parts[1].hasSuffix("gone 1\n"), "\(parts[1])")
        #expect(!parts[1].contains("removed  data"), "\(parts[1])")
    }

    @Test func `A sparse checkout that leaves out the rules for what belongs to artifacts keeps to them`() async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small && echo '*.tmp' > .mverignore && git add .mverignore && mkdir weights
            echo 1 > weights/a && echo mine > weights/optimizer.tmp && git model add -q weights && git commit -qm one
            git sparse-checkout set --no-cone /weights/ /weights.mver /.gitignore && [ ! -e .mverignore ]
            git model status && git model add -q -u && git model ls weights
            git model checkout -q --force -- weights && cat weights/optimizer.tmp
            [ ! -e .git/model/tmp ] || ls -A .git/model/tmp
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("small, no version yet, nothing changed\n"), "\(result.output)")
        #expect(!result.output.contains("optimizer") && result.output.hasSuffix("\nmine\n"), "\(result.output)")
    }

    @Test func `A path that leads to the repository through links is one in it`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q --name small && mkdir weights && echo 1 > weights/m.bin && echo 2 > n.bin
            ln -s sentiment ~/link && ln -s . ~/here
            git model add -q ~/link/weights/m.bin ~/here/sentiment/n.bin
            git model mv -q ~/link/n.bin ~/here/link/weights/ && git commit -qm one && git ls-files '*.mver'
            rm weights/m.bin && git model checkout -q -- ~/link/weights/m.bin && cat weights/m.bin
            rm weights/m.bin && git model checkout -q -- ~/link && cat weights/m.bin
            git model add ~/here/n.bin 2>&1 | grep -o 'is outside the repository'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == "weights/m.bin.mver\nweights/n.bin.mver\n1\n1\nis outside the repository\n",
            "\(result.output)"
        )
    }

    @Test func `A relative place of the store is the same from everywhere, and its own can be had again`() async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git config git-model.store.path ../store && git model init -q --name small && echo 1 > w.bin
            git model add -q w.bin && git commit -qm one && git model tag -q v1.0.0 && git model store show | head -1 > ~/place
            mkdir ~/w && git worktree add -q ~/w/exp && cat ~/w/exp/w.bin && ls ~/w
            cd ~/w/exp && git model store show | head -1 | cmp ~/place -
            cd ~/sentiment/.git && git model store show | head -1 | cmp ~/place -
            git init -q ~/other && cd ~/other && git config git-model.store.path ../store && git model init -q
            mkdir ~/sentiment/sub && cd ~/sentiment/sub && git model purge --dry-run v1.0.0 2> ~/error || echo "exit $?"
            sed -n 's/^hint: give this repository its own: `\\(.*\\)`$/\\1 -q/p' ~/error > ~/way && sh ~/way
            ls ~/sentiment/.git/model/store/packs | wc -l && rm ../w.bin && git model checkout -q && cat ../w.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("1\nexp\nexit 5\n") && result.output.hasSuffix("\n1\n"), "\(result.output)")
    }

    @Test func `A relative place of the store is the main work tree's, also where the Git directory is far from that`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git init -q ~/lib && (cd ~/lib && git commit -q --allow-empty -m lib)
            git -c protocol.file.allow=always submodule -q add ~/lib sub && cd sub
            git config git-model.store.path ../store && git model init -q --name small && echo 1 > w.bin
            git model add -q w.bin && git commit -qm one && git model store show | head -1 > ~/place
            git worktree add -q ~/exp && cat ~/exp/w.bin && cd ~/exp && git model store show | head -1 | cmp ~/place -
            git init -q --separate-git-dir ~/apart ~/far && cd ~/far && git config git-model.store.path ../shared
            git model init -q --no-hooks --name small && echo 2 > w.bin && git model add -q w.bin && git commit -qm one
            git worktree add -q ~/near && cd ~/near && { git model checkout || echo "exit $?"; }
            git model doctor 2>&1 | grep -o 'store: cannot tell where'
            git config git-model.store.path ~/shared && git model checkout -q && cat w.bin
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let refusal = """
            1
            error: cannot tell where the store ../shared is: \(scratch.home)/apart does not say where the main work tree is, \
            from which that counts
            hint: make it absolute: `git config git-model.store.path DIRECTORY`
            exit 5
            store: cannot tell where
            2

            """
        #expect(result.output == refusal, "\(result.output)")
    }

    @Test func `A relative place of the store is the bare repository's in its work trees, whatever its name is`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                for name in proj/.git proj.git; do
                    git clone -q --bare ~/sentiment ~/$name && cd ~/$name && git config git-model.store.path kept
                    git worktree add -q ~/tree && cd ~/tree && git model pull -q && cat weights/m.bin
                    git model store show | head -1 > ~/place && grep -o "$name/kept" ~/place
                    cd ~/$name && git model store show | head -1 | cmp ~/place - && git worktree remove --force ~/tree
                done
                cd ~/proj && git model store show | head -1 | grep -o 'proj/.git/kept'
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == "1\nproj/.git/kept\n1\nproj.git/kept\nproj/.git/kept\n",
            "\(result.output)"
        )
    }

    @Test func `A clone without checkout reads what HEAD has`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                git clone -q --no-checkout sentiment clone && cd clone && git model list
                git model checkout -q v1.0.0 && cat weights/m.bin
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("small  v1.0.0") && result.output.hasSuffix("\n1\n"), "\(result.output)")
    }

    @Test func `In a bare repository what reads works, and what changes a work tree says why not`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(Self.setUp + "git clone -q --bare sentiment bare.git").expectSuccess()
        let verbs = [
            ("list", "small  v1.0.0"), ("tag", "v1.0.0"), ("log", "small@v1.0.0"), ("show", "weights/m.bin"),
            ("ls v1.0.0", "weights/m.bin"), ("ls", "weights/m.bin"), ("cat v1.0.0:weights/m.bin", "1\n"),
            ("fetch", "Nothing"), ("push v1.0.0", "Nothing"), ("fsck", "1 artifact version can be rebuilt"),
            ("gc", "Deleted 0"), ("du", "weights/m.bin"), ("remote list", "store"), ("doctor", "ok    remote"),
        ]
        for (verb, output) in verbs {
            let result = try await scratch.run("cd ~/bare.git && git model \(verb)")
            #expect(result.exitCode == 0 && result.output.contains(output), "\(verb): \(result.output)")
        }
        let refused = try await scratch.run("cd ~/bare.git && git model add x")
        #expect(refused.exitCode == 5 && refused.output.contains("no work tree to change"), "\(refused.output)")
    }

    @Test func `A work tree that core.worktree has put elsewhere has its artifacts`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            mkdir ~/elsewhere && git config core.worktree ../../elsewhere && git model init -q --name small --remote ~/models
            echo 1 > ~/elsewhere/w.bin && git --work-tree="$HOME/elsewhere" model add -q ~/elsewhere/w.bin && git commit -qm one
            git model tag -q v1.0.0 && git model push -q && rm ~/elsewhere/w.bin && git model status
            git model checkout -q v1.0.0 && cat ~/elsewhere/w.bin && git status --short && ls -A
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output.hasPrefix("small v1.0.0\n  missing  w.bin  2 B\n") && result.output.hasSuffix("\n1\n.git\n"),
            "\(result.output)"
        )
    }

    static let refusals = [
        (".mver/config", "it belongs to git-model"), (".gitattributes", "Git reads it"), (".gitignore", "Git reads it"),
        (".gitmodules", "Git reads it"), (".mverignore", "git-model reads it"),
        ("p.mver.mver", "named as a pointer is"),
    ]

    @Test func `What Git and git-model read themselves is no artifact`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run("git model init -q && touch .gitignore .gitmodules .mverignore p.mver p.mver.mver")
            .expectSuccess()
        for (path, reason) in Self.refusals {
            let result = try await scratch.run("git model add \(path)")
            #expect(result.exitCode == 5 && result.output.contains(reason), "\(path): \(result.output)")
        }
        #expect(try await scratch.run("git diff --cached --diff-filter=D --name-only; cat .gitignore").output == "")
    }

    @Test func `A path in a submodule is refused before anything is written`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git init -q ~/lib && (cd ~/lib && git commit -q --allow-empty -m lib) && git model init -q
            git -c protocol.file.allow=always submodule -q add ~/lib sub && echo 1 > sub/w.bin
            git model add sub/w.bin; git model add sub; git -C sub status --short
            """
        )
        #expect(
            result.output == """
                error: cannot add sub/w.bin: it is in sub, a repository of its own
                hint: add it there: `cd sub && git model add w.bin`
                error: cannot add sub: it is a repository of its own
                hint: add it there: `cd sub && git model add PATH`
                ?? w.bin

                """
        )
    }

    @Test func `An artifact that is to move into a submodule stays where it is, and whole`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git init -q ~/lib && (cd ~/lib && git commit -q --allow-empty -m lib) && git model init -q
            git -c protocol.file.allow=always submodule -q add ~/lib sub && echo 1 > w.bin && git model add -q w.bin
            git commit -qm one && git model mv w.bin sub/deep/ || echo $?
            git model mv w.bin sub || echo $?
            git status --short && git -C sub status --short && ls -A sub && cat w.bin && git model status
            """
        )
        #expect(
            result.output == """
                error: cannot move w.bin to sub/deep/w.bin: sub is a repository of its own
                5
                error: cannot move w.bin to sub/w.bin: sub is a repository of its own
                5
                .git
                1
                sentiment, no version yet, nothing changed

                """,
            "\(result.output)"
        )
    }

    @Test func `With a locked index nothing is half done`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(Self.setUp + "cd sentiment && echo 2 > new.bin && touch .git/index.lock").expectSuccess()
        for verb in ["rm weights/m.bin", "mv weights/m.bin m", "add new.bin", "checkout v1.0.0"] {
            let result = try await scratch.run("git model \(verb)")
            #expect(result.exitCode == 11, "\(verb): \(result.output)")
            #expect(result.output.contains("index.lock exists: another Git command is at work"), "\(result.output)")
        }
        #expect(try await scratch.run("rm .git/index.lock; git status --short").output == "?? new.bin\n")
    }

    @Test func `status tells new artifacts and changed modes, and restoring brings modes back`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            git model init -q && echo 1 > m.bin && git model add -q m.bin && git model status
            git commit -qm one && git branch plain && chmod +x m.bin && git model status && git model add -qu
            git commit -qm executable && git switch -q plain && [ ! -x m.bin ] && git model checkout -q main && [ -x m.bin ]
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("  new  m.bin  2 B\nhint: record them: `git commit`\n"), "\(result.output)")
        #expect(
            result.output.contains("  modified  m.bin  2 B\nhint: record them: `git model add -u`"),
            "\(result.output)"
        )
    }

    @Test func `A branch is switched to, also one that only a remote has, and a version is detached`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                cd sentiment && git branch other && git clone -q . ../clone && cd ../clone && git model pull -q
                git model checkout -q other && git branch --show-current && git model checkout -q main
                git model checkout -q v1.0.0 && git status | head -1
                """
        )
        #expect(result.output.hasPrefix("other\n"), "\(result.output)")
        #expect(result.output.contains("HEAD detached at"), "\(result.output)")
    }

    @Test func `What can be restored is, and leftovers of a killed checkout go`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                cd sentiment && echo 2 > n.bin && git model add -q n.bin && git commit -qm two && echo 3 >> n.bin
                touch weights/.git-model-tmp-999999999-1 && git status --short && rm weights/m.bin
                code=0; git model checkout || code=$?; cat weights/m.bin; ls -A weights; exit $code
                """
        )
        #expect(result.exitCode == 3, "\(result.output)")
        #expect(result.output.contains("error: n.bin: it has changes that are in no store"), "\(result.output)")
        #expect(result.output.hasSuffix("\n1\n.gitignore\nm.bin\nm.bin.mver\n"), "\(result.output)")
    }
}
