import ModelCore
import Remotes
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What goes wrong between this machine and a real SSH server, and what is said of it.
@Suite("Faults of SSH remotes", .timeLimit(.minutes(2)))
struct SSHFaultTests {
    private func file(_ scratch: Scratch, byteCount: Int) throws -> (path: FilePath, bytes: [UInt8]) {
        var random = PseudoRandom(seed: 7)
        // No two requests of the same bytes, which a repetition of a length like theirs would give.
        let part = random.bytes(100_003)
        let bytes = Array(repeatElement(part, count: byteCount / part.count + 1).joined().prefix(byteCount))
        let path = scratch.path.appending("source")
        try DurableFile.write(bytes, to: path, durable: false)
        return (path, bytes)
    }

    @Test func `an upload goes on after its connection was killed in the middle`() async throws {
        let server = try await SSHServer()
        let url = server.url()
        let remote = try SSHSite.remote(at: url, server.command, windowByteCount: 64 << 10)
        let scratch = try Scratch()
        // More than is on its way at once, so that some of it is not yet sent.
        let source = try file(scratch, byteCount: 300_000)
        try await remote.write([1], to: "format")
        let breaking = Once()
        try await remote.upload(source.path, to: "packs/ab/file") { _ in
            if breaking.isFirst() { server.breakConnections() }
        }
        let path = server.path(of: url).appending("packs/ab/file")
        #expect(try DurableFile.read(path, limit: 1 << 30) == source.bytes)
        #expect(try await remote.list("packs").map(\.path) == ["ab/file"])
        #expect(try server.logins() == 2)
    }

    @Test func `a server that falls silent is given up, and asked again`() async throws {
        let server = try await SSHServer()
        let remote = try SSHSite.remote(at: server.url(), server.command, patience: .seconds(1))
        try await remote.write([1, 2], to: "format")
        server.stopConnections()
        #expect(try await remote.read("format", range: nil) == [1, 2])
        #expect(try server.logins() > 1)
        server.breakConnections()
    }

    @Test func `a cancelled command ends its ssh`() async throws {
        let server = try await SSHServer()
        let cancellation = Cancellation()
        let site = try SSHSite(on: server, cancellation: cancellation)
        try await site.remote.write([1], to: "format")
        server.stopConnections()
        let reading = Task { try await site.remote.read("format", range: nil) }
        cancellation.cancel()
        let error = await #expect(throws: RemoteError.self) { try await reading.value }
        #expect(error?.description.contains("interrupted") == true)
        server.breakConnections()
    }

