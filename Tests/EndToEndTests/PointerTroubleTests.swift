import TestSupport
import Testing

/// One pointer that cannot be read: it is named, with what helps, and everything else goes on.
@Suite struct PointerTroubleTests {
    private static let setUp = """
        git model init -q --remote ~/models && echo 1 > m.bin && mkdir w && echo 2 > n.bin && echo 3 > w/x.bin
        git model add -q m.bin n.bin w/x.bin && git commit -qm one && git branch other

        """

    /// What is wrong with a pointer, what is said of it, and the commands of the hint, which mend it.
    struct Trouble: Sendable, CustomTestStringConvertible {
        let name: String
        let script: String
        let message: String
        let remedy: String

        var testDescription: String { name }
    }

    static let troubles = [
        Trouble(
            name: "cut short",
            script: "truncate -s 50 m.bin.mver",
            message: "error: m.bin.mver: it is no pointer: it is cut short",
            remedy: "git checkout -- m.bin.mver"
        ),
        Trouble(
            name: "damaged, and staged so",
            script: "truncate -s 50 m.bin.mver; git add m.bin.mver",
            message: "error: m.bin.mver: it is no pointer: it is cut short",
            remedy: "git model add m.bin"
        ),
        Trouble(
            name: "damaged and staged, without the artifact",
            script: "echo x > m.bin.mver; git add m.bin.mver; rm m.bin",
            message: "error: m.bin.mver: it is no pointer: ",
            remedy: "git checkout HEAD -- m.bin.mver"
        ),
        Trouble(
            name: "a link",
            script: "mv m.bin.mver kept; ln -s kept m.bin.mver",
            message: "error: m.bin.mver: it is no pointer: it is not a plain file",
            remedy: "rm -r -- m.bin.mver && git checkout -- m.bin.mver"
        ),
        Trouble(
            name: "a link in the way",
            script: "mv w kept; rm kept/*.mver; ln -s kept w",
            message: "error: w/x.bin.mver: w is in its way, and is no directory",
            remedy: "mv w w.aside && git checkout -- w/x.bin.mver"
        ),
    ]

    @Test(arguments: troubles)
    func `What helps can be typed as it is printed`(trouble: Trouble) async throws {
        let scratch = try await ScratchRepository()
        let before = try await scratch.run(Self.setUp + trouble.script + "; git model status")
        #expect(before.exitCode == 3, "\(before.output)")
        #expect(before.output.contains(trouble.message), "\(before.output)")
        for command in trouble.remedy.split(separator: " && ") {
            #expect(before.output.contains("`\(command)`"), "\(before.output)")
        }
        #expect(!before.output.contains("nothing changed"))
        let after = try await scratch.run(trouble.remedy + "; git model status")
        #expect(after.exitCode == 0, "\(after.output)")
    }

    static let verbs = [
        ("rm n.bin; git model checkout -- n.bin", "restored  n.bin"),
        ("echo $$ > n.bin; git model add n.bin", "n.bin  file"),
        ("echo $$ > n.bin; git model add -u", "modified  n.bin"),
        ("git model checkout other", "Switched to branch other"),
        ("git model push", "Pushed 2 artifacts"), ("git model ls", "  n.bin\n"), ("git model du", "  n.bin  "),
        ("git model fetch", ""),
    ]

    @Test func `Every verb does the rest`() async throws {
        let scratch = try await ScratchRepository()
        try await scratch.run(
            Self.setUp + "git model push -q; echo 4 > o.bin; git model add -q o.bin; git commit -qm 2"
        )
        .expectSuccess()
        for damage in ["sed -i 's/pointer 1/pointer 2/' m.bin.mver", "truncate -s 9 m.bin.mver"] {
            for (script, output) in Self.verbs {
                let result = try await scratch.run(
                    "\(damage); \(script); code=$?; git checkout -q m.bin.mver; exit $code"
                )
                #expect(result.exitCode == 3, "\(script): \(result.output)")
                let isPushed = script.hasSuffix("push")
                #expect(isPushed || result.output.contains(output), "\(script): \(result.output)")
                #expect(result.output.contains("error: m.bin.mver: "), "\(script): \(result.output)")
            }
        }
        let newer = try await scratch.run("sed -i 's/pointer 1/pointer 2/' m.bin.mver; git model add m.bin")
        #expect(newer.exitCode == 5)
        #expect(newer.output.contains("hint: install a newer git-model"))
    }

