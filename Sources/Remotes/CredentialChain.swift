/// Finds the keys for a service, in the order in which the platform's own tools look for them, and keeps them while
/// they are good.
actor CredentialChain<Keys: ExpiringKeys> {
    /// Keys that end sooner than this, in ns, are asked for anew.
    private let leastRemaining: Int64 = 60_000_000_000

    /// What was tried the last time, in order.
    private(set) var attempts: [CredentialAttempt] = []

    private let sources: [any CredentialSource<Keys>]
    private let now: @Sendable () -> Int64
    private var current: Keys?
    private var isAnonymous = false

    /// Creates a chain of sources; of none, requests are anonymous.
    init(_ sources: [any CredentialSource<Keys>], now: @escaping @Sendable () -> Int64) {
        self.sources = sources
        self.now = now
    }

    /// Returns keys, or `nil` where no source has any, so that requests are anonymous.
    func credentials(for remote: String) async throws(RemoteError) -> Keys? {
        if isAnonymous { return nil }
        if let current, current.expiry.map({ $0 - now() > leastRemaining }) ?? true { return current }
        attempts = []
        for source in sources {
            switch await source.find() {
            case .none(let why): attempts.append(CredentialAttempt(source.name, why))
            case .found(let keys):
                attempts.append(CredentialAttempt(source.name, keys.label))
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
    func forget(_ keys: Keys) {
        if current == keys { current = nil }
    }
}

/// What proves to a service who asks, for a time.
protocol ExpiringKeys: Hashable, Sendable {
    /// When it ends, in ns since 1970; `nil` where that is not known.
    var expiry: Int64? { get }
    /// What messages call it; no secret.
    var label: String { get }
}
