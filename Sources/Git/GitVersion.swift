/// A version of the `git` program.
package struct GitVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The first number.
    package let major: Int
    /// The second number.
    package let minor: Int
    /// The third number; 0 when there is none.
    package let patch: Int

    /// The oldest version that works, Debian 12's.
    package static let minimum = GitVersion(major: 2, minor: 39, patch: 0)

    package init(major: Int, minor: Int, patch: Int) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads what `git --version` prints, vendors' additions included; `nil` for anything else.
    package init?(parsing text: some StringProtocol) {
        let prefix = "git version "
        guard text.hasPrefix(prefix) else { return nil }
        let numbers = text.dropFirst(prefix.count).prefix { $0.isNumber || $0 == "." }.split(separator: ".")
        guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else { return nil }
        self.init(major: major, minor: minor, patch: numbers.count > 2 ? Int(numbers[2]) ?? 0 : 0)
    }

    package static func < (left: GitVersion, right: GitVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    /// The three numbers with dots.
    package var description: String { "\(major).\(minor).\(patch)" }
}
