import Remotes
import SystemPackage
import Testing

@Suite("Remote URLs")
struct RemoteURLTests {
    @Test(arguments: [
        ("/srv/models", "/srv/models"),
        ("/srv//models/", "/srv/models"),
        ("/srv/x/../models/.", "/srv/models"),
        ("models", "/base/models"),
        ("../models", "/models"),
        (".", "/base"),
        ("./a:b", "/base/a:b"),
        ("/a:b", "/a:b"),
        (":b", "/base/:b"),
        ("-models", "/base/-models"),
        ("--upload-pack=touch", "/base/--upload-pack=touch"),
        ("with space", "/base/with space"),
        ("100%25", "/base/100%25"),
        ("file:///srv/models", "/srv/models"),
        ("file:///srv/models/", "/srv/models"),
        ("file:///a%20b", "/a b"),
        ("file:///%C3%bc", "/ü"),
        ("file:///100%25", "/100%"),
        ("file:///a:b", "/a:b"),
        ("file:///-x", "/-x"),
    ])
    func `a path or file URL is a directory`(text: String, path: FilePath) throws {
        let url = try RemoteURL(parsing: text, relativeTo: "/base")
        #expect(url == .directory(path))
        #expect(url.text == path.string)
        #expect(url.isThisMachineOnly)
    }

    @Test(arguments: ["/srv/models", "relative", "file:///a%20b", "file:///%C3%BC"])
    func `the text of a URL means the same place`(text: String) throws {
        let url = try RemoteURL(parsing: text, relativeTo: "/base")
        #expect(try RemoteURL(parsing: url.text, relativeTo: "/elsewhere") == url)
    }

    @Test(arguments: [
        ("", "it is empty"),
        ("/a\nb", "line break"),
        ("\n", "line break"),
        ("/a\rb", "line break"),
        ("/a\0b", "NUL"),
        ("file:///a%0Ab", "line break"),
        ("file:///a%0ab", "line break"),
        ("file:///a%00b", "NUL"),
        ("file://", "absolute path"),
        ("file://relative", "absolute path"),
        ("file://host/path", "absolute path"),
        ("file:///a%", "%"),
        ("file:///a%2", "%"),
        ("file:///a%zz", "%"),
        ("file:///a%+1b", "%"),
        ("file:///a%-1b", "%"),
        ("file:///a% 1b", "%"),
        ("file:///%FF", "UTF-8"),
        ("s3://bucket/prefix", "no s3: remotes"),
        ("https://example.org/m", "no https: remotes"),
        ("git+ssh://host/path", "no git+ssh: remotes"),
        ("lfs:", "no lfs: remotes"),
    ])
    func `what cannot be used is refused with the reason`(text: String, part: String) {
        let error = #expect(throws: RemoteError.self) { try RemoteURL(parsing: text, relativeTo: "/base") }
        guard case .unusableURL(let url, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(url == text)
        #expect(reason.contains(part))
        #expect(error?.description.contains(reason) == true)
    }

    @Test(arguments: ["git+ssh://host/path", "lfs:origin"])
    func `a refusal names the URLs that can be used`(text: String) {
        let error = #expect(throws: RemoteError.self) { try RemoteURL(parsing: text, relativeTo: "/base") }
        for scheme in RemoteURL.schemes { #expect(error?.description.contains(scheme) == true) }
    }
}
