import Remotes
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What an LFS remote does when its server, or the way there, gives trouble.
@Suite(.timeLimit(.minutes(5)))
struct LFSTroubleTests {
    private static let file = "packs/ab/pack"

    /// Bytes that no other test has, for the server keeps all in one place.
    private static func bytes() -> [UInt8] { Array("a pack \(UInt64.random(in: 0 ... .max)) of some length".utf8) }

    private func site(_ trouble: String, logins: [WebLogin] = []) async throws -> LFSSite {
        try await LFSSite(at: .web(LFSTroubleServer.url(trouble)), logins: logins)
    }

    @Test(arguments: ["none", "busy", "stale", "flaky", "moved"])
    func `what passes by itself is not noticed`(trouble: String) async throws {
        let site = try await site(trouble)
        let bytes = LFSTroubleTests.bytes()
        let remote = try await site.remote()
        try await remote.write(bytes, to: LFSTroubleTests.file)
        try await remote.publish()
        let reader = try await site.remote()
        #expect(try await reader.read(LFSTroubleTests.file, range: nil) == bytes)
        #expect(try await reader.read(LFSTroubleTests.file, range: 3..<9) == Array(bytes[3..<9]))
    }

    @Test func `whether packs come and go is known without any, and nothing is left of it`() async throws {
        let (open, refused) = (try await site("none"), try await site("refused"))
        let (off, denied) = (try await site("off"), try await site("denied"))
        let port = try DeafPort()
        let deaf = try await LFSSite(at: .web(port.origin))
        defer {
            extendLifetime(port)
            extendLifetime([open, refused, off, denied, deaf])
        }
        let remote = try await open.remote()
        try await remote.probePacks(for: .writing)
        try await remote.probePacks(for: .reading)
        #expect(try await remote.list("").isEmpty)
        // A server that takes nothing more gives what it has.
        try await refused.remote().probePacks(for: .reading)
        for (site, access, words) in [
            (off, RemoteAccess.writing, "no off"), (off, .reading, "no off"), (denied, .reading, "denies access"),
            (refused, .writing, "too large for this plan"),
            (deaf, .writing, "Connection refused"), (deaf, .reading, "Connection refused"),
        ] {
            let remote = try await site.remote()
            let error = await #expect(throws: RemoteError.self) { try await remote.probePacks(for: access) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
    }

    @Test func `everything goes by the proxy that Git has for it`() async throws {
        let scratch = try Scratch()
        let log = scratch.path.appending("log")
        let proxy = try await TunnelProxy.start(to: LFSTroubleServer.port, log: log)
        defer { extendLifetime(proxy) }
        let site = try await LFSSite(at: .web("http://host.invalid/none/models"), proxy: proxy.origin)
        let bytes = LFSTroubleTests.bytes()
        let remote = try await site.remote()
        try await remote.write(bytes, to: LFSTroubleTests.file)
        #expect(try await remote.read(LFSTroubleTests.file, range: nil) == bytes)
    }

    @Test(arguments: [
        ("off", "no off; request 4711"), ("full", "no room"), ("denied", "denies access"),
        ("refused", "too large for this plan"), ("unverified", "not what was sent"), ("tus", "basic transfers"),
        ("stale/twice", "denies access"), ("socket", "neither http: nor https:"),
    ])
    func `what does not pass is said`(trouble: String, words: String) async throws {
        let site = try await site(trouble == "stale/twice" ? "gone" : trouble)
        let remote = try await site.remote()
        let error = await #expect(throws: RemoteError.self) {
            try await remote.write(LFSTroubleTests.bytes(), to: LFSTroubleTests.file)
        }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        #expect(error?.description.contains(remote.name) == true, "\(String(describing: error))")
    }

