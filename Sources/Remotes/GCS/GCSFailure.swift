import ModelCore
import Transport

/// Why Google Cloud Storage said no: its error document ("HTTP status and error codes for JSON").
struct GCSFailure: Sendable {
    /// The reason, such as `notFound`; empty where there is no document.
    let reason: String
    /// What the service says to people.
    let message: String
    /// Whether it is the bucket that is not there.
    let isAboutBucket: Bool

    /// Reads an answer; `isOfBucket` says that the request named no object that has to be there.
    init(_ response: HTTPResponse, isOfBucket: Bool = false) {
        let error = (try? JSONValue(parsing: response.bytes))?.object?["error"]?.object ?? [:]
        reason = error["errors"]?.array?.first?.object?["reason"]?.string ?? ""
        message = error["message"]?.string ?? (error.isEmpty ? String(response.text.prefix(200)) : "")
        // Elsewhere nothing but the words tells a missing bucket from a missing object.
        isAboutBucket = message.contains("bucket does not exist") || isOfBucket && response.status == 404
    }

    /// Returns the error for the file that a request was about; `isAnonymous` says that nothing told the service who
    /// asked.
    func error(
        _ remote: String,
        file: String,
        _ response: HTTPResponse,
        tried: [CredentialAttempt],
        isAnonymous: Bool
    ) -> RemoteError {
        let detail = [reason, message].filter { !$0.isEmpty }.joined(separator: ": ")
        if isAboutBucket { return .unreachable(remote, cause: "there is no such bucket (\(detail))") }
        if ["rateLimitExceeded", "userRateLimitExceeded"].contains(reason) {
            return .busy(remote, cause: detail, retryAfter: response.retryAfter)
        }
        return RemoteError(remote, file: file, response, detail: detail)
            .afterTrying(tried, isAnonymous: isAnonymous, status: response.status)
    }
}
