/// An error, and what helps against it here beside what helps against it everywhere.
package struct HintedError: Error {
    /// The error.
    package let error: any Error
    /// The commands that help, each in backquotes within a phrase.
    package let hints: [String]

    /// Creates an error with hints of its own.
    package init(_ error: any Error, hints: [String]) {
        self.error = error
        self.hints = hints
    }
}