    @Test func `what Git is configured to send to a server goes with transfers there, too`() async throws {
        let fields = ["Authorization": "Basic extra", "X-Site": "here"]
        let site = try await LFSSite(at: .web(LFSTroubleServer.url("extra"), fields: fields))
        let bytes = LFSTroubleTests.bytes()
        let remote = try await site.remote()
        try await remote.write(bytes, to: LFSTroubleTests.file)
        try await remote.publish()
        #expect(try await site.remote().read(LFSTroubleTests.file, range: nil) == bytes)
    }

    @Test func `SSH cannot say that the server is at a socket of this machine`() async throws {
        let scratch = try Scratch()
        let client = scratch.path.appending("client")
        let script = """
            #!/bin/sh
            echo '{"href": "http+unix://%2Frun%2Fa.sock", "header": {"Authorization": "RemoteAuth token"}}'

            """
        try DurableFile.write(Array(script.utf8), to: client, permissions: 0o755, durable: false)
        guard case .ssh(let location) = try GitAddress(parsing: "git@host.example.org:team/models.git") else {
            Issue.record("it is no address of SSH")
            return
        }
        let place = LFSEndpoint.ssh(location, otherwise: "http://host.invalid/models")
        let site = try await LFSSite(at: place, sshCommand: client.string)
        let error = await #expect(throws: RemoteError.self) {
            try await site.remote().write([1], to: LFSTroubleTests.file)
        }
        #expect(error?.description.contains("neither http: nor https:") == true, "\(String(describing: error))")
    }

    @Test func `a login is asked for where it is wanted, and kept once it works`() async throws {
        let url = try await LFSTroubleServer.url("login")
        let logins = ["wrong", "right"].map { WebLogin(url: url, username: "ada", password: $0) }
        let site = try await LFSSite(at: .web(url), logins: logins)
        let remote = try await site.remote()
        for _ in 0..<2 { try await remote.write(LFSTroubleTests.bytes(), to: LFSTroubleTests.file) }
        #expect(await site.helper.notes == ["wrong refused", "right accepted"])
    }

    @Test func `without a login that works, access is denied`() async throws {
        let site = try await site("login", logins: [WebLogin(url: "x", username: "ada", password: "wrong")])
        let error = await #expect(throws: RemoteError.self) {
            try await site.remote().write([1], to: LFSTroubleTests.file)
        }
        guard case .denied(_, _, let reason, let tried) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("wants a login"))
        #expect(
            tried.map { "\($0.source): \($0.outcome)" } == [
                "\(site.scratch.path)/.netrc: it is not there",
                "git credential: the server does not accept the login of ada", "git credential: it has no other",
            ]
        )
    }

    @Test(arguments: [false, true])
    func `SSH says where the server is and what to show it`(isKnown: Bool) async throws {
        let scratch = try Scratch()
        let url = try await LFSTroubleServer.url(isKnown ? "ssh" : "none")
        let client = scratch.path.appending("client")
        let answer = #"{"href": "\#(url)", "header": {"Authorization": "RemoteAuth token"}, "expires_in": 600}"#
        let script = """
            #!/bin/sh
            for last; do :; done
            echo "$last" >> '\(scratch.path)/commands'
            \(isKnown ? "echo '\(answer)'" : "echo 'sh: git-lfs-authenticate: not found' >&2; exit 127")

            """
        try DurableFile.write(Array(script.utf8), to: client, permissions: 0o755, durable: false)
        let address = try GitAddress(parsing: "git@host.example.org:team/models.git")
        guard case .ssh(let location) = address else {
            Issue.record("\(address)")
            return
        }
        let site = try await LFSSite(at: .ssh(location, otherwise: url), sshCommand: client.string)
        let bytes = LFSTroubleTests.bytes()
        let remote = try await site.remote()
        try await remote.write(bytes, to: LFSTroubleTests.file)
        #expect(try await remote.read(LFSTroubleTests.file, range: nil) == bytes)
        let commands = try DurableFile.read(scratch.path.appending("commands"), limit: 4096)
        #expect(
            String(decoding: commands, as: UTF8.self) == """
                git-lfs-authenticate team/models.git upload
                git-lfs-authenticate team/models.git download

                """
        )
    }
}
