/// A place where keys may be.
protocol CredentialSource<Keys>: Sendable {
    associatedtype Keys: ExpiringKeys

    /// The place, as its user would name it.
    var name: String { get }
    /// Looks there.
    func find() async -> CredentialFinding<Keys>
}

/// What a place for keys gave.
enum CredentialFinding<Keys: ExpiringKeys>: Sendable {
    /// Keys.
    case found(Keys)
    /// Nothing, since it is not set up.
    case none(String)
    /// Nothing, though it is set up.
    case failed(String)
}
