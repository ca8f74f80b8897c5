/// A place where credentials were looked for, and what it gave.
package struct CredentialAttempt: Hashable, Sendable {
    /// The place, as its user would name it.
    package let source: String
    /// What it gave: that it is not set, say, or the name of a key, never a secret.
    package let outcome: String

    /// Creates the record of an attempt.
    package init(_ source: String, _ outcome: String) {
        self.source = source
        self.outcome = outcome
    }
}
