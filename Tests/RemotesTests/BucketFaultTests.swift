import ModelCore
import Remotes
import Store
import SystemIO
import SystemPackage
import TestSupport
import Testing

/// What happens on the way to a bucket, and in it, done by a proxy in front of a real server.
@Suite("Faults on the way to a bucket")
struct BucketFaultTests {
    /// A place in a bucket that is reached directly, or through something that goes wrong.
    private struct Bucket {
        let server: StorageServer
        let prefix = "place\(UInt64.random(in: 0 ... .max))/store"

        init() async throws { server = try await StorageServer.rclone.value }

        /// Returns the place as seen through an address; nobody waits before trying again.
        func remote(at origin: String, _ environment: [String: String] = [:]) throws -> any Remote {
            try server.remote(
                "s3://bucket/\(prefix)?endpoint=\(origin)&region=us-east-1",
                server.environment.merging(environment) { $1 },
                retries: RetryPolicy(sleep: { _ in })
            )
        }

        var direct: any Remote { get throws { try remote(at: server.process.origin) } }
    }

    /// A file of several frames and a tree, and what rebuilds them.
    private static func sample(on machine: Machine) async throws -> [Pointer] {
        var random = PseudoRandom(seed: 41)
        let tree = try await machine.addTree(["a": random.bytes(500), "b/c": random.bytes(300_000)])
        return [try await machine.add(random.bytes(600_000)), tree]
    }

    private func requireWhole(_ bucket: Bucket, _ pointers: [Pointer]) async throws {
        let target = try Machine()
        #expect(try await target.fetch(pointers, from: bucket.direct).missing == [])
        #expect(try target.has(pointers))
        #expect(try await target.problems() == [])
    }

    @Test(arguments: ["reset", "cut", "500", "503", "429", "expired", "shuffled", "half"])
    func `what passes by itself is not noticed, in either direction`(trouble: String) async throws {
        let bucket = try await Bucket()
        let (source, target) = (try Machine(), try Machine())
        let pointers = try await BucketFaultTests.sample(on: source)
        let up = try await bucket.server.proxy(trouble, times: 2)
        try await source.push(pointers, to: bucket.remote(at: up.origin))
        let down = try await bucket.server.proxy(trouble, times: 2)
        let remote = try bucket.remote(at: down.origin)
        try await target.fetch(pointers, from: remote)
        // Not all of them can happen in both directions.
        #expect(try (up.requests + down.requests).contains { $0.isSpoiled })
        #expect(try target.has(pointers))
        #expect(try await target.problems() == [])
        try await requireWhole(bucket, pointers)
        let sent = try up.requests.filter { $0.path.contains("/packs/") && $0.method == "PUT" && $0.status == 200 }
        #expect(Set(sent.map(\.path)).count == sent.count)
    }

    @Test(arguments: ["short", "flip"])
    func `a pack that comes short or changed with a right status is refused, and comes when it comes right`(
        trouble: String
    ) async throws {
        let bucket = try await Bucket()
        let (source, target) = (try Machine(), try Machine())
        let pointer = try await BucketFaultTests.sample(on: source)[0]
        try await source.push([pointer], to: bucket.direct)
        let always = try await bucket.server.proxy(trouble)
        let remote = try bucket.remote(at: always.origin)
        let error = await #expect(throws: RemoteError.self) { try await target.fetch([pointer], from: remote) }
        guard case .wrongContent(remote.name, let file, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(file.hasPrefix("packs/") || file.hasPrefix("manifest "))
        #expect(try !target.has([pointer]))
        #expect(try await target.problems() == [])
        let once = try await bucket.server.proxy(trouble, times: 1)
        try await target.fetch([pointer], from: bucket.remote(at: once.origin))
        #expect(try once.requests.contains { $0.isSpoiled })
        #expect(try target.has([pointer]))
        #expect(try await target.problems() == [])
    }

    @Test func `a pack that changes on its way up is refused by the service, and sent again`() async throws {
        let bucket = try await Bucket()
        let source = try Machine()
        let pointers = try await BucketFaultTests.sample(on: source)
        let always = try await bucket.server.proxy("changed")
        let remote = try bucket.remote(at: always.origin)
        let error = await #expect(throws: RemoteError.self) { try await source.push(pointers, to: remote) }
        guard case .wrongContent(remote.name, let file, let problem)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(file.hasPrefix("packs/") && problem.contains("it arrived there with other bytes"))
        #expect(try await bucket.direct.list("packs").isEmpty)
        let once = try await bucket.server.proxy("changed", times: 1)
        try await source.push(pointers, to: bucket.remote(at: once.origin))
        #expect(try once.requests.contains { $0.isSpoiled && $0.status == 400 })
        try await requireWhole(bucket, pointers)
    }

    /// What does not pass, and what is said of it.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: String
        let isRight: @Sendable (RemoteError?) -> Bool
    }

