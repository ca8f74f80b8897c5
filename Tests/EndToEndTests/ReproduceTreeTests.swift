import TestSupport
import Testing

/// What the worktree of a run that is done again has of the user's own, and what becomes of it when its process is
/// killed.
@Suite struct ReproduceTreeTests {
    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository().run(
            """
            git model init -q --name small --remote ~/models && git add -A && git commit -qm 'Set up'
            export TMPDIR=~/tmp && mkdir ~/tmp

            """ + script
        )
    }

    @Test func `A worktree whose process was killed is removed, once nothing works in it`() async throws {
        let result = try await run(
            """
            echo 'echo $$ > ~/began; while [ -e ~/hold ]; do sleep 0.1; done; git model record metric a=1' > hold.sh
            git add hold.sh && git commit -qm Hold && git model run -q --name held -- sh hold.sh
            begin() { touch ~/hold && rm -f ~/began; git-model reproduce held --tolerance 0 > ~/log 2>&1 & p=$!; until [ -s ~/began ]; do sleep 0.1; done; }
            trees() { git worktree list | wc -l; }
            begin; git model gc 2>&1 | grep -c reproduce || echo "in use: $(trees)"
            kill -9 $p; wait $p || echo "command goes on: $(git model gc 2>&1 | grep -c reproduce) $(trees)"
            gone() { while kill -0 $(cat ~/began) 2>/dev/null; do sleep 0.1; done; sleep 0.5; }
            kill $(cat ~/began); gone; ls ~/tmp | wc -l
            rm ~/hold; git model reproduce held --tolerance 0 2>&1 | grep 'worktree\\|reproduces' | sed "s|$HOME/tmp/git-model-[-0-9a-f]*|PLACE|; s/Run [0-9a-f]*/Run A/; s/ces [0-9a-f]*/ces B/"
            trees; ls ~/tmp | wc -l; begin; kill -9 $p $(cat ~/began); wait $p || trees
            gone; git model gc > /dev/null 2>&1; trees; ls -A .git/model/reproductions | wc -l
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        // Shells differ in what they say of a program that was killed.
        #expect(
            result.output.replacing("Killed\n", with: "") == """
                0
                in use: 2
                command goes on: 0 2
                1
                Run A reproduces B
                warning: the worktree PLACE, which a killed `git model reproduce` left, is removed
                1
                0
                2
                1
                0

                """,
            "\(result.output)"
        )
    }

    @Test func `A worktree that was to stay, or that somebody else locked, is not removed`() async throws {
        let result = try await run(
            """
            git model run -q --name a -- git model record metric a=1
            git model reproduce a --tolerance 0 --keep-worktree --in ~/kept > ~/log 2>&1 && git worktree add -q --lock --reason 'git model reproduce x' ~/mine
            git worktree add -q --lock --reason mine ~/other && git model gc > ~/log 2>&1 && git worktree list | wc -l && cat ~/log | grep -c worktree || ls ~/kept
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.hasPrefix("4\n0\n"), "\(result.output)")
    }

    @Test func `A worktree that its process let go of while another was removed stays`() async throws {
        let result = try await run(
            """
            lock() { git worktree add -q --detach --lock --reason "git model reproduce 000000000000000$1" ~/$2; }
            lock 1 first && lock 2 second && mkdir ~/bin && cat > ~/bin/git <<'END'
            #!/bin/sh
            case " $* " in
            *" worktree remove "*/first*) "$REAL" -C ~/sentiment worktree unlock ~/second;;
            *" worktree remove "*/second*) "$REAL" -C ~/sentiment worktree unlock ~/first;;
            esac
            exec "$REAL" "$@"
            END
            chmod +x ~/bin/git && REAL=$(command -v git) PATH=$HOME/bin:$PATH git-model gc 2>&1 | grep -c 'the worktree .* is removed'
            git worktree list | wc -l && ls -d ~/first ~/second 2> ~/log | wc -l && ls -A .git/model/reproductions | wc -l
            """
        )
        #expect(result.output == "1\n2\n1\n0\n", "\(result.output)")
    }

    @Test func `Submodules are at the commits that the run had, from clones that are here`() async throws {
        let result = try await run(
            """
            git init -q ~/lib && (cd ~/lib && echo V=1 > v && git add v && git commit -qm 1 && echo V=2 > v && git commit -qam 2)
            git -c protocol.file.allow=always submodule --quiet add ~/lib dep
            echo 'git model record metric "v=$(cut -d= -f2 dep/v)"' > sub.sh && git add -A && git commit -qm Submodule
            git model run -q --name two -- sh sub.sh && git -C dep checkout -q HEAD~1 && git model run -q --name one -- sh sub.sh
            echo V=9 > dep/v && git model run --name dirty -- sh sub.sh 2>&1 | grep warning && git model runs show --json dirty | grep -o '"isDirty":[a-z]*'
            git -C dep checkout -q . && mv ~/lib ~/gone && git config --get-regexp submodule > ~/before
            for name in one two; do git model reproduce $name --tolerance 0 2>/dev/null | grep ' v '; done
            git worktree list | wc -l && git config --get-regexp submodule | diff ~/before - && mv .git/modules/dep ~/modules
            git model reproduce two --tolerance 0 2>&1 | grep submodule | sed 's/at [0-9a-f]*:/at COMMIT:/'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                warning: what is changed inside the submodule dep is not in the record: commit it there first
                "isDirty":true
                  v  1  1  same
                  v  2  2  same
                1
                warning: the submodule dep is empty, and was at COMMIT: no clone of it in this repository has the commit

                """,
            "\(result.output)"
        )
    }

    @Test func `Submodules with odd names, new ones, removed ones and ignored ones are what the run had`() async throws
    {
        let result = try await run(
            """
            git init -q ~/lib && (cd ~/lib && echo 1 > v && git add v && git commit -qm 1 && echo 2 > v && git commit -qam 2)
            get() { git -c protocol.file.allow=always submodule --quiet add ~/lib "$1"; }
            tab=$(printf 'a\\tb "c" \\303\\274') && get 'sü d' && get "$tab" && get gone && get dep
            git config -f .gitmodules submodule.dep.ignore all && git config submodule.dep.ignore all
            cat > sub.sh <<'END'
            tab=$(printf 'a\\tb "c" \\303\\274')
            git model record metric "v=$(cat 'sü d/v' "$tab/v" dep/v new/v | tr -d '\\n')" "n=$(ls -d gone 2> /dev/null | wc -l)"
            END
            git add -A && git commit -qm Submodules
            for path in 'sü d' "$tab" dep; do git -C "$path" checkout -q HEAD~1; done
            get new && git rm -qf gone && git model run -q --name odd -- sh sub.sh && git model runs show --json odd | grep -o '"v":{[^}]*"value":[0-9]*' | sed 's/.*value//'
            git model reproduce odd --tolerance 0 2>&1 | grep 'same\\|different\\|submodule'
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                ":1112
                  n     0     0  same
                  v  1112  1112  same

                """,
            "\(result.output)"
        )
    }

    @Test func `A project that is installed editable is imported as the run had it`() async throws {
        let result = try await run(
            """
            python3 -m venv --without-pip .venv && echo .venv/ >> .gitignore && site=$(echo .venv/lib/python3*/site-packages)
            mkdir -p src/mylib other/found && echo 'V = 1' | tee src/mylib/__init__.py > other/found/__init__.py
            echo "$PWD/src" > $site/__editable__.mylib.pth && echo 'import __editable___found_finder as f; f.install()' > $site/found.pth
            cat > $site/__editable___found_finder.py <<'END'
            import sys
            from importlib.util import spec_from_file_location
            MAPPING = {"found": "TREE/other/found"}
            class _EditableFinder:
                @classmethod
                def find_spec(cls, name, path=None, target=None):
                    return spec_from_file_location(name, MAPPING[name] + "/__init__.py") if name in MAPPING else None
            def install():
                sys.meta_path.append(_EditableFinder)
            END
            sed -i "s|TREE|$PWD|" $site/__editable___found_finder.py
            for name in mylib hooked; do
                mkdir $site/$name-1.dist-info && printf 'Metadata-Version: 2.1\\nName: %s\\nVersion: 1\\n' $name > $site/$name-1.dist-info/METADATA
            done
            printf '{"url": "file://%s", "dir_info": {"editable": true}}' "$PWD" > $site/mylib-1.dist-info/direct_url.json
            printf '{"url": "file://%s/ext", "dir_info": {"editable": true}}' "$PWD" > $site/hooked-1.dist-info/direct_url.json
            cat > use.py <<'END'
            import found, mylib, subprocess
            subprocess.run(["git", "model", "record", "metric", f"v={mylib.V}", f"w={found.V}"], check=True)
            END
            git add -A && git commit -qm Library && git model run -q --name lib -- .venv/bin/python use.py
            echo 'V = 2' | tee src/mylib/__init__.py > other/found/__init__.py && git commit -qam Two
            git model reproduce lib --tolerance 0 2>&1 | grep 'same\\|hook' | sed "s|$PWD|HERE|"
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                  v  1  1  same
                  w  1  1  same
                warning: hooked is installed from HERE/ext by a hook that cannot be led to the worktree: the run imported it from there, as it is now

                """,
            "\(result.output)"
        )
    }

    @Test func `What a run changes of data that are linked is said`() async throws {
        let result = try await run(
            """
            mkdir raw && echo raw/ >> .gitignore && echo b > raw/b
            echo '[ ! -e ~/again ] || echo c >> raw/b; git model record metric a=1' > change.sh && git add -A && git commit -qm Raw
            git model run -q --name a --data raw -- sh change.sh && git model reproduce a --tolerance 0 2>&1 | grep -c raw || touch ~/again
            git model reproduce a --tolerance 0 2>&1 | grep raw
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output
                == "0\nwarning: the run changed raw in your own work tree: the worktree had a link to it\n",
            "\(result.output)"
        )
    }

    @Test func `What changes of data of which only parts are linked is said, and of nothing else`() async throws {
        let result = try await run(
            """
            mkdir -p raw/big && echo t > raw/tracked && echo x > raw/big/x && echo y > raw/big/y && echo raw/big/ >> .gitignore
            echo '[ ! -e ~/again ] || echo c | tee -a raw/tracked raw/big/x >> raw/big/y; git model record metric a=1' > change.sh
            git add -A && git commit -qm Raw && git model run -q --name a --data raw -- sh change.sh
            git model reproduce a --tolerance 0 2>&1 | grep -c raw || touch ~/again
            git model reproduce a --tolerance 0 2>&1 | grep raw
            cat raw/tracked raw/big/x
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == """
                0
                warning: the run changed raw/big/x and 1 more in your own work tree: the worktree had links to them
                t
                x
                c

                """,
            "\(result.output)"
        )
    }

    @Test(arguments: ["--data raw --data raw/a.csv", "--data raw/a.csv --data raw"])
    func `Data may be named beside the directory that they are in`(data: String) async throws {
        let result = try await run(
            """
            mkdir raw && echo raw/ >> .gitignore && seq 3 > raw/a.csv && echo b > raw/b
            echo 'git model record metric "n=$(cat raw/a.csv | wc -l)"' > count.sh && git add -A && git commit -qm Count
            git model run -q --name a \(data) -- sh count.sh && git model reproduce a --tolerance 0 2>&1 | tail -n +2
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output == "  n  3  3  same\n", "\(result.output)")
    }
}
