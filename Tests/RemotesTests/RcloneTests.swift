import ModelCore
import Remotes
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What only remotes by rclone have: a program of the user's that may not be there, and names that it alone knows.
@Suite struct RcloneTests {
    @Test(arguments: [
        "rclone://", "rclone:///x", "rclone://-x/y", "rclone://:local,a=b/x", "rclone://a b/x", "rclone://a/../x",
        "rclone://a/[v1]",
    ])
    func `A name that is no remote's is refused`(url: String) {
        #expect(throws: RemoteError.self) { try RemoteURL(parsing: url, relativeTo: "/") }
    }

    @Test(arguments: [
        ("rclone://drive", "rclone://drive/"), ("rclone://drive/a/b/", "rclone://drive/a/b"),
        ("rclone://nas.2//srv/models", "rclone://nas.2//srv/models"),
    ])
    func `A URL has one spelling`(url: String, text: String) throws {
        #expect(try RemoteURL(parsing: url, relativeTo: "/").text == text)
    }

    @Test func `A remote that rclone does not know is named, and so is rclone where it is missing`() async throws {
        let site = try RcloneSite("type = memory")
        let opening = RemoteOpening(
            environment: site.environment.merging(["PATH": "/nowhere"]) { $1 },
            ssh: SSHSettings(environment: [:], configuredCommand: nil, mayAskUser: false),
            pool: Machine.pool,
            cancellation: .init(),
            now: { 0 }
        )
        let url = try RemoteURL(parsing: "rclone://site/x", relativeTo: "/")
        let withoutProgram = try opening.remote(at: url, sendsCredentials: true)
        let missing = await #expect(throws: RemoteError.self) { try await withoutProgram.size(of: "format") }
        #expect("\(try #require(missing))".contains("rclone"))
        let unknown = try RemoteURL(parsing: "rclone://elsewhere/x", relativeTo: "/")
        let remote = try site.opening.remote(at: unknown, sendsCredentials: true)
        let error = await #expect(throws: RemoteError.self) { try await remote.list("packs") }
        #expect("\(try #require(error))".contains("rclone knows no remote elsewhere"))
    }

    @Test func `Nothing is asked of rclone before somebody agreed`() async throws {
        let site = try RcloneSite("type = memory")
        let remote = try site.remote("x", isAgreed: false)
        let error = await #expect(throws: RemoteError.self) { try await remote.list("packs") }
        #expect("\(try #require(error))".contains("nobody on this machine agreed"))
    }

    @Test func `A bucket whose keys are wrong is no empty place, and its service's words are heard`() async throws {
        let server = try await StorageServer.rclone.value
        let keys = "access_key_id = AKIDAKIDAKIDAKID\nsecret_access_key = wrong"
        let site = try RcloneSite("type = s3\nprovider = Rclone\nendpoint = \(server.process.origin)\n\(keys)")
        for path in ["bucket/place/store", "bucket"] {
            let remote = try site.remote(path)
            for attempt: @Sendable () async throws -> Void in [
                { _ = try await remote.size(of: "format") }, { _ = try await remote.list("packs") },
                { _ = try await remote.read("format", range: nil) }, { try await remote.write([1], to: "packs/x") },
                { try await remote.delete("packs/x") },
            ] {
                let error = await #expect(throws: RemoteError.self) { try await attempt() }
                guard case .denied(remote.name, _, let reason, _)? = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(reason.contains("StatusCode: 403"))
            }
        }
    }

    @Test func `A place that is a file, and one of a service that nobody runs, cannot be reached`() async throws {
        let site = try RcloneSite("type = alias\nremote = /")
        try await site.remote(site.directory).write([1], to: "file")
        let port = try DeafPort()
        defer { extendLifetime(port) }
        let silent = try RcloneSite("type = webdav\nurl = \(port.origin)")
        for (remote, words) in [
            (try site.remote(site.directory + "/file"), "for a file"), (try silent.remote("x"), "connection refused"),
        ] {
            let error = await #expect(throws: RemoteError.self) { try await remote.list("packs") }
            guard case .unreachable(remote.name, let cause)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(cause.contains(words))
        }
    }

    @Test func `A pack is written over one of the same size that is damaged`() async throws {
        let site = try RcloneSite("type = alias\nremote = /")
        let remote = try site.remote(site.directory)
        try await remote.write(Array("damaged".utf8), to: "packs/x")
        try await remote.write(Array("correct".utf8), to: "packs/x")
        #expect(try await remote.read("packs/x", range: nil) == Array("correct".utf8))
        #expect(try await remote.read("packs/x", range: 1..<3) == Array("or".utf8))
    }

    @Test func `Nothing is collected by times that writers gave, and by a service's own it is`() async throws {
        let machine = try Machine()
        var random = PseudoRandom(seed: 12)
        let pointer = try await machine.add(random.bytes(40_000))
        let site = try RcloneSite("type = alias\nremote = /")
        let directory = try site.remote(site.directory)
        try await machine.push([pointer], to: directory)
        let error = await #expect(throws: RemoteError.self) { try await machine.collect(in: directory) }
        if case .ageless = error {} else { Issue.record("\(String(describing: error))") }
        #expect(try await directory.list("probe").isEmpty)
        let server = try await StorageServer.moto.value
        let keys = "access_key_id = x\nsecret_access_key = y\nregion = us-east-1"
        let service = try RcloneSite("type = s3\nprovider = Other\nendpoint = \(server.process.origin)\n\(keys)")
        let bucket = try service.remote("bucket/place\(UInt64.random(in: 0 ... .max))")
        try await machine.push([pointer], to: bucket)
        #expect(try await machine.collect(in: bucket).liveCount > 0)
    }

    /// A machine that is suspended, or busy, asks how a copy ended long after it did.
    @Test func `How a copy ended is known however late one asks`() async throws {
        let forgetful = ["RCLONE_RC_JOB_EXPIRE_DURATION": "1ms", "RCLONE_RC_JOB_EXPIRE_INTERVAL": "1ms"]
        let site = try RcloneSite("type = alias\nremote = /", environment: forgetful)
        let remote = try site.remote(site.directory)
        for number in 0..<20 { try await remote.write([1, 2, 3], to: "packs/\(number)") }
        #expect(try await remote.list("packs").count == 20)
    }
}
