import Deployment
import SystemIO
import SystemPackage
import Testing

struct LocalServeLaunchTests {
    @Test func `A server is told where to listen, and what it serves`() async throws {
        let release = try PythonRelease(
            "for n in sorted(os.environ): print(n, os.environ[n])\nprint(sys.argv, os.getcwd())"
        )
        let log = release.path.appending("log")
        let launch = LocalServeLaunch(model: "small", version: "v1.0.0", digest: "sha256:00", log: BoundedLog(log))
        let server = try await launch.start(
            ["python3", "serve.py", "p={port}", "{dir}/x"],
            in: release.path,
            variables: [
                "PATH": "/usr/bin:/bin", "GIT_MODEL_SOCKET": "/elsewhere", "GIT_MODEL_GATEWAY_TOKEN": "secret",
                "OWN": "1",
            ],
            port: 23456
        )
        while await !server.hasEnded() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(server.address == "127.0.0.1:23456")
        let dir = release.path.string
        for line in [
            "GIT_MODEL_DIGEST sha256:00", "GIT_MODEL_DIR \(dir)", "GIT_MODEL_MODEL small", "GIT_MODEL_PORT 23456",
            "GIT_MODEL_VERSION v1.0.0", "OWN 1", "PORT 23456", "['serve.py', 'p=23456', '\(dir)/x'] \(dir)",
        ] { #expect(server.log.contains(line + "\n"), "\(server.log)") }
        #expect(!server.log.contains("GIT_MODEL_SOCKET") && !server.log.contains("secret"))
        #expect(String(decoding: try DurableFile.read(log, limit: 1 << 20), as: UTF8.self) == server.log)
    }

    @Test func `A Unix socket is in a directory that goes with the server`() async throws {
        let release = try PythonRelease("print(os.environ['GIT_MODEL_SOCKET'] == sys.argv[1], 'PORT' in os.environ)")
        let path: FilePath
        do {
            let server = try await LocalServeLaunch().start(
                ["python3", "serve.py", "{socket}"],
                in: release.path,
                variables: PythonRelease.environment,
                port: 80
            )
            while await !server.hasEnded() { try await Task.sleep(for: .milliseconds(10)) }
            #expect(server.log == "True False\n")
            path = FilePath(server.address)
            #expect(try FileStatus.of(path.removingLastComponent())?.permissions == 0o700)
        }
        #expect(try FileStatus.of(path.removingLastComponent()) == nil)
    }

    @Test func `Free ports are free, and differ`() throws {
        let ports = try (0..<5).map { _ in try #require(LoopbackSocket.freePort()) }
        #expect(Set(ports).count > 1 && ports.allSatisfy { !LoopbackSocket.accepts(port: $0) })
        #expect(!LoopbackSocket.canBind(path: FilePath("/tmp/" + String(repeating: "x", count: 200))))
    }

    @Test func `A command reads its input and gives its output`() async throws {
        let release = try PythonRelease("")
        func capture(_ script: String) async throws -> (String, Int32) {
            let result = try await LocalServeLaunch().capture(
                ["sh", "-c", script],
                in: release.path,
                input: Array("one\n".utf8),
                variables: PythonRelease.environment
            )
            return (String(decoding: result.output, as: UTF8.self), result.exitCode)
        }
        #expect(try await capture("cat; echo two; echo noise >&2") == ("one\ntwo\n", 0))
        #expect(try await capture("echo two; echo noise >&2; exit 7") == ("noise\n", 7))
        #expect(try await capture("kill -9 $$").1 == 137)
        #expect(try await capture("cat > {out}.csv; echo other") == ("one\n", 0))
        await #expect(throws: ServeLaunchError.noOutput) { try await capture("touch {out}.a {out}.b") }
        await #expect(throws: ServeLaunchError.noCommand) {
            try await LocalServeLaunch().capture([], in: release.path, input: [], variables: [:])
        }
    }
}

extension PythonRelease {
    /// The processes that are in a group and no zombies, by the system's own list.
    static func processes(ofGroup group: Int32) -> [String] {
        guard let entries = try? DirectoryEntry.all(in: "/proc") else { return [] }
        return entries.map(\.name).filter { name in
            guard Int32(name) != nil,
                let bytes = try? DurableFile.read(FilePath("/proc/\(name)/stat"), limit: 1 << 16)
            else { return false }
            // The fields behind the name, which may have spaces: state, parent, group.
            let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 2 && fields[0] != "Z" && Int32(fields[2]) == group
        }
    }
}
