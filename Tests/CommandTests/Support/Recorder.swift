import ArgumentParser
@testable import CommandLineInterface
import Operations
import Synchronization
import SystemIO
import SystemPackage

/// Runs invocations in process and keeps what they write.
final class Recorder: Sendable {
    private let written = Mutex((output: "", error: ""))
    private let time = Mutex<Int64>(0)
    private let answers: Mutex<[String]>
    private let terminal: Terminal
    let cancellation = Cancellation()

    init(terminal: Terminal = Terminal(), answers: [String] = []) {
        self.terminal = terminal
        self.answers = Mutex(answers)
    }

    var output: String { written.withLock { $0.output } }
    var error: String { written.withLock { $0.error } }

    /// Lets the clock go on by a number of milliseconds.
    func wait(milliseconds: Int64) {
        time.withLock { $0 += milliseconds * 1_000_000 }
    }

    var streams: StandardStreams {
        StandardStreams(
            terminal: terminal,
            readInput: { () throws(Errno) in Array("input".utf8) },
            readLine: { self.answers.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
            writeOutput: { (bytes) throws(Errno) in
                self.written.withLock { $0.output += String(decoding: bytes, as: UTF8.self) }
            },
            writeError: { text in self.written.withLock { $0.error += text } }
        )
    }

    func program(
        _ arguments: [String],
        streams: StandardStreams? = nil,
        environment: [String: String] = [:],
        workingDirectory: FilePath = "/"
    ) -> Program {
        Program(
            arguments: arguments,
            environment: environment,
            workingDirectory: workingDirectory,
            streams: streams ?? self.streams,
            cancellation: cancellation,
            now: { 0 },
            ticks: { self.time.withLock { $0 } }
        )
    }

    /// Runs a command line.
    func run(_ arguments: String...) async -> Int32 {
        await program(arguments).run()
    }

    /// Runs a verb that is not one of git-model's.
    func run<Command: ModelCommand>(_ type: Command.Type, _ arguments: String...) async throws -> Int32 {
        await program([]).run(try type.parse(arguments))
    }
}
