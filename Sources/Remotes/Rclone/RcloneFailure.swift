/// Why rclone did not do something, in words that are its own, a service's or the system's.
struct RcloneFailure: Sendable {
    /// What is said where the service knows nobody of these keys.
    private static let refusals = [
        "unauthorized", "forbidden", "statuscode: 401", "statuscode: 403", "accessdenied", "signaturedoesnotmatch",
        "invalidaccesskeyid", "invalid_grant", "token expired", "expiredtoken", "unable to authenticate",
    ]
    /// What is said where no service answers.
    private static let silences = [
        "connection refused", "no such host", "i/o timeout", "no route to host", "network is unreachable",
    ]

    let words: String
    private let text: String

    init(words: String) {
        self.words = words
        text = words.lowercased()
    }

    /// Whether rclone takes the place of the store for a file.
    var isAboutPlace: Bool { text.contains("is a file not a directory") }

    /// Returns the error for the file that a request was about.
    func error(_ remote: String, file: String, at location: RcloneLocation) -> RemoteError {
        if isAboutPlace { return .unreachable(remote, cause: "rclone takes \(location.place) for a file") }
        if says(["not a directory", "object not found", "directory not found"]) {
            return .notFound(remote, file: file)
        }
        if says(["didn't find section in config file"]) {
            return .unreachable(
                remote,
                cause: "rclone knows no remote \(location.remote.dropLast()); `rclone listremotes` shows those it knows"
            )
        }
        if says(["no space left", "quota"]) { return .full(remote, file: file, reason: words) }
        if says(["read-only file system", "permission denied", "operation not permitted"]) {
            return .readOnly(remote, file: file)
        }
        if says(RcloneFailure.refusals) { return .denied(remote, file: file, reason: words, tried: []) }
        if says(RcloneFailure.silences) { return .unreachable(remote, cause: words) }
        return .refused(remote, file: file, reason: words)
    }

    private func says(_ parts: [String]) -> Bool { parts.contains(where: text.contains) }
}
