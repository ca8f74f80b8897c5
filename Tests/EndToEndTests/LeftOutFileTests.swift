import TestSupport
import Testing

/// What `.mverignore` leaves out of an artifact is nobody's to remove, and no way out of the repository.
@Suite struct LeftOutFileTests {
    private func run(_ script: String) async throws -> ShellResult { try await ScratchRepository().run(script) }

    @Test func `A link that is left out leads no file of a tree out of the repository`() async throws {
        let result = try await run(
            """
            mkdir -p weights/a/.ssh && echo evil | tee weights/a/.ssh/authorized_keys > weights/a/projects
            git model init -q --name m --remote ~/models && git model add -q weights && git commit -qm 1 && git model push -q
            rm -r weights/a && ln -s ../.. weights/a && echo /weights/a > .mverignore
            git add -f weights/a .mverignore && git commit -qm 2 2> ~/log
            mkdir -p ~/victim/.ssh ~/victim/projects && echo mine | tee ~/victim/.ssh/authorized_keys > ~/victim/projects/work
            git clone -q . ~/victim/c && cd ~/victim/c
            git model pull 2>&1 > ~/out || echo "exit $?"
            git model checkout -q 2> ~/err || echo "exit $?"
            cat ~/victim/.ssh/authorized_keys ~/victim/projects/work
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("/weights/a is a symbolic link in the way of "), "\(result.output)")
        #expect(result.output.hasSuffix("exit 3\nexit 3\nmine\nmine\n"), "\(result.output)")
    }

    @Test(arguments: ["run", "run/x"])
    func `A file does not take the place of a directory that holds what is left out`(place: String) async throws {
        let result = try await run(
            """
            git model init -q && echo '*.log' > .mverignore && git add .mverignore && mkdir -p $(dirname \(place))
            echo file > \(place) && git model add -q run && git commit -qm one && git model tag -q v1.0.0
            rm \(place) && mkdir \(place) && echo 1 > \(place)/a && echo mine > \(place)/train.log
            git model add -q run && git commit -qm two
            git model checkout -q v1.0.0 2> ~/err || echo "exit $?"
            grep -o '/\(place) holds files that .mverignore leaves out' ~/err && cat \(place)/train.log
            git switch -q main && cat \(place)/a \(place)/train.log && git model status --exit-code > ~/out 2>&1
            git model checkout -q v1.0.0 2> ~/err || rm \(place)/train.log && git model checkout -q && cat \(place)
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(
            result.output == "exit 3\n/\(place) holds files that .mverignore leaves out\nmine\n1\nmine\nfile\n",
            "\(result.output)"
        )
    }

    @Test func `A file that is left out and in no store is not written over`() async throws {
        let result = try await run(
            """
            git model init -q && mkdir run && echo 1 > run/a && echo old > run/train.log && git model add -q run
            git commit -qm one && echo '*.log' > .mverignore && echo 2 > run/b && git add .mverignore && git model add -q run
            git commit -qm two && echo mine > run/train.log && git checkout -q HEAD~ -- run.mver
            git model checkout > ~/log 2> ~/err || echo "exit $?"
            grep -o '/run/train.log is left out by .mverignore, and its bytes are in no store' ~/err
            cat run/b run/train.log && cp -r run ~/run && grep -c '^hint: move it away' ~/err
            sed -n 's/^hint: or lose it: `\\(.*\\)`$/\\1/p' ~/err > ~/way && sh ~/way > ~/log && cat run/train.log && ls run
            cp ~/run/b run/b && rm run/train.log && git model checkout -q && cat run/train.log
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let refusal = "/run/train.log is left out by .mverignore, and its bytes are in no store"
        #expect(result.output == "exit 3\n\(refusal)\n2\nmine\n1\nold\na\ntrain.log\nold\n", "\(result.output)")
    }
}
