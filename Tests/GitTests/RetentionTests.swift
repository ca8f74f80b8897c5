import Git
import SystemPackage
import Testing

/// Which commits stay where a branch keeps only its newest ones.
@Suite("Retention")
struct RetentionTests {
    /// A repository whose commits are named by what they write, and the names of those that stay.
    private func retained(_ keep: Int, _ script: (Scratch) async throws -> Void) async throws -> Set<String> {
        let scratch = try Scratch()
        try await scratch.git("init", "--quiet", "r", in: scratch.root)
        try await script(scratch)
        let repository = try await scratch.open(scratch.root.appending("r"))
        let retention = try await repository.retention(keepingLast: keep, changing: ".mver")
        let commits = try await repository.objects.commits(retention.commits)
        #expect(retention.histories.isEmpty)
        return Set(commits.map(\.subject))
    }

    @Test("are the newest of each branch that change a pointer, the tip, and what has a tag")
    func branches() async throws {
        let kept = try await retained(2) { scratch in
            for name in ["1", "2", "3", "4"] { try await scratch.commit(name) }
            try await scratch.git("tag", "v1", "HEAD~3", in: scratch.root.appending("r"))
            try await scratch.git("branch", "side", "HEAD~1", in: scratch.root.appending("r"))
            try await scratch.commit("code", file: "train.py")
        }
        #expect(kept == ["code", "4", "3", "2", "1"])
        let alone = try await retained(1) { scratch in
            for name in ["1", "2", "3", "4"] { try await scratch.commit(name) }
            try await scratch.commit("code", file: "train.py")
        }
        #expect(alone == ["code", "4"])
    }

    @Test("and what the stash has, and what only a reflog leads to, but not what a branch has left behind")
    func undo() async throws {
        let kept = try await retained(1) { scratch in
            let repository = scratch.root.appending("r")
            for name in ["1", "2", "3"] { try await scratch.commit(name) }
            try await scratch.git("commit", "--quiet", "--amend", "--message=3 again", in: repository)
            try scratch.write("stashed", to: "r/m.mver")
            try await scratch.git("stash", "push", "--quiet", "--message=mine", in: repository)
        }
        #expect(kept.subtracting(["3 again", "3"]).allSatisfy { $0.contains("main") && !["1", "2"].contains($0) })
        #expect(kept.contains("3") && kept.contains("On main: mine"))
    }

    @Test("and what no Git remote has, once there is one")
    func unpushed() async throws {
        let kept = try await retained(1) { scratch in
            let repository = scratch.root.appending("r")
            for name in ["1", "2"] { try await scratch.commit(name) }
            try await scratch.git("update-ref", "refs/remotes/origin/main", "HEAD", in: repository)
            for name in ["3", "4", "5"] { try await scratch.commit(name) }
        }
        #expect(kept == ["2", "3", "4", "5"])
    }

    @Test("and all history of references that are no branches")
    func other() async throws {
        let scratch = try Scratch()
        try await scratch.git("init", "--quiet", "r", in: scratch.root)
        for name in ["1", "2"] { try await scratch.commit(name) }
        try await scratch.git("update-ref", "refs/kept/x", "HEAD", in: scratch.root.appending("r"))
        let repository = try await scratch.open(scratch.root.appending("r"))
        let head = try await repository.objects.resolve("HEAD")
        #expect(try await repository.retention(keepingLast: 1, changing: ".mver").histories == [head])
    }

    @Test("and the commit of a run, here or at a remote, without its history")
    func runs() async throws {
        let kept = try await retained(1) { scratch in
            for name in ["1", "2", "3", "4"] { try await scratch.commit(name) }
            let repository = scratch.root.appending("r")
            try await scratch.git("update-ref", "refs/git-model/runs/a", "HEAD~2", in: repository)
            try await scratch.git("update-ref", "refs/git-model-remotes/origin/runs/b", "HEAD~1", in: repository)
        }
        #expect(kept == ["4", "3", "2"])
    }

    @Test("and of a run that is shared without being kept its own commit and that of its record, without their history")
    func unkeptRuns() async throws {
        let kept = try await retained(1) { scratch in
            for name in ["1", "2", "3", "4", "5"] { try await scratch.commit(name) }
            let repository = scratch.root.appending("r")
            for (run, code, reference) in [
                ("a", "HEAD~1", "git-model-remotes/origin/unkept-runs/a"), ("b", "HEAD~3", "git-model/unkept-runs/b"),
            ] {
                let arguments: [GitArgument] = ["commit-tree", "-m", GitArgument(run), "-p", GitArgument(code)]
                let record = try await scratch.program(repository).run(arguments + ["HEAD^{tree}"]).line
                try await scratch.git("update-ref", "refs/\(reference)", GitArgument(record), in: repository)
            }
            let first = try await scratch.git("commit-tree", "-m", "c", "HEAD^{tree}", in: repository)
            let reference: GitArgument = "refs/git-model-remotes/origin/unkept-runs/c"
            try await scratch.git("update-ref", reference, GitArgument(first), in: repository)
            try await scratch.git("update-ref", "refs/git-model/unkept-runs/d", "HEAD^{tree}", in: repository)
        }
        #expect(kept == ["5", "4", "2", "a", "b", "c"])
    }
}

extension Scratch {
    fileprivate func commit(_ name: String, file: String = "m.mver") async throws {
        try write(name, to: "r/\(file)")
        try await git("add", GitArgument(file), in: root.appending("r"))
        try await git("commit", "--quiet", "--message=\(name)", in: root.appending("r"))
    }
}
