import TestSupport
import Testing

/// Which number a version gets and why, what stages had at a moment, and gates that look at files and remotes.
@Suite struct RegistryRulesTests {
    private static let setUp = """
        git init -q --bare ~/origin.git && git remote add origin ~/origin.git
        git model init -q --name bert --remote ~/store && git commit -qm 'Set up' && git push -q -u origin main

        """

    private func run(_ script: String) async throws -> ShellResult {
        try await ScratchRepository(named: "bert").run(Self.setUp + script)
    }

    @Test func `What changed decides about the next version's number, and is said`() async throws {
        let result = try await run(
            """
            cat > weights.py <<'END'
            import json, struct, sys
            tensors, data = {}, b''
            for word in sys.argv[2:]:
                name, count, value = word.split(':')
                tensors[name] = {'dtype': 'F32', 'shape': [int(count)], 'data_offsets': [len(data), len(data) + 4 * int(count)]}
                data += struct.pack('<f', float(value)) * int(count)
            head = json.dumps(tensors).encode()
            open(sys.argv[1], 'wb').write(struct.pack('<Q', len(head)) + head + data)
            END
            step() {
                git model add -q *.safetensors && git add -A && git commit -qm Step && git model tag --bump auto 2> ~/hints
            }
            signature() {
                printf '{"inputs": [{"name": "ids", "dtype": "%s", "shape": ["n"]}], "outputs": [{"name": "y", "dtype": "float32", "shape": []}]}' $1 > ~/signature.json
                git model describe -q --signature ~/signature.json
            }
            python3 weights.py w.safetensors a:90000:1 && step
            python3 weights.py w.safetensors a:90000:2 && git model add -q w.safetensors && git commit -qm Step
            git model tag --bump auto -n && git tag && git model tag --bump auto 2> ~/hints
            python3 weights.py w.safetensors a:90000:2 b:9000:1 && step
            python3 weights.py w.safetensors a:90000:2 b:9001:1 && step
            python3 weights.py x.safetensors a:9000:2 && step
            signature int64 && step
            signature int32 && step
            git model rm -q x.safetensors && step
            git model tag --bump auto 2>&1 || echo same $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "Tagged bert@v0.1.0 at ", "no run\n  it is the first version\n",
            "It would be bert@v0.1.1 at ",
            "no run\n  the same artifacts with other values\nbert@v0.1.0\nTagged bert@v0.1.1 at ",
            "Tagged bert@v0.2.0 at ", "no run\n  tensor b of w.safetensors: added\n",
            "Tagged bert@v0.3.0 at ", "no run\n  tensor b of w.safetensors: reshaped\n",
            "Tagged bert@v0.4.0 at ", "no run\n  x.safetensors is new\n", "Tagged bert@v0.4.1 at ",
            "Tagged bert@v1.0.0 at ", "no run\n  ids of the signature's inputs is another\n",
            "Tagged bert@v2.0.0 at ", "no run\n  x.safetensors is gone\n", "nothing changed since v2.0.0\n", "same 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    /// Two versions of January, the first in production since February, the second from March to April.
    private static let yearOfStages = """
        seq 1 50000 > w.bin && git model add -q w.bin && git commit -qm One && git model tag -q v1.0.0 --push
        seq 2 50000 > w.bin && git model add -q w.bin && git commit -qm Two && git model tag -q v1.1.0 --push
        export GIT_COMMITTER_DATE=2026-02-01T00:00:00Z && git model promote -q v1.0.0 production
        export GIT_COMMITTER_DATE=2026-03-01T00:00:00Z && git model promote -q v1.1.0 production
        export GIT_COMMITTER_DATE=2026-04-01T00:00:00Z && git model demote -q v1.1.0 production

        """

    @Test(arguments: [
        ("2026-01-01", "{}", 0), ("2026-01-31", "{}", 2), ("2026-02-01T00:00:00Z", "{\"production\":\"v1.0.0\"}", 3),
        ("2026-02-28", "{\"production\":\"v1.0.0\"}", 3), ("2026-03-01", "{\"production\":\"v1.1.0\"}", 4),
        ("2026-04-01", "{\"production\":\"v1.0.0\"}", 5),
    ])
    func `What stages had is known for any moment`(time: String, stages: String, lines: Int) async throws {
        let result = try await run(
            Self.yearOfStages + """
                git model log --at \(time) --json | grep -o '"stages":{"bert":.*}}'
                git model log --at \(time) | grep -c '^bert@' || true
                git model log --at noon 2>&1 || echo usage $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.contains("\"stages\":{\"bert\":\(stages)}"), "\(result.output)")
        #expect(result.output.contains("\n\(lines)\nerror: noon is no time\n"), "\(result.output)")
        #expect(result.output.hasSuffix("usage 2\n"), "\(result.output)")
    }

