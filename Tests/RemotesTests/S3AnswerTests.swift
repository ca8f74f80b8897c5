import Testing
import Transport

@testable import Remotes

@Suite("What S3 services answer")
struct S3AnswerTests {
    // MARK: XML

    private func elements(_ document: String) -> [String] {
        XMLElements(document).map { $0.path + ($0.text.isEmpty ? "" : "=" + $0.text) }
    }

    @Test(arguments: [
        ("", []),
        ("<a/>", ["a"]),
        ("<?xml version=\"1.0\"?>\n<a><b>1</b><b> 2 </b></a>", ["a/b=1", "a/b= 2 ", "a"]),
        ("<x:a xmlns:x=\"urn\"><x:b t='1'/></x:a>", ["a/b", "a"]),
        ("<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</a>", ["a=<&>\"'AB"]),
        ("<a>1 & 2</a>", ["a=1 & 2"]),
        ("<a>&lt;1 & 2</a>", ["a=<1 & 2"]),
        ("<a>&unknown;x</a>", ["a=x"]),
        ("<a>&#xD800;x</a>", ["a=x"]),
        ("<a><b>cut", []),
        ("<a><b", []),
        ("</a></b>", []),
        ("no XML at all", []),
        ("<a><!-- note --><b>1</b></a>", ["a/b=1", "a"]),
    ])
    func `elements and their text are read`(document: String, expected: [String]) {
        #expect(elements(document) == expected)
    }

    // MARK: Lists

    @Test func `a page of a list has keys, sizes and what comes next`() {
        let page = S3Listing(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
              <Name>bucket</Name><Prefix>p/</Prefix><IsTruncated>true</IsTruncated>
              <NextContinuationToken>1/w&amp;==</NextContinuationToken>
              <Contents><Key>p/a&amp;b</Key><Size>12</Size><Owner><ID>7</ID></Owner></Contents>
              <Contents><Size>0</Size><Key>p/ü</Key></Contents>
            </ListBucketResult>
            """
        )
        #expect(page.files.map(\.key) == ["p/a&b", "p/ü"])
        #expect(page.files.map(\.size) == [12, 0])
        #expect(page.nextToken == "1/w&==")
        #expect(!page.isComplete)
    }

    @Test func `the last page has no next one, whatever its token`() {
        let page = S3Listing(
            "<ListBucketResult><NextContinuationToken>x</NextContinuationToken><IsTruncated>false</IsTruncated></ListBucketResult>"
        )
        #expect(page.files.isEmpty)
        #expect(page.nextToken == nil)
        #expect(page.isComplete)
    }

    @Test(arguments: [
        "", "<html><body>Log in first</body></html>", "<ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>p/a</Key><Size>1</Size></Contents>",
        "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult",
        "<a><ListBucketResult></ListBucketResult></a>",
    ])
    func `what is cut short or no list at all is no page`(document: String) {
        #expect(!S3Listing(document).isWhole)
        #expect(S3Listing("<ListBucketResult><Contents><Key>p/a</Key></Contents></ListBucketResult>").isWhole)
    }

    // MARK: Errors

    private func error(
        _ status: Int,
        _ code: String,
        fields: HTTPFields = [:],
        tried: [CredentialAttempt] = [CredentialAttempt("the environment", "key A")],
        isAnonymous: Bool = false
    ) -> RemoteError {
        let text = "<Error><Code>\(code)</Code><Message>no</Message></Error>"
        let response = HTTPResponse(status: status, fields: fields, bytes: Array(text.utf8))
        return S3Failure(response).error("s3://b/", file: "f", response, tried: tried, isAnonymous: isAnonymous)
    }

    @Test func `errors are told apart by their codes`() {
        if case .notFound = error(404, "NoSuchKey") {} else { Issue.record("NoSuchKey") }
        if case .unreachable = error(404, "NoSuchBucket") {} else { Issue.record("NoSuchBucket") }
        if case .busy(_, _, 7?) = error(503, "SlowDown", fields: ["Retry-After": "7"]) {
        } else {
            Issue.record("SlowDown")
        }
        if case .busy = error(500, "Whatever") {} else { Issue.record("500") }
        if case .wrongContent = error(400, "BadDigest") {} else { Issue.record("BadDigest") }
        if case .full = error(403, "QuotaExceeded") {} else { Issue.record("QuotaExceeded") }
        if case .refused = error(400, "Whatever") {} else { Issue.record("400") }
        guard case .denied(_, _, let reason, let tried) = error(403, "AccessDenied") else {
            Issue.record("AccessDenied")
            return
        }
        #expect(reason.contains("AccessDenied: no"))
        #expect(tried.map(\.source) == ["the environment"])
    }

    @Test(arguments: [400, 401, 403, 405])
    func `a no to nobody is for want of keys, whatever it is called`(status: Int) {
        let found = error(status, "UnsupportedAlgorithm", isAnonymous: true)
        guard case .denied(_, _, let reason, let tried) = found else {
            Issue.record("\(found)")
            return
        }
        let ending = "UnsupportedAlgorithm: no (status \(status))"
        #expect(reason == "it was asked anonymously, for no keys were found; \(ending)")
        #expect(tried.map(\.source) == ["the environment"])
        let stranger = error(status, "UnsupportedAlgorithm", tried: [], isAnonymous: true)
        #expect(stranger.description.contains("nobody on this machine agreed to; \(ending)"))
    }

    @Test func `what is not there is not there for nobody either, and a fault is no refusal`() {
        if case .notFound = error(404, "NoSuchKey", isAnonymous: true) {} else { Issue.record("NoSuchKey") }
        if case .refused = error(501, "NotImplemented", isAnonymous: true) {} else { Issue.record("NotImplemented") }
        if case .busy = error(503, "SlowDown", isAnonymous: true) {} else { Issue.record("SlowDown") }
    }

    @Test(arguments: ["ExpiredToken", "TokenRefreshRequired", "InvalidToken"])
    func `keys that ended are a matter of who asks, whatever the status`(code: String) {
        guard case .denied(_, _, let reason, let tried) = error(400, code) else {
            Issue.record("\(code)")
            return
        }
        #expect(reason.contains(code) && tried.map(\.source) == ["the environment"])
    }

    @Test(arguments: [("eu-west-1", "eu-west-1"), ("evil.example/", nil), ("", nil)])
    func `a region that a service names counts where it can be one`(named: String, region: String?) {
        let field = HTTPResponse(status: 400, fields: ["x-amz-bucket-region": named], bytes: [])
        #expect(S3Failure(field).region == region)
        let text = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>\(named)</Region></Error>"
        let document = HTTPResponse(status: 400, fields: [:], bytes: Array(text.utf8))
        #expect(S3Failure(document).region == region)
    }

    @Test func `a clock that is off is named as the cause`() {
        let error = error(403, "RequestTimeTooSkewed", fields: ["Date": "Fri, 24 May 2013 00:00:00 GMT"])
        #expect(error.description.contains("the clock of this machine is off"))
        #expect(error.description.contains("Fri, 24 May 2013"))
    }
}
