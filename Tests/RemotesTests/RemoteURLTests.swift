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

    @Test(arguments: [
        ("s3://bucket", "s3://bucket/"),
        ("s3://bucket/", "s3://bucket/"),
        ("s3://bucket/a//b/", "s3://bucket/a/b"),
        ("s3://Old_Bucket.x/a b", "s3://Old_Bucket.x/a b"),
        ("s3://bucket/p?region=eu-west-1", "s3://bucket/p?region=eu-west-1"),
        ("s3://bucket/p?region=RegionOne-AZ09", "s3://bucket/p?region=RegionOne-AZ09"),
        ("s3://bucket/p?endpoint=minio.example.org", "s3://bucket/p?endpoint=https://minio.example.org"),
        ("s3://bucket/p?endpoint=https://HOST:443/", "s3://bucket/p?endpoint=https://host"),
        (
            "s3://bucket/p?region=r&endpoint=http%3A%2F%2F127.0.0.1:9000",
            "s3://bucket/p?endpoint=http://127.0.0.1:9000&region=r"
        ),
        ("gs://bucket", "gs://bucket/"),
        ("gs://bucket/a//b/", "gs://bucket/a/b"),
        ("gs://bucket/p?endpoint=storage.example.org", "gs://bucket/p?endpoint=https://storage.example.org"),
    ])
    func `the URL of a bucket has one spelling`(text: String, spelling: String) throws {
        let url = try RemoteURL(parsing: text, relativeTo: "/base")
        #expect(url.text == spelling)
        #expect(!url.isThisMachineOnly)
        #expect(try RemoteURL(parsing: spelling, relativeTo: "/base") == url)
    }

    @Test(arguments: [
        ("https://Example.org", "https://example.org"),
        ("https://example.org:443/m//store/", "https://example.org/m/store"),
        ("http://127.0.0.1:8000/a b/%C3%BC?sig=a%2Fb&x=1", "http://127.0.0.1:8000/a%20b/%C3%BC?sig=a%2Fb&x=1"),
    ])
    func `a web URL has one spelling`(text: String, spelling: String) throws {
        let url = try RemoteURL(parsing: text, relativeTo: "/base")
        #expect(url.text == spelling)
        #expect(try RemoteURL(parsing: spelling, relativeTo: "/base") == url)
    }

    @Test func `a password in a web URL is refused and not repeated`() {
        let text = "https://user:secret@host/m"
        let error = #expect(throws: RemoteError.self) { try RemoteURL(parsing: text, relativeTo: "/base") }
        #expect(error?.description.contains("names a user") == true)
        #expect(error?.description.contains("secret") == false)
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
        ("s3://", "no name of a bucket"),
        ("s3:///prefix", "no name of a bucket"),
        ("s3://-bucket/prefix", "no name of a bucket"),
        ("s3://buck et/prefix", "no name of a bucket"),
        ("s3://key:secret@bucket/prefix", "no name of a bucket"),
        ("s3://bucket/a/../b", ". or .."),
        ("s3://bucket/./b", ". or .."),
        ("s3://bucket?region", "no value"),
        ("s3://bucket?region=", "no value"),
        ("s3://bucket?region=a&region=b", "stands twice"),
        ("s3://bucket?region=evil.example/", "its region is no name"),
        ("s3://bucket?region=x%40evil.example", "its region is no name"),
        ("s3://bucket?region=a%3F", "its region is no name"),
        ("s3://bucket?region=eu[west", "its region is no name"),
        ("s3://bucket?region=eu%60west", "its region is no name"),
        ("s3://bucket?region=" + String(repeating: "a", count: 64), "its region is no name"),
        ("s3://bucket@evil.example", "no name of a bucket"),
        ("s3://evil.example:443/x", "no name of a bucket"),
        ("s3://bucket#x", "no name of a bucket"),
        ("s3://bucket?acl=public", "no parameter"),
        ("s3://bucket?endpoint=ftp://host", "endpoint"),
        ("s3://bucket?endpoint=https://user:word@host", "endpoint"),
        ("s3://bucket?endpoint=https://host/path", "endpoint"),
        ("s3://bucket?endpoint=https://-host", "endpoint"),
        ("gs://", "no name of a bucket"),
        ("gs://bucket/../b", ". or .."),
        ("gs://bucket?region=a", "no parameter"),
        ("gs://bucket?endpoint=http://host/path", "endpoint"),
        ("az://bucket/prefix", "no az: remotes"),
        ("git+ssh://host/path", "no git+ssh: remotes"),
        ("s3:/bucket", "did you mean s3://bucket? A host of that name is ssh://s3/bucket"),
        ("s3:bucket/prefix", "did you mean s3://bucket/prefix? A host of that name is ssh://s3/~/bucket/prefix"),
        ("s3:~/models", "A host of that name is ssh://s3/~/models"),
        ("GS:/bucket", "did you mean gs://bucket?"),
        ("file:/srv/models", "did you mean file:///srv/models?"),
        ("https:/host/m", "did you mean https://host/m?"),
        ("rclone:nas/models", "did you mean rclone://nas/models?"),
        ("ssh:host/m", "did you mean ssh://host/m?"),
        ("lfs:", "has to follow"),
        ("lfs:--upload-pack=x", "has to follow"),
        ("https://", "no http: or https: URL"),
        ("https://-host/m", "no http: or https: URL"),
        ("https://host/m#part", "no http: or https: URL"),
        ("https://host/a/../m", ". or .."),
        ("https://host/a/%2e%2E/m", ". or .."),
        ("https://host/%zz", "hexadecimal"),
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

    @Test(arguments: [
        ("https://host/m?token=a/b@c", "https://host/m?…"), ("https://host/m", "https://host/m"),
        ("HTTP://host/a/../m?x#y", "HTTP://host/a/../m?…"), ("https://ada:secret@host/m?x", "https://…@host/m?…"),
        ("ssh://ada:secret@host/m", "ssh://…@host/m"), ("ssh://ada@host/a@b:c", "ssh://ada@host/a@b:c"),
        ("ssh://a@b:secret@host/m", "ssh://…@host/m"), ("s3://key:secret@bucket/p", "s3://…@bucket/p"),
        ("s3://bucket/p?endpoint=https://ada:secret@host&region=r", "s3://bucket/p?endpoint=https://…@host&region=r"),
        ("s3://bucket?endpoint=https%3A%2F%2Fada:secret@host", "s3://bucket?…@host"),
        ("gs://bucket?endpoint=https://ada%3Asecret@host", "gs://bucket?endpoint=https://…@host"),
        ("git@host:org/m", "git@host:org/m"), ("lfs:git@host:org/m", "lfs:git@host:org/m"), ("/a//b:c@d", "/a//…@d"),
    ])
    func `messages show a URL without what nobody else may know`(url: String, shown: String) {
        #expect(RemoteURL.shown(url) == shown)
        #expect(RemoteError.unusableURL(url, reason: "so").description == "cannot use remote \(shown): so")
    }

    @Test(arguments: [
        "s3://key:secret@bucket/p", "gs://key:secret@bucket", "s3://bucket?endpoint=https://ada:secret@host",
        "ssh://ada:secret@host/m", "https://host/a/../m?token=secret", "lfs:https://ada:secret@host/m.git",
    ])
    func `a refusal does not repeat a secret`(text: String) {
        let error = #expect(throws: RemoteError.self) { try RemoteURL(parsing: text, relativeTo: "/base") }
        #expect(error?.description.contains("secret") == false, "\(String(describing: error?.description))")
    }

    @Test(arguments: ["git+ssh://host/path", "az://bucket"])
    func `a refusal names the URLs that can be used`(text: String) {
        let error = #expect(throws: RemoteError.self) { try RemoteURL(parsing: text, relativeTo: "/base") }
        for scheme in RemoteURL.schemes { #expect(error?.description.contains(scheme) == true) }
    }
}
