/// What each remote said, where several were asked and all of them failed.
package struct RemotesFailure: Error {
    /// What was not done for that.
    package let message: String
    /// Why each failed, by its name, the first that was asked first.
    package let failures: [(remote: String, error: any Error)]

    /// Creates the error of remotes that failed.
    package init(_ message: String, _ failures: [(remote: String, error: any Error)]) {
        self.message = message
        self.failures = failures
    }

    /// Returns the error of remotes that failed; one that was asked alone speaks for itself.
    static func of(_ failures: [(remote: String, error: any Error)], _ message: String) -> (any Error)? {
        failures.count > 1 ? RemotesFailure(message, failures) : failures.first?.error
    }
}