    @Test func `A file of the user's that only has a pointer's name stops no verb, and is never written over`()
        async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                seq 1 700 > x.mver && cp x.mver ~/kept && echo 4 > o.bin && git model add -q o.bin && git model push -q
                git model status && ! git model add x.mver && echo other > x && ! git model add x && cmp x.mver ~/kept
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: x.mver has a pointer's name, and is none: it does not begin with \"git-model-pointer\"\n",
            "hint: give it another name: `mv x.mver x.mver.aside`\n",
            "error: cannot add x.mver: it is named as a pointer is\n",
            "error: cannot add x: x.mver is in the way, and is no pointer\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
        #expect(!result.output.contains("rm -r"), "\(result.output)")
    }

    @Test func `A pointer that is wrong in one version keeps no other version from coming`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            """
            set -e
            git model init -q --name small --remote ~/models
            for n in 1 2 3; do
                seq $n 50000 > x.bin && git model add -q x.bin && git commit -qm "Step $n" && git tag step.$n
            done
            cp x.bin ~/x.3 && git model push -q --all
            git clone -q . ~/mixed && cd ~/mixed && git checkout -q step.1 && size=$(grep '^size' x.bin.mver)
            git show step.2:x.bin.mver | sed "s/^size .*/$size/" > x.bin.mver && git commit -qam Mixed
            git tag mixed && git push -q origin mixed
            git clone -q ~/sentiment ~/clone && cd ~/clone && git model fetch -q step.2
            code=0 && git model fetch mixed step.3 > ~/out 2>&1 || code=$?
            cat ~/out && test $code = 3 && git model cat --no-fetch step.3:x.bin | cmp - ~/x.3
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("error: x.bin.mver: "), "\(result.output)")
    }

    @Test func `Collection refuses while a pointer cannot be read`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(Self.setUp + "truncate -s 9 m.bin.mver; git model gc")
        #expect(result.exitCode == 5)
        #expect(result.output.contains("hint: restore it: `git checkout -- m.bin.mver`"))
    }

    @Test func `What one side deleted and the other changed can be kept, and stays ignored`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            Self.setUp + """
                git switch -q -c side && echo theirs > m.bin && git model add -qu && git commit -qm theirs
                git switch -q main && git model rm -q m.bin && git commit -qm removed && ! git merge -q side
                git model status; git model checkout -- m.bin; cat m.bin; git status --short
                """
        )
        #expect(result.output.contains("hint: take what its pointer names: `git model checkout -- m.bin`\n"))
        #expect(result.output.contains("theirs\nM  .gitignore\n"), "\(result.output)")
        #expect(result.output.hasSuffix("A  m.bin.mver\n"), "\(result.output)")
    }

    /// The ways out of a conflict, and what they leave in the artifact.
    static let resolutions = [
        ("git model add m.bin", "ours\n"), ("echo mixed > m.bin; git model add m.bin", "mixed\n"),
        ("git model checkout side -- m.bin", "theirs\n"),
        ("git checkout -q --theirs m.bin.mver && git model checkout -- m.bin", "theirs\n"),
        ("git checkout -q --ours m.bin.mver && git model checkout -- m.bin", "ours\n"),
    ]

    @Test func `A merge conflict is shown and can be resolved in every way`() async throws {
        let scratch = try await ScratchRepository()
        let merged = try await scratch.run(
            Self.setUp + """
                git switch -q -c side && echo theirs > m.bin && git model add -qu && git commit -qm theirs
                git switch -q main && echo ours > m.bin && git model add -qu && git commit -qm ours
                git merge -q side; git model status
                """
        )
        #expect(merged.output.contains("warning: both sides changed m.bin: ours is "), "\(merged.output)")
        #expect(merged.output.contains("\n  conflict       m.bin    5 B\n"), "\(merged.output)")
        #expect(merged.output.contains("hint: keep what is in the work tree: `git model add m.bin`\n"))
        #expect(merged.output.contains("`git checkout --theirs -- m.bin.mver`, then `git model checkout -- m.bin`\n"))
        for (script, content) in Self.resolutions {
            let result = try await scratch.run(
                """
                \(script) && cat m.bin && [ -z "$(git ls-files -u)" ] && git commit -qm merged && git model status
                git reset -q --hard HEAD~1 && git model checkout -q --force && ! git merge -q side 2>&1 >/dev/null
                """
            )
            #expect(result.exitCode == 0, "\(script): \(result.output)")
            #expect(result.output.contains(content), "\(script): \(result.output)")
            #expect(!result.output.contains("conflict  "), "\(script): \(result.output)")
        }
    }
}
