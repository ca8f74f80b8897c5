/// What came of trying a release on its sample.
package struct SmokeOutcome: Sendable, Hashable, Codable {
    /// The verdict.
    package enum Result: String, Sendable, Hashable, Codable {
        /// It gave what was expected.
        case passed
        /// It did not, or could not be tried.
        case failed
        /// Nobody said what it should give: that it could be loaded, where there is a command for it, is all that is
        /// known.
        case unchecked
        /// The user did not want it tried.
        case skipped
    }

    /// Where it was tried.
    package enum Place: String, Sendable, Hashable, Codable {
        /// On the host of the target.
        case target
        /// On the machine that deploys.
        case deployer
    }

    /// The verdict.
    package let result: Result
    /// What was found, for people: the difference, or why it could not be tried; empty where there is nothing to say.
    package let found: String
    /// Where it was tried.
    package var place: Place
    /// How long it took until it answered, in milliseconds.
    package var milliseconds: Int64

    /// Creates an outcome.
    package init(_ result: Result, _ found: String = "", place: Place = .target, milliseconds: Int64 = 0) {
        self.result = result
        self.found = found
        self.place = place
        self.milliseconds = milliseconds
    }
}
