import Transport

extension RemoteError {
    /// Creates the error of a request, about a file if about one, that got no answer, or one that is longer than any
    /// right one.
    init(_ remote: String, file: String? = nil, _ error: TransportError) {
        switch (error, file) {
        case (.tooLong(let limit), let file?):
            self = .wrongContent(remote, file: file, problem: "it is longer than \(limit) bytes")
        default: self.init(remote, error: error)
        }
    }

    private init(_ remote: String, error: TransportError) {
        switch error {
        case .file(let error): self = .io(remote, error)
        case _ where error.isTransient: self = .busy(remote, cause: "\(error)", retryAfter: nil)
        default: self = .unreachable(remote, cause: "\(error)")
        }
    }

    /// Creates the error of an answer that says no, where the service has no words of its own for it.
    init(_ remote: String, file: String, _ response: HTTPResponse, detail: String) {
        let cause = detail.isEmpty ? "status \(response.status)" : "\(detail) (status \(response.status))"
        switch response.status {
        case 401, 403, 407: self = .denied(remote, file: file, reason: cause, tried: [])
        case 404, 410: self = .notFound(remote, file: file)
        case 507, 509: self = .full(remote, file: file, reason: cause)
        case 408, 425, 429, 500, 502, 503, 504:
            self = .busy(remote, cause: cause, retryAfter: response.retryAfter)
        default: self = .refused(remote, file: file, reason: cause)
        }
    }

    /// Returns the error of an answer that says no, with what was tried to prove who asks.
    ///
    /// Where that found nothing, every no may be for that reason, whatever its words: some services call it a bad
    /// request.
    func afterTrying(_ tried: [CredentialAttempt], isAnonymous: Bool, status: Int) -> RemoteError {
        switch self {
        case .denied(let remote, let file, let reason, _), .refused(let remote, let file, let reason):
            guard isAnonymous, (400..<500).contains(status) else { break }
            let why =
                tried.isEmpty
                ? "no keys are sent to a service that nobody on this machine agreed to" : "no keys were found"
            return .denied(remote, file: file, reason: "it was asked anonymously, for \(why); \(reason)", tried: tried)
        default: break
        }
        guard case .denied(let remote, let file, let reason, _) = self else { return self }
        return .denied(remote, file: file, reason: reason, tried: tried)
    }
}
