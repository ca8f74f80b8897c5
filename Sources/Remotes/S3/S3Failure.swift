import Transport

/// Why an S3 service said no: its error document ("Error responses" of Amazon's S3 API reference).
struct S3Failure: Sendable {
    /// The code, such as `NoSuchKey`; empty where there is no document, as after HEAD.
    let code: String
    /// What the service says to people.
    let message: String
    /// The region that the service wants requests to be signed for.
    let region: String?

    init(_ response: HTTPResponse) {
        var fields: [String: String] = [:]
        for element in XMLElements(response.text) { fields[element.path] = element.text }
        code = fields["Error/Code"] ?? ""
        message = fields["Error/Message"] ?? ""
        let named = response.fields["x-amz-bucket-region"] ?? fields["Error/Region"]
        region = named.flatMap { AWSRegion.isName($0) ? $0 : nil }
    }

    /// Whether the keys were right once and new ones may be had.
    var isExpiry: Bool { ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"].contains(code) }

    /// Returns the error for the file that a request was about; `isAnonymous` says that nothing told the service who
    /// asked.
    func error(
        _ remote: String,
        file: String,
        _ response: HTTPResponse,
        tried: [CredentialAttempt],
        isAnonymous: Bool = false
    ) -> RemoteError {
        let detail = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
        switch code {
        case "NoSuchBucket":
            return .unreachable(remote, cause: "there is no such bucket (\(detail))")
        case "RequestTimeTooSkewed":
            let time = response.fields["Date"] ?? "otherwise"
            let reason = "the clock of this machine is off: the service's says \(time)"
            return .denied(remote, file: file, reason: reason, tried: [])
        case _ where isExpiry, "InvalidToken":
            return .denied(remote, file: file, reason: detail, tried: tried)
        case "SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "OperationAborted":
            return .busy(remote, cause: detail, retryAfter: response.retryAfter)
        case "XAmzContentSHA256Mismatch", "BadDigest", "XAmzContentChecksumMismatch", "IncompleteBody":
            return .wrongContent(remote, file: file, problem: "it arrived there with other bytes (\(detail))")
        case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage":
            return .full(remote, file: file, reason: detail)
        default:
            return RemoteError(remote, file: file, response, detail: detail)
                .afterTrying(tried, isAnonymous: isAnonymous, status: response.status)
        }
    }
}
