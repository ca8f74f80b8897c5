import Testing

@testable import Remotes

/// What curl 7.88 gives for the same texts, with `curl --netrc-file`.
@Suite("Netrc files")
struct NetrcTests {
    @Test(arguments: [
        ("machine h.example login a password b\n", "a:b"),
        ("machine H.Example login a password b", "a:b"),
        ("MACHINE h.example LOGIN a PASSWORD b", "a:b"),
        ("machine h.example\n login a\n\tpassword b", "a:b"),
        ("machine h.example password b", ":b"),
        (#"machine h.example login "x y" password "q\"\\z#""#, #"x y:q"\z#"#),
        ("machine h.example login a password b#c # d\n", "a:b#c"),
        ("#machine h.example login no password no\nmachine h.example login a password b", "a:b"),
        ("machine other login x password y\ndefault login d password e", "d:e"),
        ("default login d password e\nmachine h.example login a password b", "d:e"),
        ("macdef init\nmachine h.example login m password m\n\nmachine h.example login a password b", "a:b"),
        ("machine h.example account z login a password b", "a:b"),
        ("machine h.example login a\nmachine h.example login c password d", "c:d"),
        ("machine h.example login é password \u{1F511}\r\n", "é:\u{1F511}"),
        ("machine h.example.org login a password b", nil), ("login a password b", nil), ("", nil), ("machine", nil),
    ])
    func `the first login of a host counts`(text: String, login: String?) throws {
        let found = try #require(Netrc(parsing: text)).login(for: "h.example", user: nil)
        #expect(found.map { "\($0.name):\($0.password)" } == login)
    }

    @Test func `of a user who is named, only that one's`() throws {
        let netrc = try #require(
            Netrc(parsing: "machine h.example login a password b\nmachine h.example login c password d")
        )
        #expect(netrc.login(for: "h.example", user: "c")?.password == "d")
        #expect(netrc.login(for: "h.example", user: "e") == nil)
    }

    @Test(arguments: ["machine h.example login \"a password b", "machine \"", #"machine "\"#])
    func `a quotation without an end makes a file useless`(text: String) { #expect(Netrc(parsing: text) == nil) }
}
