/// A version by SemVer 2.0.0 (https://semver.org), always spelled with a `v`.
///
/// Two versions are equal when their spelling is; the order is SemVer's precedence, and between versions of the same
/// precedence, which differ in build metadata, that of the bytes.
package struct SemanticVersion: Sendable, Hashable {
    /// The number that changes when something is no longer compatible.
    package let major: UInt64
    /// The number that changes when something is added.
    package let minor: UInt64
    /// The number that changes when something is mended.
    package let patch: UInt64
    /// The identifiers after `-`; empty for a release.
    package let prerelease: [String]
    /// The identifiers after `+`, which say nothing about precedence.
    package let build: [String]

    /// Which number to raise.
    package enum Bump: String, Sendable, Hashable, CaseIterable {
        case major, minor, patch
    }

    /// The version that a model's first `--bump` gives, whatever is bumped.
    package static let first = SemanticVersion(major: 0, minor: 1, patch: 0)

    /// Creates a release.
    package init(major: UInt64, minor: UInt64, patch: UInt64) {
        self.init(numbers: (major, minor, patch), prerelease: [], build: [])
    }

    private init(numbers: (UInt64, UInt64, UInt64), prerelease: [String], build: [String]) {
        (major, minor, patch) = numbers
        self.prerelease = prerelease
        self.build = build
    }

    /// Reads `v<major>.<minor>.<patch>[-<prerelease>][+<build>]`, or says what is wrong with it.
    package init(_ text: some StringProtocol) throws(SemanticVersionError) {
        if let numbers = SemanticVersion.plainNumbers(of: text.utf8) {
            self.init(numbers: numbers, prerelease: [], build: [])
            return
        }
        let whole = String(text)
        func error(_ problem: SemanticVersionError.Problem) -> SemanticVersionError {
            SemanticVersionError(text: whole, problem: problem)
        }
        guard whole.utf8.first == UInt8(ascii: "v") else { throw error(.missingPrefix) }
        var rest = whole.dropFirst()
        let build = SemanticVersion.cut(&rest, at: "+")
        let prerelease = SemanticVersion.cut(&rest, at: "-")
        guard build.allSatisfy(SemanticVersion.isIdentifier) else { throw error(.malformedBuild) }
        guard prerelease.allSatisfy(SemanticVersion.isIdentifier) else { throw error(.malformedPrerelease) }
        guard !prerelease.contains(where: SemanticVersion.hasLeadingZero) else { throw error(.leadingZero) }
        let core = rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard core.count == 3, core.allSatisfy(SemanticVersion.isNumber) else { throw error(.malformedCore) }
        guard !core.contains(where: SemanticVersion.hasLeadingZero) else { throw error(.leadingZero) }
        guard let major = UInt64(core[0]), let minor = UInt64(core[1]), let patch = UInt64(core[2]) else {
            throw error(.overflow)
        }
        self.init(numbers: (major, minor, patch), prerelease: prerelease, build: build)
    }

    /// Whether it comes before its release.
    package var isPrerelease: Bool { !prerelease.isEmpty }

    /// Returns the next release: of a pre-release the one it leads to, where that raises the asked number; `nil` when
    /// the number cannot be raised.
    package func bumped(_ part: Bump) -> SemanticVersion? {
        let leadsThere =
            switch part {
            case .major: minor == 0 && patch == 0
            case .minor: patch == 0
            case .patch: true
            }
        if isPrerelease && leadsThere { return SemanticVersion(major: major, minor: minor, patch: patch) }
        let number =
            switch part {
            case .major: major
            case .minor: minor
            case .patch: patch
            }
        let (next, overflows) = number.addingReportingOverflow(1)
        if overflows { return nil }
        return switch part {
        case .major: SemanticVersion(major: next, minor: 0, patch: 0)
        case .minor: SemanticVersion(major: major, minor: next, patch: 0)
        case .patch: SemanticVersion(major: major, minor: minor, patch: next)
        }
    }

    /// Whether SemVer puts this version before the other, which is not so for two that differ only in build metadata.
    package func precedes(_ other: SemanticVersion) -> Bool {
        let (left, right) = ((major, minor, patch), (other.major, other.minor, other.patch))
        if left != right { return left < right }
        // A release comes after its pre-releases.
        if prerelease.isEmpty || other.prerelease.isEmpty { return isPrerelease && !other.isPrerelease }
        return prerelease.lexicographicallyPrecedes(other.prerelease, by: SemanticVersion.identifierPrecedes)
    }
}

