import Remotes
import SystemPackage
import Testing

struct GitAddressTests {
    @Test(arguments: [
        ("https://example.org/team/models.git", "https://example.org/team/models.git/info/lfs"),
        ("https://example.org/team/models", "https://example.org/team/models.git/info/lfs"),
        ("https://example.org/team/models/", "https://example.org/team/models.git/info/lfs"),
        ("https://ada:secret@example.org:8443/m.git", "https://example.org:8443/m.git/info/lfs"),
        ("http://127.0.0.1:3000/m", "http://127.0.0.1:3000/m.git/info/lfs"),
        ("git://example.org/m.git", "https://example.org/m.git/info/lfs"),
        ("git@example.org:team/models.git", "https://example.org/team/models.git/info/lfs"),
        ("ssh://git@example.org:2222/team/models.git", "https://example.org/team/models.git/info/lfs"),
    ])
    func `the LFS server is beside the repository`(url: String, server: String) throws {
        #expect(try GitAddress(parsing: url).server == server)
    }

    @Test(arguments: ["/srv/models.git", "../models.git", "file:///srv/models.git", "ext::sh -c x", "c/d:e"])
    func `a directory has none`(url: String) throws {
        guard let address = try? GitAddress(parsing: url) else { return }
        #expect(address.server == nil)
    }

    @Test func `a login in a URL is part of no address`() throws {
        let address = try GitAddress(parsing: "https://ada:secret@Example.org/m.git")
        #expect(address == .web("https://Example.org/m.git"))
        #expect(address.host == "example.org")
        #expect(address.origin == "https://example.org")
    }

    @Test(arguments: [
        ("https://host/m.git", true), ("git@host:m.git", true), ("git://host/m.git", true), ("/srv/m.git", true),
        ("http://host/m.git", false), ("http://ada@host:8080/m.git", false),
    ])
    func `only plain HTTP lets others read`(url: String, isSecret: Bool) throws {
        #expect(try GitAddress(parsing: url).isSecret == isSecret)
    }

    @Test(arguments: [
        ("https://example.org/team/models.git", "git@example.org:team/models", true),
        ("https://ada@example.org/team/models/", "ssh://git@example.org:2222/srv/git/team/models.git", true),
        ("https://github.com/team/models", "ssh://git@ssh.github.com:443/team/models.git", true),
        ("https://github.com/team/models", "work:team/models.git", true),
        ("/srv/models.git", "file:///srv/models.git", true),
        ("https://example.org/team/models.git", "git@example.org:ada/models.git", false),
        ("https://example.org/team/models.git", "https://example.com/team/models.git", false),
        ("https://example.org/team/models.git", "git@example.com:team/models.git", false),
        ("/srv/models.git", "/srv/fork.git", false), ("/srv/models.git", "https://example.org/models.git", false),
    ])
    func `two URLs lead to one repository or not`(one: String, other: String, isSame: Bool) throws {
        #expect(try GitAddress.mayBeSame(one, other) == isSame)
        #expect(try GitAddress.mayBeSame(other, one) == isSame)
    }

    @Test(arguments: [
        ("lfs:origin", "lfs:origin"), ("lfs:https://example.org/m.git", "lfs:https://example.org/m.git"),
        ("lfs:git@example.org:m.git", "lfs:git@example.org:m.git"),
    ])
    func `a remote in LFS is a Git remote or its URL`(text: String, canonical: String) throws {
        #expect(try RemoteURL(parsing: text, relativeTo: "/base").text == canonical)
    }

    @Test(arguments: ["lfs:", "lfs:-u", "lfs:https://ada:secret@example.org/m.git"])
    func `what is none is refused, without its password`(text: String) {
        let error = #expect(throws: RemoteError.self) { try RemoteURL(parsing: text, relativeTo: "/base") }
        #expect(error?.description.contains("secret") == false)
    }
}
