import Testing

@testable import ModelCore

struct SemanticVersionTests {
    /// In ascending order; the middle of it is the example of semver.org, section 11.
    private static let ascending = [
        "v0.0.1", "v0.1.0", "v0.9.0", "v0.10.0", "v1.0.0-0", "v1.0.0-2", "v1.0.0-10", "v1.0.0-99999999999999999999999",
        "v1.0.0--", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2",
        "v1.0.0-beta.11", "v1.0.0-rc.1", "v1.0.0", "v1.0.1", "v1.1.0", "v2.0.0", "v18446744073709551615.0.0",
    ]

    @Test func `Versions are ordered by precedence`() throws {
        let versions = try Self.ascending.map { try SemanticVersion($0) }
        for (lower, left) in versions.enumerated() {
            for (upper, right) in versions.enumerated() {
                #expect(left.precedes(right) == (lower < upper), "\(left) \(right)")
                #expect((left < right) == (lower < upper), "\(left) \(right)")
            }
        }
    }

    @Test func `Build metadata says nothing about precedence but keeps versions apart`() throws {
        let plain = try SemanticVersion("v1.0.0")
        let built = try SemanticVersion("v1.0.0+cuda.12-1")
        #expect(plain != built)
        #expect(!plain.precedes(built) && !built.precedes(plain))
        #expect(plain < built)
        #expect(built.build == ["cuda", "12-1"] && built.prerelease.isEmpty)
    }

    @Test(arguments: ascending + ["v1.0.0+001", "v1.0.0-a-b.-1+x.y", "v1.0.0-0a", "v1.2.3-01a"])
    func `A version is spelled as it was read`(_ text: String) throws {
        #expect(try SemanticVersion(text).description == text)
    }

    @Test(arguments: [
        ("", SemanticVersionError.Problem.missingPrefix), ("1.0.0", .missingPrefix), ("V1.0.0", .missingPrefix),
        ("v", .malformedCore), ("v1", .malformedCore), ("v1.0", .malformedCore), ("v1.0.0.0", .malformedCore),
        ("v1.0.x", .malformedCore), ("v1..0", .malformedCore), ("v 1.0.0", .malformedCore), ("v1.0.0 ", .malformedCore),
        ("v-1.0.0", .malformedCore), ("v+1.0.0", .malformedCore), ("v1.٠.0", .malformedCore),
        ("vv1.0.0", .malformedCore),
        ("v01.0.0", .leadingZero), ("v1.00.0", .leadingZero), ("v1.0.0-01", .leadingZero),
        ("v1.0.0-a.007", .leadingZero),
        ("v1.0.0-", .malformedPrerelease), ("v1.0.0-a..b", .malformedPrerelease), ("v1.0.0-a_b", .malformedPrerelease),
        ("v1.0.0-é", .malformedPrerelease), ("v1.0.0-a ", .malformedPrerelease), ("v1.0.0+", .malformedBuild),
        ("v1.0.0+a+b", .malformedBuild), ("v1.0.0-a+b/c", .malformedBuild), ("v1.0.0+a!", .malformedBuild),
        ("v18446744073709551616.0.0", .overflow), ("v1.0.99999999999999999999999999", .overflow),
    ])
    func `A text that is no semantic version is refused with the reason`(
        _ text: String,
        _ problem: SemanticVersionError.Problem
    ) {
        #expect(throws: SemanticVersionError(text: text, problem: problem)) { try SemanticVersion(text) }
    }

    @Test(arguments: [
        ("v1.2.3", "v2.0.0", "v1.3.0", "v1.2.4"), ("v0.1.0", "v1.0.0", "v0.2.0", "v0.1.1"),
        ("v1.2.3-rc.1", "v2.0.0", "v1.3.0", "v1.2.3"), ("v2.0.0-rc.1", "v2.0.0", "v2.0.0", "v2.0.0"),
        ("v1.2.3+build", "v2.0.0", "v1.3.0", "v1.2.4"),
    ])
    func `A version is bumped to the next release`(_ text: String, _ major: String, _ minor: String, _ patch: String)
        throws
    {
        let version = try SemanticVersion(text)
        #expect(version.bumped(.major)?.description == major)
        #expect(version.bumped(.minor)?.description == minor)
        #expect(version.bumped(.patch)?.description == patch)
    }

    @Test func `The greatest number cannot be bumped`() throws {
        let version = try SemanticVersion("v1.18446744073709551615.18446744073709551615")
        #expect(version.bumped(.patch) == nil)
        #expect(version.bumped(.minor) == nil)
        #expect(version.bumped(.major)?.description == "v2.0.0")
    }
}
