import ArgumentParser
import SystemIO
@testable import CommandLineInterface
import Operations
import SystemPackage
import Testing

@Suite struct CommandOutcomeTests {
    @Test func `The result goes to standard output, warnings and hints to standard error`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self) == 0)
        #expect(recorder.output == "new  weights/a.bin  90.9 MB\n")
        #expect(recorder.error == "warning: the history keeps it\nhint: record it: `git commit`\n")
    }

    @Test func `A JSON document holds everything, and standard error nothing`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self, "--json", "--ending", "problem") == 3)
        #expect(
            recorder.output == """
                {"hints":["record it: `git commit`"],"outcome":"partial","path":"weights/a.bin",\
                "problems":[{"message":"no such file or directory","subject":"b.bin"}],"schema":1,"size":90868376,\
                "warnings":["the history keeps it"]}

                """
        )
        #expect(recorder.error == "")
    }

    @Test func `A batch's problems are named`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self, "-q", "--ending", "problem") == 3)
        #expect(recorder.error == "error: b.bin: no such file or directory\n")
    }

    @Test(arguments: [("ok", 0), ("no", 1), ("partial", 3), ("verification-failed", 4)] as [(String, Int32)])
    func `An outcome has an exit code`(ending: String, code: Int32) async throws {
        #expect(try await Recorder().run(SampleCommand.self, "--ending", ending) == code)
    }

    @Test func `A failure shows its causes and hints`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self, "--ending", "failure") == 13)
        #expect(
            recorder.error.hasPrefix(
                "error: cannot push a.bin\n  caused by: UnforeseenError: something unforeseen\nhint: try later\n"
            )
        )
        #expect(recorder.output == "")
    }

    @Test func `With --json a failure is one object on standard error`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self, "--json", "--ending", "interrupt") == 130)
        #expect(
            recorder.error == """
                {"error":{"causes":[],"exitCode":130,"hints":["the same command goes on where it stopped"],\
                "kind":"interrupted","message":"interrupted"},"schema":1}

                """
        )
    }

    @Test func `An error that nobody foresaw is a bug`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self, "--ending", "bug") == 70)
        #expect(recorder.error.hasPrefix("error: UnforeseenError: something unforeseen\nhint: this is a bug"))
    }

    @Test func `What comes up after an interrupt is the interrupt`() async throws {
        let recorder = Recorder()
        recorder.cancellation.cancel()
        #expect(try await recorder.run(SampleCommand.self, "--ending", "bug") == 130)
    }

    @Test func `What could not be taken back is said after an interrupt, too`() async throws {
        for words in [[], ["--json"]] {
            let recorder = Recorder()
            recorder.cancellation.cancel()
            let code = await recorder.program([]).run(try SampleCommand.parse(words + ["--ending", "half-done"]))
            #expect(code == 130)
            for text in ["cannot deploy", "going back failed", "look at it"] {
                #expect(recorder.error.contains(text), "\(recorder.error)")
            }
            #expect(words.isEmpty || recorder.error.contains("\"kind\":\"interrupted\""), "\(recorder.error)")
        }
    }

    @Test func `A verb may stream its result`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self, "--ending", "stream", "-q") == 0)
        #expect(recorder.output.hasPrefix("bytes"))
    }

    @Test func `A reader that went away while a verb streams is no error`() async throws {
        let recorder = Recorder()
        var streams = recorder.streams
        streams.writeOutput = { (_) throws(Errno) in throw .brokenPipe }
        let command = try SampleCommand.parse(["--ending", "stream"])
        #expect(await recorder.program([], streams: streams).run(command) == 0)
        #expect(recorder.error == "")
    }

    @Test func `A question is asked on a terminal only, until it is answered`() async throws {
        let asked = Recorder(terminal: Terminal(isInteractive: true), answers: ["what?", "Yes"])
        #expect(try await asked.run(SampleCommand.self, "--asks", "-v") == 0)
        #expect(asked.error.hasPrefix("Go on? [y/N] Go on? [y/N] answered true\n"))
        let silent = Recorder()
        #expect(try await silent.run(SampleCommand.self, "--asks", "-v") == 0)
        #expect(!silent.error.contains("Go on?"))
    }

    @Test func `Colour is used where it was asked for`() async throws {
        let recorder = Recorder()
        #expect(try await recorder.run(SampleCommand.self, "--color", "always") == 0)
        #expect(recorder.output.hasPrefix("\u{1B}[32mnew\u{1B}[m  "))
        #expect(recorder.error.hasPrefix("\u{1B}[33mwarning:\u{1B}[m the"))
        let terminal = Recorder(terminal: Terminal(outputShowsColor: true, errorShowsColor: true))
        #expect(try await terminal.run(SampleCommand.self, "--color", "never") == 0)
        #expect(terminal.output.hasPrefix("new"))
    }
}