extension SemanticVersion {
    /// Reads `v<major>.<minor>.<patch>`, as nearly all versions are spelled; `nil` for everything else, sound or not.
    private static func plainNumbers(of text: some Sequence<UInt8>) -> (UInt64, UInt64, UInt64)? {
        var bytes = text.makeIterator()
        guard bytes.next() == UInt8(ascii: "v") else { return nil }
        var numbers: (UInt64, UInt64, UInt64) = (0, 0, 0)
        var (place, number, digits): (Int, UInt64, Int) = (0, 0, 0)
        while true {
            let byte = bytes.next()
            if let byte, isDigit(byte) {
                // A leading zero, or more digits than are sure to fit.
                if digits == 18 || digits > 0 && number == 0 { return nil }
                number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
                digits += 1
                continue
            }
            guard digits > 0 else { return nil }
            switch place {
            case 0: numbers.0 = number
            case 1: numbers.1 = number
            default:
                numbers.2 = number
                return byte == nil ? numbers : nil
            }
            guard byte == UInt8(ascii: ".") else { return nil }
            (place, number, digits) = (place + 1, 0, 0)
        }
    }

    /// Takes what follows the separator off the text; empty when there is no separator.
    private static func cut(_ text: inout Substring, at separator: Character) -> [String] {
        guard let start = text.firstIndex(of: separator) else { return [] }
        defer { text = text[..<start] }
        return text[text.index(after: start)...].split(separator: ".", omittingEmptySubsequences: false).map(
            String.init
        )
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isNumber(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isDigit) }

    private static func hasLeadingZero(_ text: String) -> Bool {
        text.utf8.count > 1 && text.utf8.first == UInt8(ascii: "0") && isNumber(text)
    }

    private static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                isDigit($0) || $0 == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
            }
    }

    /// Numbers by value, however long; then words by their bytes.
    private static func identifierPrecedes(_ left: String, _ right: String) -> Bool {
        switch (isNumber(left), isNumber(right)) {
        case (true, true) where left.utf8.count != right.utf8.count: left.utf8.count < right.utf8.count
        case (true, false): true
        case (false, true): false
        default: left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }
}

extension SemanticVersion: Comparable {
    package static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        let (leftNumbers, rightNumbers) = (
            (left.major, left.minor, left.patch), (right.major, right.minor, right.patch)
        )
        if leftNumbers != rightNumbers { return leftNumbers < rightNumbers }
        if left.precedes(right) { return true }
        if right.precedes(left) { return false }
        return left.build.lexicographicallyPrecedes(right.build, by: SemanticVersion.identifierPrecedes)
    }
}

extension SemanticVersion: CustomStringConvertible {
    /// The version's one spelling.
    package var description: String {
        let suffix = prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: ".")
        return "v\(major).\(minor).\(patch)" + suffix + (build.isEmpty ? "" : "+" + build.joined(separator: "."))
    }
}

/// Why a text is no version.
package struct SemanticVersionError: Error, Sendable, Equatable {
    /// What is wrong with it.
    package enum Problem: Sendable, Equatable {
        /// It does not begin with `v`.
        case missingPrefix
        /// It does not begin with three numbers.
        case malformedCore
        /// An identifier after `-` is empty or has other characters than letters, digits and hyphens.
        case malformedPrerelease
        /// The same after `+`.
        case malformedBuild
        /// A number has a leading zero.
        case leadingZero
        /// A number is 2^64 or more.
        case overflow
    }

    /// The text.
    package let text: String
    /// What is wrong with it.
    package let problem: Problem
}

extension SemanticVersionError: CustomStringConvertible {
    /// One clause that names the text and the problem.
    package var description: String {
        let reason =
            switch problem {
            case .missingPrefix: "it does not begin with \"v\", as v1.2.3 does"
            case .malformedCore: "it does not have three numbers, as v1.2.3 has"
            case .malformedPrerelease: "what follows \"-\" is not made of letters, digits and hyphens between dots"
            case .malformedBuild: "what follows \"+\" is not made of letters, digits and hyphens between dots"
            case .leadingZero: "a number has a leading zero"
            case .overflow: "a number is too large"
            }
        return "\(QuotedPath.encode(text)) is no semantic version: \(reason)"
    }
}
