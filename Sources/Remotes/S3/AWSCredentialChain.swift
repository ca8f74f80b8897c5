import Transport

/// Finds the keys that sign requests, in the order in which Amazon's own tools look for them, and keeps them while they are good.
actor AWSCredentialChain {
    /// Keys that end sooner than this, in ns, are asked for anew.
    private static let leastRemaining: Int64 = 60_000_000_000

    /// The region to sign for where nothing else says which.
    nonisolated let region: String
    /// The service that the environment or the profile names in place of Amazon's.
    nonisolated let endpoint: HTTPAddress?
    /// What was tried the last time, in order.
    private(set) var attempts: [CredentialAttempt] = []

    private let sources: [any AWSCredentialSource]
    private let now: @Sendable () -> Int64
    private var current: AWSCredentials?
    private var isAnonymous = false

    /// Creates a chain of sources; of none, requests are anonymous.
    init(
        _ sources: [any AWSCredentialSource],
        region: String,
        endpoint: HTTPAddress?,
        now: @escaping @Sendable () -> Int64
    ) {
        self.sources = sources
        self.region = region
        self.endpoint = endpoint
        self.now = now
    }

    /// Returns keys, or `nil` where no source has any, so that requests are anonymous.
    func credentials(for remote: String) async throws(RemoteError) -> AWSCredentials? {
        if isAnonymous { return nil }
        if let current, current.expiry.map({ $0 - now() > AWSCredentialChain.leastRemaining }) ?? true {
            return current
        }
        attempts = []
        for source in sources {
            switch await source.find() {
            case .none(let why): attempts.append(CredentialAttempt(source.name, why))
            case .found(let keys):
                attempts.append(CredentialAttempt(source.name, "key \(keys.accessKey)"))
                current = keys
                return keys
            case .failed(let why):
                // Somebody set this source up: another's keys are not what they want.
                attempts.append(CredentialAttempt(source.name, why))
                throw .denied(remote, file: "anything", reason: "\(source.name): \(why)", tried: attempts)
            }
        }
        isAnonymous = true
        return nil
    }

    /// Asks the sources anew for the next request, because the service says that these keys have expired.
    func forget(_ keys: AWSCredentials) {
        if current == keys { current = nil }
    }
}

/// A place where keys may be.
protocol AWSCredentialSource: Sendable {
    /// The place, as its user would name it.
    var name: String { get }
    /// Looks there.
    func find() async -> AWSCredentialFinding
}

/// What a place for keys gave.
enum AWSCredentialFinding: Sendable {
    /// Keys.
    case found(AWSCredentials)
    /// Nothing, since it is not set up.
    case none(String)
    /// Nothing, though it is set up.
    case failed(String)
}
