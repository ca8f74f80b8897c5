/// Why a text is no condition.
package struct RunFilterError: Error, Sendable, Equatable {
    /// What is wrong, as a clause.
    package let problem: String
}

extension RunFilterError: CustomStringConvertible {
    /// The problem.
    package var description: String { problem }
}
