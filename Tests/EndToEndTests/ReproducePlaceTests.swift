import TestSupport
import Testing

/// Where a run is done again: nothing that was there before goes, and imports come from where the run had them.
@Suite struct ReproducePlaceTests {
    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(
            """
            git model init -q --name small --remote ~/models && git add -A && git commit -qm 'Set up'
            export TMPDIR=~/tmp && mkdir ~/tmp

            """ + script
        )
    }

    @Test func `Where a command ran is known by its real path, however -C names that`() async throws {
        let result = try await run(
            """
            mkdir sub && echo 'git model record metric a=1' > sub/train.sh && git add -A && git commit -qm Train && ln -s sentiment ~/link
            git model -C . run -q --name top -- sh sub/train.sh && git model -C ./sub run -q --name inner -- sh train.sh
            mkdir ~/x && cd ~/x && git model -C ../sentiment/sub run -q --name beside -- sh train.sh
            git model -C ../link/sub run -q --name linked -- sh train.sh && cd ../sentiment
            for name in top inner linked beside; do git model reproduce $name --tolerance 0 2>&1 | tail -n 1; done
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == String(repeating: "  a  1  1  same\n", count: 4), "\(result.output)")
    }

    @Test(arguments: ["set weights", "set --no-cone '/*' '!/tools/'"])
    func `A sparse checkout leaves nothing out of the worktree, and stays as it is`(_ patterns: String) async throws {
        let result = try await run(
            """
            mkdir tools weights && echo x > weights/x && echo 'git model record metric a=1' > tools/train.sh && git add -A && git commit -qm Train
            echo 'git model record metric b=2' >> tools/train.sh && git model run -q --name one -- sh tools/train.sh && git checkout -q .
            git sparse-checkout \(patterns) && cat .git/config* > ~/before && git model reproduce one --tolerance 0 --keep-worktree --in ~/kept > ~/log 2>&1 || cat ~/log
            grep '^  [ab] ' ~/log && ls ~/kept && git -C ~/kept reset -q --hard && ls ~/kept && ls && cat .git/config* | diff ~/before -
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let whole = "tools\nweights\n"
        #expect(result.output == "  a  1  1  same\n  b  2  2  same\n" + whole + whole + "weights\n", "\(result.output)")
    }

    @Test func `A directory with something in it is nobody's to make a worktree of, or to remove`() async throws {
        let result = try await run(
            """
            git model run -q --name a -- git model record metric a=1
            git worktree add -q -b other ~/mine && echo precious > ~/mine/notes && mkdir ~/plain && echo mine > ~/plain/file
            git model reproduce a --tolerance 0 --keep-worktree --in ~/kept > ~/log 2>&1 && echo later > ~/kept/notes
            echo text > ~/file && mkdir ~/void && ln -s ~/void ~/link
            for place in mine plain kept file link; do
                for keep in '' --keep-worktree; do
                    git model reproduce a --tolerance 0 --in ~/$place $keep > ~/log 2>&1 || echo "exit $?: $(head -n 1 ~/log | sed "s|$HOME|HOME|")"
                done
            done
            cat ~/mine/notes ~/plain/file ~/kept/notes ~/file && git worktree list | wc -l && ls -A .git/model/reproductions | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let refusals = ["mine", "plain", "kept", "file", "link"].map {
            "exit 5: error: HOME/\($0) is there already, and is no empty directory\n"
        }
        let expected = refusals.map { $0 + $0 }.joined() + "precious\nmine\nlater\ntext\n3\n0\n"
        #expect(result.output == expected, "\(result.output)")
    }

    @Test func `A worktree whose directory is away keeps its place, and an empty directory will do`() async throws {
        let result = try await run(
            """
            git model run -q --name a -- git model record metric a=1
            git worktree add -q -b other ~/disk && git -C ~/disk commit -q --allow-empty -m Mine && mv ~/disk ~/elsewhere
            git model reproduce a --tolerance 0 --in ~/disk > ~/log 2>&1 || echo "exit $?"
            mv ~/elsewhere ~/disk && git -C ~/disk log --format=%s -n 1 && mkdir ~/empty
            git model reproduce a --tolerance 0 --in ~/empty 2>&1 | tail -n 1 && git worktree list | wc -l && ls -d ~/empty || echo gone
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("exit 5\nMine\n  a  1  1  same\n2\n"), "\(result.output)")
        #expect(result.output.hasSuffix("gone\n"), "\(result.output)")
    }

    @Test func `A hook of the user's that fails in the worktree keeps no run from being done again`() async throws {
        let result = try await run(
            """
            git model run -q --name a -- git model record metric a=1
            printf '#!/bin/sh\\nexit 2\\n' > .git/hooks/post-checkout.before-git-model
            chmod +x .git/hooks/post-checkout.before-git-model
            git model reproduce a --tolerance 0 2>&1 | tail -n 1 && git worktree list | wc -l
            """
        )
        #expect(result.output == "  a  1  1  same\n1\n", "\(result.output)")
    }

    @Test func `A worktree whose lock the command took away stays`() async throws {
        let result = try await run(
            """
            echo '[ ! -e ~/again ] || git worktree unlock "$PWD"; git model record metric a=1' > unlock.sh && git add -A && git commit -qm Unlock
            git model run -q --name a -- sh unlock.sh && touch ~/again
            git model reproduce a --tolerance 0 --in ~/place 2>&1 | grep warning | sed "s|$HOME|HOME|"
            ls ~/place/unlock.sh | wc -l && git model gc > ~/log 2>&1 && git worktree list | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                warning: the worktree HOME/place was not removed: it is not locked for this any more
                1
                2

                """,
            "\(result.output)"
        )
    }

    @Test func `What the run's own PYTHONPATH named comes before projects that are installed editable`() async throws {
        let result = try await run(
            """
            python3 -m venv --without-pip .venv && echo .venv/ >> .gitignore && mkdir lib src
            echo "$PWD/src" > $(echo .venv/lib/python3*/site-packages)/own.pth
            echo 'V = 1' > lib/foo.py && echo 'V = 2' > src/foo.py && echo 'V = 3' > src/bar.py
            cat > use.py <<'END'
            import bar, foo, subprocess
            subprocess.run(["git", "model", "record", "metric", f"foo={foo.V}", f"bar={bar.V}"], check=True)
            END
            git add -A && git commit -qm Modules && PYTHONPATH=lib git model run -q --name own -- .venv/bin/python use.py
            echo 'V = 9' | tee lib/foo.py src/foo.py > src/bar.py && git commit -qam Others
            git model reproduce own --tolerance 0 2>&1 | tail -n +2
            git model run -q --name bare -- .venv/bin/python use.py
            PYTHONPATH=other git model reproduce bare --tolerance 0 2>&1 | grep variable
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        // What the repetition sets itself is no difference; what its user set is.
        #expect(
            result.output == """
                  bar  3  3  same
                  foo  1  1  same
                  variable  PYTHONPATH  none  → other

                """,
            "\(result.output)"
        )
    }

    @Test func `A shell's script imports the worktree's code, too`() async throws {
        let result = try await run(
            """
            python3 -m venv --without-pip .venv && echo .venv/ >> .gitignore && mkdir src && echo 'X = 1' > src/inner.py
            echo "$PWD/src" > $(echo .venv/lib/python3*/site-packages)/own.pth && echo 'python use.py' > train.sh
            cat > use.py <<'END'
            import inner, subprocess
            subprocess.run(["git", "model", "record", "metric", f"x={inner.X}"], check=True)
            END
            git add -A && git commit -qm Module && PATH=$PWD/.venv/bin:$PATH && export PATH
            git model run -q --name shell -- bash train.sh && echo 'X = 2' > src/inner.py && git commit -qam Two
            git model reproduce shell --tolerance 0 2>&1 | tail -n +2
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "  x  1  1  same\n", "\(result.output)")
    }

    @Test func `A repository inside of the interpreter's own directory is a work tree like any other`() async throws {
        let result = try await run(
            """
            python3 -m venv --without-pip ~ && mkdir src && echo 'V = 1' > src/inside.py
            echo "$PWD/src" > $(echo ~/lib/python3*/site-packages)/own.pth
            cat > use.py <<'END'
            import inside, subprocess
            subprocess.run(["git", "model", "record", "metric", f"v={inside.V}"], check=True)
            END
            git add -A && git commit -qm Module && git model run -q --name around -- ~/bin/python use.py
            echo 'V = 2' > src/inside.py && git commit -qam Two && git model reproduce around --tolerance 0 2>&1 | tail -n +2
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "  v  1  1  same\n", "\(result.output)")
    }
}
