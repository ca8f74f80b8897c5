/// Why some bytes are not what a format in `docs/formats.md` says.
package struct FormatError: Error, Sendable, Equatable {
    /// What is wrong with the bytes.
    package enum Problem: Sendable, Equatable {
        /// The bytes end before the format does.
        case truncated
        /// The bytes break a rule of the format; the text completes "… is damaged: ".
        case malformed(String)
        /// The bytes use something that a later version of git-model defined; the text names it.
        case newer(String)
    }

    /// The format's name in messages, such as "manifest".
    package let format: String
    /// What is wrong.
    package let problem: Problem

    /// Creates an error about bytes that should have been in `format`.
    package init(_ format: String, _ problem: Problem) {
        self.format = format
        self.problem = problem
    }

    /// Whether a newer git-model would understand the bytes, so that they are not to be called damaged.
    package var needsNewerVersion: Bool {
        if case .newer = problem { true } else { false }
    }
}

extension FormatError: CustomStringConvertible {
    /// One clause that names the format and the problem.
    package var description: String {
        switch problem {
        case .truncated: "the \(format) is cut short"
        case .malformed(let what): "the \(format) is damaged: \(what)"
        case .newer(let what): "the \(format) was written by a newer git-model (\(what))"
        }
    }
}
