import ModelCore
import SystemPackage
import Testing

@testable import Transport

@Suite("Values of the web")
struct TransportValueTests {
    // MARK: Percent-encoding

    @Test(arguments: [
        ("", ""), ("aZ0-._~", "aZ0-._~"), ("a b", "a%20b"), ("ü", "%C3%BC"), ("100%", "100%25"), ("a/b", "a%2Fb"),
        ("@[\\]^`{|}\u{7f}", "%40%5B%5C%5D%5E%60%7B%7C%7D%7F"),
    ])
    func `text is encoded and decoded`(text: String, encoded: String) {
        #expect(PercentEncoding.encoded(text) == encoded)
        #expect(PercentEncoding.decoded(encoded) == text)
    }

    @Test func `some bytes may be kept`() { #expect(PercentEncoding.encoded("a/b c", keeping: "/") == "a/b%20c") }

    @Test(arguments: ["%", "%4", "%zz", "a%F", "%FF"])
    func `what is not encoded is refused`(text: String) { #expect(PercentEncoding.decoded(text) == nil) }

    // MARK: Base64

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
        ("\u{3ff}\u{7fe}", "z7/fvg=="),
    ])
    func `bytes are written in base64`(text: String, encoded: String) {
        #expect(text.base64 == encoded)
        #expect(Array(text.utf8).base64 == encoded)
    }

    // MARK: Addresses

    @Test(arguments: [
        ("https://Example.ORG/a?b", "https://example.org", "/a?b"),
        ("http://example.org:80", "http://example.org", ""),
        ("http://[::1]:8080/x", "http://[::1]:8080", "/x"),
        ("https://127.0.0.1:9000", "https://127.0.0.1:9000", ""),
    ])
    func `a URL has an origin`(url: String, origin: String, path: String) throws {
        let address = try #require(HTTPAddress(url))
        #expect(address.origin == origin)
        #expect(address.path == path)
    }

    @Test(arguments: [
        "ftp://host", "http://", "http:/host", "http://user@host", "http://-host", "http://host:0", "http://host:port",
        "http://host:65536", "http://[::1", "",
    ])
    func `what is no address is refused`(url: String) { #expect(HTTPAddress(url) == nil) }

    // MARK: Header fields

    @Test func `names of fields compare without case`() {
        var fields: HTTPFields = ["Content-Type": "a", "content-type": "b", "X": "c"]
        #expect(fields["CONTENT-TYPE"] == "a")
        fields["Content-Type"] = "d"
        #expect(fields.all.map(\.value) == ["c", "d"])
        fields["x"] = nil
        #expect(fields.all.map(\.name) == ["Content-Type"])
    }

    // MARK: Settings

    @Test func `proxies come from the variables that curl reads`() throws {
        let settings = try TransportSettings(environment: [
            "http_proxy": "http://plain:3128", "HTTPS_PROXY": "user:p%40ss@secure:8080/", "HTTP_PROXY": "http://evil",
            "no_proxy": "localhost, .Example.org,10.0.0.1", "all_proxy": "http://everywhere",
        ])
        #expect(try settings.proxy(isSecure: false, host: "a.com")?.host == "plain")
        let secure = try #require(try settings.proxy(isSecure: true, host: "a.com"))
        #expect((secure.host, secure.port) == ("secure", 8080))
        #expect(secure.credentials == "user:p@ss")
        for host in ["localhost", "example.org", "S3.EXAMPLE.org", "10.0.0.1"] {
            #expect(try settings.proxy(isSecure: true, host: host) == nil, "\(host)")
        }
        #expect(try settings.proxy(isSecure: true, host: "notexample.org") != nil)
    }

    @Test func `one proxy may be for all, and a star is for none`() throws {
        let all = try TransportSettings(environment: ["ALL_PROXY": "proxy", "HTTP_PROXY": "http://evil"])
        #expect(try all.proxy(isSecure: false, host: "a.com")?.port == 1080)
        #expect(try all.proxy(isSecure: true, host: "a.com")?.host == "proxy")
        let none = try TransportSettings(environment: ["ALL_PROXY": "proxy", "NO_PROXY": "*"])
        #expect(try none.proxy(isSecure: true, host: "a.com") == nil)
        #expect(try TransportSettings(environment: ["https_proxy": ""]).secureProxy == nil)
    }

    @Test(arguments: ["localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7", "::1"])
    func `this machine is reached without a proxy`(host: String) throws {
        let settings = try TransportSettings(environment: ["ALL_PROXY": "proxy"])
        #expect(try settings.proxy(isSecure: false, host: host) == nil)
        #expect(try settings.proxy(isSecure: false, host: host, configured: "own:8080") == nil)
        #expect(try settings.proxy(isSecure: false, host: "127.0.0.1.example.org") != nil)
    }

    @Test func `a proxy that is configured for a host is used in place of the environment's, but for what needs none`()
        throws
    {
        let settings = try TransportSettings(environment: ["http_proxy": "plain", "no_proxy": "near"])
        #expect(try settings.proxy(isSecure: false, host: "a.com", configured: "own:8080")?.host == "own")
        #expect(try settings.proxy(isSecure: true, host: "a.com", configured: "own:8080")?.port == 8080)
        #expect(try settings.proxy(isSecure: false, host: "a.com", configured: "") == nil)
        #expect(try settings.proxy(isSecure: false, host: "near", configured: "own:8080") == nil)
    }

    @Test(arguments: ["socks5://u:secret@host", "https://u:secret@host", "http://u:secret@", "http://u:secret@-host"])
    func `a proxy that cannot be used is refused without its password`(text: String) {
        let error = #expect(throws: TransportError.self) { try TransportSettings(environment: ["https_proxy": text]) }
        #expect(error?.description.contains("cannot use proxy") == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func `certificates come from the first variable that is set`() throws {
        let environment = ["GIT_SSL_CAINFO": "", "CURL_CA_BUNDLE": "/curl", "SSL_CERT_FILE": "/ssl"]
        #expect(try TransportSettings(environment: environment).certificates == "/curl")
        #expect(try TransportSettings(environment: [:]).certificates == nil)
    }
}