    @Test func `A gate asks for the bytes in the remote, and takes no pickle that nobody looked into`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.production.require 'remote safe-pickle'
            git add -A && git commit -qm Gates && git push -q origin main
            python3 -c 'import pickle; open("w.bin", "wb").write(pickle.dumps(print))'
            git model add -q w.bin && git commit -qm Pickle && git model tag -q v1.0.0
            git push -q --no-verify origin main bert@v1.0.0 && git model promote v1.0.0 production || echo pickle $?
            seq 3 50000 > w.bin && git model add -q w.bin && git commit -qm Safe && git model tag -q v1.1.0
            git push -q --no-verify origin main bert@v1.1.0 && git model promote v1.1.0 production || echo absent $?
            git model push -q && git model promote v1.1.0 production
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "FAIL  safe to unpickle       w.bin is a pickle, and is not looked into\n", "pickle 1\n",
            "production does not take bert@v1.1.0:\nFAIL  objects in the remote", "absent 1\n",
            "production has bert@v1.1.0 now",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A base without configuration has no policy, and that is a no`() async throws {
        let result = try await run(
            """
            git checkout -q --orphan bare && git rm -rfq --cached . && git commit -q --allow-empty -m Empty
            git checkout -q -f main && git model check bare..main 2>&1 || echo refused $?
            git model check bare..main --bootstrap && git model check main..main
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "FAIL  policy     the base has no .mver/config: no policy yet\n", "may not be merged\n",
            "hint: where that is meant so: `git model check --bootstrap bare..main`\n", "refused 1\n",
            "-  policy     the base has no .mver/config: no policy yet\n", "may be merged\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `An artifact that a range removes is told of, and one that it damages is not gone`() async throws {
        let result = try await run(
            """
            seq 9 > a.bin && seq 8 > b.bin && git model add -q a.bin b.bin && git commit -qm Two
            git model rm -q a.bin && git commit -qm One && git model check HEAD~1..HEAD
            echo nonsense > b.bin.mver && git commit -qnam Damage && git model check HEAD~1..HEAD || echo damaged $?
            git model check HEAD..HEAD
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "-  a.bin  it was removed\nmay be merged\n", "FAIL  b.bin.mver  it is no pointer: ", "damaged 1\n",
        ] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(!result.output.contains("b.bin  it was removed"), "\(result.output)")
        #expect(result.output.split(separator: "none was changed").count == 3, "\(result.output)")
    }

    static let damages = [
        ("printf '[gate \"production\"\\n' >> .mver/config", "after it, .mver/config is no configuration: "),
        ("rm .mver/config && ln -s elsewhere .mver/config", "after it, .mver/config is not a plain file\n"),
        ("echo '{' > .mver/models/bert.json", "FAIL  .mver/models/bert.json  "),
    ]

    @Test(arguments: damages)
    func `A range that breaks what it is judged by is refused where it is checked out`(
        change: String,
        finding: String
    ) async throws {
        let result = try await run(
            """
            echo '{"accuracy": 0.5}' > metrics.json && seq 9 > w.bin && git model add -q w.bin
            git config -f .mver/config gate.production.metric 'accuracy >= 0.1' && git add -A && git commit -qm One
            git model push -q && git push -q origin main && git model tag -q v1.0.0 --push
            git model promote -q v1.0.0 production && git checkout -q -b broken && \(change)
            git add -A && git commit -qnm Break && git model check main..HEAD || echo refused $?
            git model check $(git rev-parse main)..$(git rev-parse HEAD) --stage production || echo refused $?
            git model report main...HEAD --stage production || echo reported $?
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.ranges(of: finding).count >= 2, "\(result.output)")
        #expect(result.output.ranges(of: "refused 1\n").count == 2, "\(result.output)")
        for text in ["accuracy >= 0.1", "## ❌ The model may not be merged\n", "reported 1\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `Rules of a base that cannot be read are named, and can be mended by a pull request`() async throws {
        let result = try await run(
            """
            printf '[gate "production"\\n' >> .mver/config && git commit -qnam Break && git push -q --no-verify origin HEAD:main
            git tag broken && git checkout -q HEAD~1 -- .mver/config && git commit -qm Mend && seq 9 > w.bin
            git model check broken..HEAD || echo "refused $?"
            git model check --bootstrap broken..HEAD && git model report --bootstrap broken..HEAD > ~/report
            git model add -q w.bin && git commit -qm One && git model push -q && git tag -am v1.0.0 bert@v1.0.0
            git push -q origin bert@v1.0.0 && git model promote v1.0.0 production || echo "failed $?"
            echo "$(git rev-parse broken) is it"
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let line = try #require(result.output.split(separator: "\n").first { $0.hasSuffix(" is it") })
        let place = ".mver/config of \(line.prefix(12))"
        for text in [
            "rule changed: .mver/config can be read again\n",
            "FAIL  policy     \(place) is no configuration: bad config line ", "refused 1\n",
            "hint: where that is meant so: `git model check --bootstrap broken..HEAD`\n",
            "-  policy     \(place) is no configuration: ", "may be merged\n",
            "error: \(place) is no configuration: ", "`git show \(line.prefix(12)):.mver/config`", "failed 5\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `What makes the gates unreadable is not merged, and no more of new rules counts`() async throws {
        let result = try await run(
            """
            git config -f .mver/config gate.production.require run && git commit -qam Gates && git tag base
            try() { echo "=== $1" && git commit -qam "$1" && git model check HEAD~1..HEAD || echo "refused $?"; }
            git config -f .mver/config gate.production.require ruin && try word
            git model report HEAD~1..HEAD || echo "reported $?"
            seq 9 > notes && git add notes && try elsewhere
            git config -f .mver/config gate.production.require run && try mended
            git config -f .mver/config gate.staging.metric 'f1 over 0.9' && git config -f .mver/config 'gate.a b.metric' f1 && try metric
            git checkout -q -b odd base && printf '[gate "production"\\n' >> .mver/config && git commit -qnam Syntax
            git checkout -q base && echo "=== syntax" && git model check base..odd || echo "refused $?"
            """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        let parts = result.output.split(separator: "=== ")
        for (part, texts) in [
            (
                "word",
                [
                    "FAIL  policy     after it, gate ruin of .mver/config is none of run, ", "refused 1\n",
                    "may not be merged", "reported 1\n",
                ]
            ), ("elsewhere", ["\nmay be merged\n"]), ("mended", ["\nmay be merged\n"]),
            (
                "metric",
                [
                    "after it, gate \"f1 over 0.9\" of .mver/config is no condition on a metric\n",
                    "after it, gate.a b.metric of .mver/config: ", "refused 1\n",
                ]
            ), ("syntax", ["FAIL  policy     after it, .mver/config is no configuration: ", "refused 1\n"]),
        ] as [(String, [String])] {
            let said = try #require(parts.first { $0.hasPrefix(part + "\n") }, "\(result.output)")
            for text in texts { #expect(said.contains(text), "\(text): \(said)") }
        }
    }
}
