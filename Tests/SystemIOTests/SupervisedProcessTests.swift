import SystemIO
import SystemPackage
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

@Suite("A program that is supervised")
struct SupervisedProcessTests {
    private func start(_ script: String, log: BoundedLog? = nil) throws -> SupervisedProcess {
        try SupervisedProcess(
            "/bin/sh",
            ["sh", "-c", script],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: "/tmp",
            log: log
        )
    }

    private func end(of process: SupervisedProcess) async throws -> Int32 {
        while !process.hasEnded { try await Task.sleep(for: .milliseconds(5)) }
        return try #require(process.exitCode)
    }

    private func said(by process: SupervisedProcess) -> String { String(decoding: process.said, as: UTF8.self) }

    @Test(arguments: [("exit 3", Int32(3)), ("kill -TERM $$", 143), ("exit 0", 0)])
    func `its end is known`(_ script: String, _ exitCode: Int32) async throws {
        let process = try start("pwd; cat; echo bad >&2; " + script)
        #expect(try await end(of: process) == exitCode)
        // All that it said is there; it had nothing to read.
        #expect(said(by: process) == "/tmp\nbad\n")
    }

    @Test func `it has nothing open but its standard streams, whatever this process forgot to keep to itself`()
        async throws
    {
        // As a library may open a socket; the shell's own list of descriptors has one for the list itself.
        let file = try FileDescriptor.open("/dev/null", .readOnly)
        defer { try? file.close() }
        #expect(fcntl(file.rawValue, F_SETFD, 0) == 0)
        let process = try start("for number in /proc/self/fd/*; do [ ! -e $number ] || echo ${number##*/}; done")
        #expect(try await end(of: process) == 0)
        #expect(said(by: process) == "0\n1\n2\n")
    }

    @Test func `the last of what it says is kept, and all of it logged`() async throws {
        let scratch = try ScratchDirectory()
        let process = try start("seq 100000", log: BoundedLog(scratch.path.appending("log")))
        #expect(try await end(of: process) == 0)
        #expect(process.said.count == SupervisedProcess.keptByteCount && said(by: process).hasSuffix("\n100000\n"))
        #expect(try scratch.text(of: "log").split(separator: "\n").count == 100_000)
    }

    @Test func `it is ended with what it started, whether it wants to or not`() async throws {
        let process = try start("trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000")
        while process.said.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!process.hasEnded)
        process.end(within: 50)
        #expect(process.exitCode == 137)
        let child = said(by: process).split(separator: "\n")[0]
        #expect(try await isGone(child))
    }

    @Test func `what it leaves behind ends with it`() async throws {
        let process = try start("sleep 1000 & echo $!")
        #expect(try await end(of: process) == 0)
        #expect(try await isGone(said(by: process).dropLast()))
    }

    @Test func `it ends with its value`() async throws {
        var child = ""
        do {
            let process = try start("echo $$; sleep 1000")
            while process.said.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            child = String(said(by: process).dropLast())
        }
        #expect(try await isGone(child))
    }

    @Test func `a shell that would end it with this process is there as long as it is`() async throws {
        let process = try start("echo $$; exec sleep 1000")
        while process.said.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        var leash: String?
        while leash == nil {
            leash = try DirectoryEntry.all(in: "/proc").map(\.name).first { name in
                let bytes = try? DurableFile.read(FilePath("/proc/\(name)/cmdline"), limit: 1 << 16)
                return bytes.map { String(decoding: $0, as: UTF8.self).hasSuffix("leash\0\(process.identifier)\0") }
                    ?? false
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        process.end(within: 5000)
        #expect(process.exitCode == 143)
        #expect(try await isGone(try #require(leash)))
    }

    @Test func `one that is not there cannot be run`() {
        let error = #expect(throws: IOError.self) {
            try SupervisedProcess("/no/such/program", ["x"], environment: [:], directory: "/tmp")
        }
        #expect(error?.description == "cannot run /no/such/program: No such file or directory")
    }

    /// Whether a process is no more, or waits for whoever started it to notice; within ten seconds.
    private func isGone(_ identifier: some StringProtocol) async throws -> Bool {
        for _ in 0..<2000 {
            guard let bytes = try? DurableFile.read(FilePath("/proc/\(identifier)/stat"), limit: 1 << 16) else {
                return true
            }
            if String(decoding: bytes, as: UTF8.self).contains(") Z ") { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return false
    }
}
