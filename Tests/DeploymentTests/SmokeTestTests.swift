import Deployment
import SystemIO
import SystemPackage
import Testing

/// Releases whose servers work, and such as fail in every way.
struct SmokeTestTests {
    @Test func `A server that gives what is expected passes`() async throws {
        let outcome = try await PythonRelease("serve()").outcome()
        #expect(outcome.result == .passed && outcome.found == "" && outcome.milliseconds > 0, "\(outcome)")
    }

    @Test func `One that listens late is waited for, by its health where it has one`() async throws {
        let late = try PythonRelease("time.sleep(0.5); serve()")
        #expect(await late.outcome().result == .passed)
        let loading = try PythonRelease(
            """
            begun = time.time()
            class Loading(Handler):
                def do_GET(self):
                    self.answer(200 if self.path == "/ping" and time.time() > begun + 1 else 503, b"")
                def do_POST(self):
                    if time.time() < begun + 1: os._exit(9)
                    super().do_POST()
            serve(Loading)
            """
        )
        loading.plan.health = "/ping"
        let outcome = await loading.outcome()
        #expect(outcome.result == .passed && outcome.milliseconds >= 500, "\(outcome)")
    }

    @Test func `One at a Unix socket is asked there`() async throws {
        let release = try PythonRelease(
            """
            class Server(socketserver.ThreadingUnixStreamServer):
                pass
            class Local(Handler):
                def address_string(self): return "-"
            Server(os.environ["GIT_MODEL_SOCKET"], Local).serve_forever()
            """
        )
        release.plan.serve = ["python3", "serve.py", "{socket}"]
        release.plan.health = "/ping"
        let outcome = await release.outcome()
        #expect(outcome.result == .passed, "\(outcome)")
    }

    @Test func `What somebody else answers at its port is no answer of one that ended meanwhile`() async throws {
        let late = try PythonRelease(
            "open('part', 'w').write(str(os.getpid())); os.rename('part', 'pid'); time.sleep(100)"
        )
        let other = try PythonRelease(
            """
            class Killing(Handler):
                def do_POST(self):
                    while not os.path.exists("\(late.path)/pid"): time.sleep(0.05)
                    number = open("\(late.path)/pid").read()
                    os.kill(int(number), signal.SIGKILL)
                    while os.path.exists("/proc/" + number): time.sleep(0.05)
                    time.sleep(1)
                    super().do_POST()
            serve(Killing)
            """
        )
        func test(_ release: PythonRelease) -> SmokeTest {
            SmokeTest(
                plan: release.plan,
                directory: release.path,
                timeout: 60,
                environment: PythonRelease.environment
            )
        }
        func start(_ release: PythonRelease, _ port: Int?) async throws -> any RunningServer {
            let variables = PythonRelease.environment
            return try await LocalServeLaunch()
                .start(release.plan.serve, in: release.path, variables: variables, port: port)
        }
        let listening = try await start(other, nil)
        #expect(await test(other).waitUntilReady(listening).result == .skipped)
        let port = try #require(listening.address.split(separator: ":").last.flatMap { Int($0) })
        let ending = try await start(late, port)
        let outcome = await test(late).check(ending)
        #expect(outcome.result == .failed, "\(outcome)")
        #expect(outcome.found.contains("before /invocations was answered"), "\(outcome.found)")
        await ending.stop()
        await listening.stop()
    }

    /// A server, how long it may take, and what is said of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let body: String
        var timeout = 60
        var health: String?
        let found: [String]

