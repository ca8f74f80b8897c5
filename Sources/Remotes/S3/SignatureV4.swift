import Codec
import ModelCore
import Transport

/// Signs requests with AWS Signature Version 4, as Amazon's "Authenticating Requests: Using the Authorization Header"
/// has it.
struct SignatureV4: Sendable {
    let credentials: AWSCredentials
    let region: String
    let service: String

    /// Returns a request with the fields that prove who sent it; `time` is in ns since 1970, `contentDigest` that of
    /// the body.
    func signed(_ request: HTTPRequest, contentDigest: Digest, time: Int64) -> HTTPRequest {
        guard let address = HTTPAddress(request.url) else { return request }
        let stamp = CivilDate.basicTime(secondsSince1970: time / 1_000_000_000)
        let date = String(stamp.prefix(8))
        var request = request
        request.fields["x-amz-date"] = stamp
        request.fields["x-amz-content-sha256"] = contentDigest.hex
        request.fields["x-amz-security-token"] = credentials.sessionToken
        var signed = request.fields.all.map { (name: $0.name.lowercased(), value: $0.value) }
        signed.append(("host", address.authority))
        signed.sort { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let path = address.path.prefix { $0 != "?" }
        let query = address.path.dropFirst(path.count + 1).split(separator: "&").map { pair in
            pair.contains("=") ? String(pair) : pair + "="
        }
        let canonical = [
            request.method.rawValue, path.isEmpty ? "/" : String(path), query.sorted().joined(separator: "&"),
            signed.map { "\($0.name):\($0.value)\n" }.joined(), names, contentDigest.hex,
        ].joined(separator: "\n")
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let toSign = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n" + SHA256.digest(of: Array(canonical.utf8)).hex
        let signature = HMACSHA256.code(of: toSign.utf8, key: key(on: date)).hex
        request.fields["Authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return request
    }

    private func key(on date: String) -> [UInt8] {
        [date, region, service, "aws4_request"].reduce(Array("AWS4\(credentials.secretKey)".utf8)) { key, word in
            HMACSHA256.code(of: word.utf8, key: key).bytes
        }
    }
}
