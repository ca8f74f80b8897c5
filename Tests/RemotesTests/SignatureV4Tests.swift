import Codec
import ModelCore
import Testing
import Transport

@testable import Remotes

/// The examples of Amazon's "Signature Calculations for the Authorization Header: Transferring Payload in a Single
/// Chunk".
@Suite("Signatures of requests")
struct SignatureV4Tests {
    private static let host = "https://examplebucket.s3.amazonaws.com"
    /// 2013-05-24T00:00:00Z, in ns.
    private static let time: Int64 = 1_369_353_600_000_000_000
    private static let signer = SignatureV4(
        credentials: AWSCredentials(
            accessKey: "AKIAIOSFODNN7EXAMPLE",
            secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        ),
        region: "us-east-1",
        service: "s3"
    )

    private func authorization(_ request: HTTPRequest) throws -> String {
        var content: [UInt8] = []
        if case .bytes(let bytes) = request.body { content = bytes }
        let digest = SHA256.digest(of: content)
        let signed = SignatureV4Tests.signer.signed(request, contentDigest: digest, time: SignatureV4Tests.time)
        #expect(signed.fields["x-amz-date"] == "20130524T000000Z")
        #expect(signed.fields["x-amz-content-sha256"] == digest.hex)
        return try #require(signed.fields["Authorization"])
    }

    @Test func `GET of an object`() throws {
        let request = HTTPRequest(.get, SignatureV4Tests.host + "/test.txt", fields: ["Range": "bytes=0-9"])
        #expect(
            try authorization(request)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    }

    @Test func `PUT of an object`() throws {
        let request = HTTPRequest(
            .put,
            SignatureV4Tests.host + "/test%24file.text",
            fields: ["Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"],
            body: .bytes(Array("Welcome to Amazon S3.".utf8))
        )
        let text = try authorization(request)
        #expect(text.contains("SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"))
        #expect(text.hasSuffix("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
    }

    @Test(arguments: [
        ("/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ("/?prefix=J&max-keys=2", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ])
    func `GET of a bucket with a query`(query: String, signature: String) throws {
        #expect(try authorization(HTTPRequest(.get, SignatureV4Tests.host + query)).hasSuffix(signature))
    }

    @Test func `a session's token is signed too`() throws {
        let keys = AWSCredentials(accessKey: "A", secretKey: "s", sessionToken: "token")
        let signed = SignatureV4(credentials: keys, region: "r", service: "s3")
            .signed(HTTPRequest(.get, SignatureV4Tests.host + "/"), contentDigest: SHA256.digest(of: []), time: 0)
        #expect(signed.fields["x-amz-security-token"] == "token")
        #expect(signed.fields["Authorization"]?.contains("x-amz-date;x-amz-security-token,") == true)
    }
}