        var testDescription: String { found.joined(separator: " … ") }
    }

    static let failing = [
        Case(
            body: "print('no such layer'); sys.exit(3)",
            found: ["its server ended", "before it was ready", "no such layer"]
        ),
        Case(body: "os.kill(os.getpid(), signal.SIGKILL)", found: ["its server ended", "137", "before it was ready"]),
        Case(
            body: "print('loading', flush=True); time.sleep(100)",
            timeout: 5,
            found: ["was not ready within 5 s", "nothing listens at 127.0.0.1:", "\n    loading"]
        ),
        Case(
            body: "serve()",
            timeout: 15,
            health: "/nowhere",
            found: ["was not ready within 15 s", "/nowhere answers 404"]
        ),
        Case(
            body: """
                s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
                while True:
                    c, _ = s.accept()
                    c.sendall(b"garbage\\r\\n\\r\\n")
                    c.close()
                """,
            timeout: 10,
            found: ["did not answer /invocations: what the server sends is no HTTP"]
        ),
        Case(
            body: """
                class Broken(Handler):
                    def do_POST(self): self.answer(500, b"CUDA out of \\x1b[31mmemory")
                serve(Broken)
                """,
            found: ["/invocations answers 500: CUDA out of [31mmemory"]
        ),
        Case(
            body: """
                class Hanging(Handler):
                    def do_POST(self): time.sleep(100)
                serve(Hanging)
                """,
            timeout: 6,
            found: ["did not answer /invocations: there was no answer within 6 s"]
        ),
        Case(
            body: """
                class Dying(Handler):
                    def do_POST(self):
                        print("out of memory", flush=True)
                        os._exit(4)
                serve(Dying)
                """,
            found: ["its server ended with exit code 4 before it answered /invocations", "\n    out of memory"]
        ),
        Case(
            body: """
                class Wrong(Handler):
                    def do_POST(self): self.answer(200, b'{"predictions": [3, 6, 9.001]}')
                serve(Wrong)
                """,
            found: ["differs from out.json: $.predictions[2] is 9.001, and should be 9: ", "1 of 3 values differ"]
        ),
        Case(
            body: """
                class Odd(Handler):
                    def do_POST(self): self.answer(200, b'<html>')
                serve(Odd)
                """,
            found: ["differs from out.json: it gave <html>, which is no JSON as expected"]
        ),
    ]

    @Test(arguments: failing)
    func `One that does not work fails, and it is said why`(test: Case) async throws {
        let release = try PythonRelease(test.body)
        release.plan.health = test.health
        let outcome = await release.outcome(timeout: test.timeout)
        #expect(outcome.result == .failed)
        for text in test.found { #expect(outcome.found.contains(text), "\(outcome.found)") }
    }

    @Test func `The log is told by its last ten lines`() async throws {
        let outcome = try await PythonRelease("for i in range(30): print('line', i, '\\x1b[0m')\nsys.exit(1)").outcome()
        let lines = outcome.found.split(separator: "\n")
        #expect(
            lines.count == 11 && lines[1] == "    line 20 [0m" && lines[10] == "    line 29 [0m",
            "\(outcome.found)"
        )
    }

    @Test func `One that ignores SIGTERM is gone all the same, with its children`() async throws {
        let release = try PythonRelease(
            """
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if os.fork() == 0:
                time.sleep(1000)
            serve()
            """
        )
        let server = try await LocalServeLaunch(grace: 1)
            .start(release.plan.serve, in: release.path, variables: PythonRelease.environment, port: nil)
        let test = SmokeTest(plan: release.plan, directory: release.path, timeout: 60, environment: [:])
        #expect(await test.check(server).result == .passed)
        #expect(await !server.hasEnded())
        await server.stop()
        #expect(await server.hasEnded())
        let group = try #require(server as? LocalServer).identifier
        #expect(PythonRelease.processes(ofGroup: group) == [])
    }

    @Test(arguments: [
        (["/no/such/program"], "cannot run /no/such/program: No such file or directory"),
        (["no-such-program"], "there is no program no-such-program on PATH"),
        (["./in.json"], "Permission denied"),
    ])
    func `A command that is not there fails`(_ words: [String], _ text: String) async throws {
        let release = try PythonRelease("")
        release.plan.serve = words
        let outcome = await release.outcome()
        #expect(outcome.result == .failed && outcome.found.hasPrefix("its server cannot be started: "))
        #expect(outcome.found.contains(text), "\(outcome.found)")
    }

    @Test func `Samples and expectations have to be in the release, and to make sense`() async throws {
        let release = try PythonRelease("serve()")
        release.plan.sample = "tests/no.json"
        #expect(await release.outcome().found == "the release has no file tests/no.json, its sample")
        release.plan.sample = "../in.json"
        #expect(await release.outcome().result == .failed)
        release.plan.sample = "in.json"
        release.plan.expectation?.path = "no.json"
        #expect(await release.outcome().found == "the release has no file no.json, its expected output")
        try SymbolicLink.write(target: "/etc/passwd", to: release.path.appending("link.json"))
        release.plan.expectation?.path = "link.json"
        #expect(await release.outcome().found == "link.json, its expected output, is no file")
        try release.write("nan.json", "{\"predictions\": [3, NaN, 9]}")
        release.plan.expectation?.path = "nan.json"
        let outcome = await release.outcome()
        #expect(outcome.result == .failed && outcome.found.contains("what is expected is NaN at $.predictions[1]"))
    }

    @Test func `What nobody said anything of is loaded only`() async throws {
        let release = try PythonRelease("serve()")
        release.plan.expectation = nil
        var outcome = await release.outcome()
        #expect(
            outcome.result == .unchecked
                && outcome.found == "answers, and nobody said what it should give for its sample"
        )
        try Directories.create(release.path.appending("samples"), durable: false)
        for sample in ["samples", "no.json"] {
            release.plan.sample = sample
            #expect(await release.outcome().result == .unchecked, "\(sample)")
        }
        release.plan.sample = nil
        outcome = await release.outcome()
        #expect(outcome.result == .unchecked && outcome.found == "answers, and it has no sample to be tried on")
        try release.write("serve.py", "raise SystemExit('no')")
        #expect(await release.outcome().result == .failed)
        release.plan.serve = []
        outcome = await release.outcome()
        #expect(outcome.result == .unchecked && outcome.found == "has no command that could load it")
    }

    @Test func `A batch is run on the sample`() async throws {
        let release = try PythonRelease("")
        try release.write(
            "batch.py",
            """
            import json, sys
            assert sys.argv[1].endswith(".json") and sys.argv[2].endswith(".json"), sys.argv
            with open(sys.argv[1]) as f: rows = json.load(f)["inputs"]
            with open(sys.argv[2], "w") as f: json.dump({"predictions": [int(sys.argv[3]) * x for x in rows]}, f)
            """
        )
        release.plan.serve = []
        release.plan.batch = ["python3", "{dir}/batch.py", "{in}", "{out}", "3"]
        #expect(await release.outcome().result == .passed)
        release.plan.batch[4] = "4"
        #expect(await release.outcome().found.contains("$.predictions[0] is 4, and should be 3"))
        release.plan.batch[4] = "x"
        let failed = await release.outcome()
        #expect(failed.found.hasPrefix("its batch command ended with exit code 1; the last that it said:\n    "))
        #expect(failed.found.contains("invalid literal"))
        release.plan.batch = ["sh", "-c", "sleep 100 # {in}"]
        #expect(await release.outcome(timeout: 1).found == "its batch command did not end within 1 s")
        release.plan.batch = ["true", "{in}", "{out}"]
        #expect(await release.outcome().found.contains("did not write the one file that {out} stands for"))
        release.plan.batch = ["sh", "-c", "cat out.json # {in}"]
        #expect(await release.outcome().result == .passed)
    }

    @Test func `Of two commands, that for batches is tried where it is what is used`() async throws {
        let release = try PythonRelease("raise SystemExit('no')")
        func outcome(_ script: String) async -> SmokeOutcome {
            release.plan.batch = ["sh", "-c", script + " # {in}"]
            return await release.outcome(asBatch: true)
        }
        #expect(await outcome("cat out.json").result == .passed)
        #expect(await release.outcome().result == .failed)
        let other = await outcome("echo a,b")
        #expect(other.result == .unchecked && other.found == "runs as a batch, and out.json has another form")
        for script in ["echo '{\"predictions\": [3, 6, 8]}'", "true", "exit 3"] {
            #expect(await outcome(script).result == .failed, "\(script)")
        }
    }

    @Test(arguments: [
        ("exit 3", "its batch command ended with exit code 3", SmokeOutcome.Result.unchecked),
        ("echo a,b", "not as a batch: it runs as a batch, and out.json has another form", .passed),
        ("echo '[3, 6, 9]'", "differs from out.json", .passed),
    ])
    func `A sample that is for the server is tried by it, and it is said what the batch did`(
        script: String,
        found: String,
        result: SmokeOutcome.Result
    ) async throws {
        let release = try PythonRelease("serve()")
        release.plan.batch = ["sh", "-c", script + " # {in}"]
        let outcome = await release.outcome(asBatch: true)
        #expect(
            outcome.result == result
                && outcome.found.hasPrefix(result == .passed ? "by its server, " : "passed by its server, "),
            "\(outcome)"
        )
        #expect(outcome.found.contains(found), "\(outcome)")
    }

    @Test func `A batch command that takes no file leaves the trial to the server`() async throws {
        let release = try PythonRelease("serve()")
        release.plan.batch = ["true"]
        let outcome = await release.outcome(asBatch: true)
        #expect(outcome.result == .passed && outcome.found.isEmpty, "\(outcome)")
    }

    /// What a trial waits for: that a server is ready, that it answers, that a batch ends.
    @Test(arguments: [
        ("time.sleep(1000)", false),
        ("class Hanging(Handler):\n    def do_POST(self): time.sleep(1000)\nserve(Hanging)", false), ("", true),
    ])
    func `A trial that is interrupted is over soon`(body: String, isBatch: Bool) async throws {
        let release = try PythonRelease(body)
        release.plan.batch = ["sh", "-c", "exec sleep 1000 # {in}"]
        let cancellation = Cancellation()
        let interruption = Task {
            try await Task.sleep(for: .seconds(2))
            cancellation.cancel()
        }
        let outcome = await release.outcome(timeout: 600, asBatch: isBatch, cancellation: cancellation)
        try await interruption.value
        #expect(outcome.result == .failed && outcome.found == "was interrupted", "\(outcome)")
    }
}