    @Test func `a key that the server does not know is denied, once`() async throws {
        let server = try await SSHServer()
        let site = try SSHSite(on: server, command: server.strangersCommand)
        for _ in 0..<2 {
            let error = await #expect(throws: RemoteError.self) { try await site.remote.list("packs") }
            guard case .denied(let remote, _, let reason, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(remote == site.url)
            #expect(reason.contains("Permission denied (publickey)"))
        }
        #expect(try server.refusals() == 1)
    }

    @Test func `a server whose key is not known is denied`() async throws {
        let server = try await SSHSite.shared.value
        let command = "\(server.command) -o UserKnownHostsFile=/dev/null"
        let site = try SSHSite(on: server, command: command)
        let error = await #expect(throws: RemoteError.self) { try await site.remote.write([1], to: "format") }
        guard case .denied(_, _, let reason, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("Host key verification failed"))
    }

    @Test func `a server that nobody agreed to has to be known, whatever the configuration says`() async throws {
        let server = try await SSHSite.shared.value
        let agreed = try SSHSite.remote(at: server.url(), server.trustingCommand)
        #expect(try await agreed.list("packs") == [])
        let unknown = try SSHSite.remote(at: server.url(), server.trustingCommand, isAgreed: false)
        let error = await #expect(throws: RemoteError.self) { try await unknown.list("packs") }
        #expect(error?.description.contains("Host key verification failed") == true)
        let known = try SSHSite.remote(at: server.url(), server.command, isAgreed: false)
        #expect(try await known.list("packs") == [])
    }

    @Test(arguments: [
        ("ssh: Could not resolve hostname host.invalid: Name or service not known", 1),
        ("ssh: Could not resolve hostname host.invalid: Temporary failure in name resolution", 6),
    ])
    func `a host that has no address is asked for once, one that is not found at the moment again`(
        text: String,
        count: Int
    ) async throws {
        let scratch = try Scratch()
        let log = scratch.path.appending("log")
        let command = "echo x >>'\(log)'; echo '\(text)' >&2; exit 255;"
        let remote = try SSHSite.remote(at: "ssh://host.invalid/models", command)
        let error = await #expect(throws: RemoteError.self) { try await remote.list("packs") }
        guard case .unreachable(_, let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.contains(text))
        #expect(try DurableFile.read(log, limit: 100).count == 2 * count)
    }

    @Test(arguments: [
        ("echo 'ssh: connect to host x port 22: Connection refused' >&2; exit 255;", "Connection refused"),
        ("echo 'Welcome to the machine'; exit 0;", "not SFTP"),
        ("echo 'subsystem request failed on channel 0' >&2; exit 255;", "no SFTP subsystem"),
        ("no-such-ssh", "OpenSSH's client cannot be run"),
        ("exit 3;", "without a word"),
    ])
    func `what ssh says is told`(command: String, part: String) async throws {
        let remote = try SSHSite.remote(at: "ssh://127.0.0.1:9/models", command)
        let error = await #expect(throws: RemoteError.self) { try await remote.size(of: "format") }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains(part) == true)
    }

    @Test func `a server that says it may not be written to is read-only`() async throws {
        let site = try SSHSite(on: try await SSHServer(subsystem: "internal-sftp -R"))
        let error = await #expect(throws: RemoteError.self) { try await site.remote.write([1], to: "format") }
        guard case .readOnly = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try site.write([1, 2], to: "format")
        #expect(try await site.remote.read("format", range: nil) == [1, 2])
    }

    @Test func `a server without OpenSSH's extensions is written to and replaced, too`() async throws {
        let site = try SSHSite(on: try await SSHServer(subsystem: "internal-sftp -P posix-rename,fsync,limits,statvfs"))
        let scratch = try Scratch()
        let source = try file(scratch, byteCount: 300_000)
        for _ in 0..<2 { try await site.remote.upload(source.path, to: "packs/ab/file") }
        #expect(try await site.remote.read("packs/ab/file", range: nil) == source.bytes)
        #expect(try site.files() == ["packs/ab/file"])
    }

    @Test func `a full disk is said to be full, and nothing stays behind`() async throws {
        let server = try await SSHServer(subsystem: SSHServer.tinyDisk)
        let remote = try SSHSite.remote(at: "ssh://127.0.0.1:\(server.port)/mnt/store", server.command)
        let scratch = try Scratch()
        let source = try file(scratch, byteCount: 2_200_000)
        let error = await #expect(throws: RemoteError.self) {
            try await remote.upload(source.path, to: "packs/ab/file")
        }
        guard case .full = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // There is room again, for what was begun is gone.
        try await remote.write(Array(source.bytes.prefix(1_200_000)), to: "packs/ab/file")
    }

    @Test func `links are not followed, and a missing store is empty`() async throws {
        let site = try await SSHSite()
        #expect(try await site.remote.list("") == [])
        try site.write([1], to: "packs/ab/file")
        try SymbolicLink.write(target: "/etc", to: site.path.appending("packs/etc"))
        #expect(try await site.remote.list("packs").map(\.path) == ["ab/file"])
    }
}

/// Says yes once.
private final class Once: Sendable {
    private let flag = Monitor(true)

    func isFirst() -> Bool {
        flag.update { isFirst in
            defer { isFirst = false }
            return isFirst
        }
    }
}
