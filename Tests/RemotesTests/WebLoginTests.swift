import Remotes
import SystemIO
import SystemPackage
import Testing

/// Web servers that want a login.
@Suite struct WebLoginTests {
    private static let right = "machine 127.0.0.1 login ada password right\n"

    /// Reads a file of the remote; returns what was tried where that is denied.
    private func attempts(_ remote: any Remote) async throws -> [String] {
        let error = await #expect(throws: RemoteError.self) { try await remote.read("format", range: nil) }
        guard case .denied(_, "format", let reason, let tried) = error else {
            Issue.record("\(String(describing: error))")
            return []
        }
        #expect(reason.contains("wants a login"))
        return tried.map { "\($0.source): \($0.outcome)" }
    }

    @Test func `the user's netrc comes first`() async throws {
        let site = try await LoginSite(netrc: WebLoginTests.right, passwords: ["wrong"])
        #expect(try await !site.remote().read("format", range: nil).isEmpty)
        #expect(try await site.remote().size(of: "format") == 18)
        #expect(await site.helper.asked == [])
    }

    @Test func `NETRC names another file`() async throws {
        let site = try await LoginSite()
        let path = site.home.path.appending("logins")
        try DurableFile.write(Array(WebLoginTests.right.utf8), to: path, durable: false)
        #expect(try await !site.remote(environment: ["NETRC": path.string]).read("format", range: nil).isEmpty)
    }

    @Test func `Git's helpers are asked next, and told what became of it`() async throws {
        let netrc = "machine 127.0.0.1 login ada password old"
        let site = try await LoginSite(netrc: netrc, passwords: ["older", "right"])
        let remote = try site.remote()
        for _ in 0..<2 { #expect(try await !remote.read("format", range: nil).isEmpty) }
        #expect(await site.helper.notes == ["older refused", "right accepted"])
        #expect(await site.helper.asked == [site.origin, site.origin])
    }

    @Test func `of reads at once, one asks`() async throws {
        let site = try await LoginSite(passwords: ["right", "wrong"])
        let remote = try site.remote()
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try await remote.read("format", range: nil) } }
            for try await bytes in group { #expect(!bytes.isEmpty) }
        }
        #expect(await site.helper.asked.count == 1)
    }

    @Test func `what was tried is told in order, and without passwords`() async throws {
        let site = try await LoginSite(netrc: "machine 127.0.0.1 login ada password a-secret", passwords: ["b-secret"])
        #expect(
            try await attempts(site.remote()) == [
                "\(site.path): the server does not accept the login of ada",
                "git credential: the server does not accept the login of ada", "git credential: it has no other",
            ]
        )
        let other = try await LoginSite(netrc: "machine elsewhere login ada password right")
        #expect(
            try await attempts(other.remote()) == [
                "\(other.path): it has no login for 127.0.0.1", "git credential: it has no login for \(other.origin)",
            ]
        )
        let broken = try await LoginSite(netrc: "machine 127.0.0.1 login ada password \"right")
        #expect(
            try await attempts(broken.remote()).first == "\(broken.path): it cannot be used: a quotation has no end"
        )
    }

    @Test func `a server that nobody agreed to gets no login`() async throws {
        let site = try await LoginSite(netrc: WebLoginTests.right, passwords: ["right"])
        #expect(
            try await attempts(site.remote(isAgreed: false)) == [
                "no login: nobody on this machine agreed that \(site.origin) gets one"
            ]
        )
        #expect(await site.helper.asked == [])
    }
}