    private static let refusals = [
        Refusal(testDescription: "skew", words: "the clock of this machine is off: the service's says Fri, 24 May 2013")
        {
            if case .denied? = $0 { true } else { false }
        },
        Refusal(testDescription: "denied", words: "AccessDenied") {
            if case .denied(_, _, _, let tried)? = $0 { tried.map(\.source) == ["the environment"] } else { false }
        },
        Refusal(testDescription: "expired", words: "ExpiredToken") {
            if case .denied(_, _, _, let tried)? = $0 { tried.map(\.source) == ["the environment"] } else { false }
        },
        Refusal(testDescription: "full", words: "has no room for packs/") {
            if case .full? = $0 { true } else { false }
        },
        Refusal(testDescription: "reset", words: "also after 6 attempts") {
            if case .unreachable? = $0 { true } else { false }
        },
        Refusal(testDescription: "503", words: "also after 6 attempts") {
            if case .unreachable? = $0 { true } else { false }
        },
    ]

    @Test(arguments: BucketFaultTests.refusals)
    func `a push that is refused says why, and the next one completes it`(refusal: Refusal) async throws {
        let bucket = try await Bucket()
        let source = try Machine()
        let pointers = try await BucketFaultTests.sample(on: source)
        try await source.push([pointers[1]], to: bucket.direct)
        let proxy = try await bucket.server.proxy(refusal.testDescription)
        let remote = try bucket.remote(at: proxy.origin)
        let error = await #expect(throws: RemoteError.self) { try await source.push(pointers, to: remote) }
        #expect(
            refusal.isRight(error) && error?.description.contains(refusal.words) == true,
            "\(String(describing: error))"
        )
        #expect(error?.description.contains(remote.name) == true)
        // What was there stays, and nothing says that the rest is.
        try await requireWhole(bucket, [pointers[1]])
        let held = RemoteHoldings(of: source.view(of: try bucket.direct), local: source.store)
        #expect(try await held.held(pointers) == [pointers[1].oid])
        try await source.push(pointers, to: bucket.direct)
        try await requireWhole(bucket, pointers)
    }

    @Test func `a list that is always cut short is none, so that nobody misses a root`() async throws {
        let bucket = try await Bucket()
        let source = try Machine()
        try await source.push(try await BucketFaultTests.sample(on: source), to: bucket.direct)
        let proxy = try await bucket.server.proxy("half")
        let remote = try bucket.remote(at: proxy.origin)
        let error = await #expect(throws: RemoteError.self) { try await remote.list("roots") }
        guard case .unreachable(remote.name, let cause)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.contains("its list of roots is cut short"))
        #expect(try proxy.requests.count(where: \.isSpoiled) == 6)
    }

    @Test func `a bucket that may only be read is read`() async throws {
        let bucket = try await Bucket()
        let (source, target) = (try Machine(), try Machine())
        let pointers = try await BucketFaultTests.sample(on: source)
        try await source.push(pointers, to: bucket.direct)
        let proxy = try await bucket.server.proxy("denied")
        try await target.fetch(pointers, from: bucket.remote(at: proxy.origin))
        #expect(try target.has(pointers))
        #expect(try !proxy.requests.contains { $0.isSpoiled })
        // With nothing to send, nothing is refused.
        try await source.push(pointers, to: bucket.remote(at: proxy.origin))
    }

    @Test(arguments: [
        (StorageServer.rclone, "s3", "&region=us-east-1"), (StorageServer.moto, "s3", "&region=us-east-1"),
        (StorageServer.gcs, "gs", ""),
    ])
    func `a bucket that is not there is no empty store`(
        task: Task<StorageServer, any Error>,
        scheme: String,
        region: String
    ) async throws {
        let server = try await task.value
        let origin = server.process.origin
        let remote = try server.remote("\(scheme)://nothing-here/store?endpoint=\(origin)\(region)")
        let source = try Machine()
        let pointer = try await source.add([1, 2, 3])
        for attempt in [
            { try await source.push([pointer], to: remote) as Any }, { try await remote.list("packs") as Any },
        ] {
            let error = await #expect(throws: RemoteError.self) { try await attempt() }
            guard case .unreachable(remote.name, let cause)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(cause.contains("there is no such bucket"))
        }
    }

    @Test func `where nobody listens, the remote is said to be unreachable`() async throws {
        let bucket = try await Bucket()
        let source = try Machine()
        let pointer = try await source.add([1, 2, 3])
        let port = try DeafPort()
        defer { extendLifetime(port) }
        let remote = try bucket.remote(at: port.origin)
        let error = await #expect(throws: RemoteError.self) { try await source.push([pointer], to: remote) }
        guard case .unreachable(remote.name, let cause)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.contains("Connection refused") && cause.contains("after 6 attempts"))
    }

    @Test func `lists that come backwards and twice cost nothing`() async throws {
        let bucket = try await Bucket()
        let source = try Machine()
        let pointers = try await BucketFaultTests.sample(on: source)
        for pointer in pointers { try await source.push([pointer], to: bucket.direct) }
        let proxy = try await bucket.server.proxy("shuffled")
        let remote = try bucket.remote(at: proxy.origin)
        let listed = try await remote.list("")
        #expect(Set(listed) == Set(try await bucket.direct.list("")) && Set(listed.map(\.path)).count == listed.count)
        try source.forgetRemotes()
        try await source.push(pointers, to: remote, root: Machine.rootRecord(of: pointers))
        #expect(try !proxy.requests.contains { $0.method == "PUT" && $0.path.contains("/packs/") })
        try await source.collect(in: remote)
        try await requireWhole(bucket, pointers)
    }

    @Test func `a certificate is to be trusted, and a line of TLS that breaks is tried again`() async throws {
        let bucket = try await Bucket()
        let (source, target, scratch) = (try Machine(), try Machine(), try Scratch())
        let pointers = try await BucketFaultTests.sample(on: source)
        try await source.push(pointers, to: bucket.direct)
        let words = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", scratch.path.appending("key").string, "-out",
            scratch.path.appending("certificate").string, "-days", "2", "-subj", "/CN=test", "-addext",
            "subjectAltName=IP:127.0.0.1",
        ]
        let openssl = try ProgramAnswer(
            of: "/usr/bin/openssl",
            ["openssl"] + words,
            environment: [:],
            mayAskUser: false,
            cancellation: Cancellation()
        )
        try #require(openssl.exitCode == 0, "\(openssl.failure)")
        let parts = try ["certificate", "key"].map { try DurableFile.read(scratch.path.appending($0), limit: 1 << 20) }
        try DurableFile.write(parts.flatMap { $0 }, to: scratch.path.appending("both"), durable: false)
        let certificate = scratch.path.appending("both")
        let proxy = try await bucket.server.proxy("cut", times: 1, certificate: certificate)
        let origin = "https://127.0.0.1:\(proxy.port)"
        let error = await #expect(throws: RemoteError.self) {
            try await target.fetch(pointers, from: bucket.remote(at: origin))
        }
        guard case .unreachable(_, let cause)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.contains("no secure connection: the server's certificate is out of date, or of nobody"))
        #expect(!cause.contains("attempts"))
        let trusting = ["SSL_CERT_FILE": scratch.path.appending("certificate").string]
        try await target.fetch(pointers, from: bucket.remote(at: origin, trusting))
        #expect(try target.has(pointers) && proxy.requests.contains { $0.isSpoiled })
        let plain = try bucket.remote(at: "https://127.0.0.1:\(bucket.server.process.port)", trusting)
        await #expect(throws: RemoteError.self) { try await plain.list("packs") }
    }
}
