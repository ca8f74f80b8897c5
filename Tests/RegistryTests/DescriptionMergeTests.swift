import ModelCore
import Testing

@testable import Registry

struct DescriptionMergeTests {
    private static func merge(_ base: String, _ ours: String, _ theirs: String) throws -> DescriptionMerge {
        try DescriptionMerge(
            of: ModelName("small"),
            base: Array(base.utf8),
            ours: Array(ours.utf8),
            theirs: Array(theirs.utf8)
        )
    }

    /// Three sides, and what becomes of them.
    static let merged = [
        (#"{"artifacts": ["b"]}"#, #"{"artifacts": ["a", "b"]}"#, #"{"artifacts": ["b", "c"]}"#, ["a", "b", "c"]),
        (#"{"artifacts": ["a", "b"]}"#, #"{"artifacts": ["b"]}"#, #"{"artifacts": ["a", "b", "c"]}"#, ["b", "c"]),
        (#"{"artifacts": ["a", "b"]}"#, #"{"artifacts": ["a"]}"#, #"{"artifacts": ["b"]}"#, []),
        ("", #"{"artifacts": ["é"]}"#, #"{"artifacts": ["z"]}"#, ["z", "é"]),
    ]

    @Test(arguments: merged)
    func `Artifacts are merged as a set`(base: String, ours: String, theirs: String, expected: [String]) throws {
        let merge = try Self.merge(base, ours, theirs)
        let result = try ModelDescription(ModelName("small"), parsing: merge.ours)
        #expect(result.artifacts.map(\.text) == expected)
        #expect(merge.conflicts.isEmpty)
        #expect(merge.base == merge.ours && merge.theirs == merge.ours)
    }

    @Test func `Each field is merged by itself, those of people, too`() throws {
        let merge = try Self.merge(
            #"{"artifacts": [], "task": "fill-mask", "metadata": {"a": "1", "b": "1"}, "x": [1]}"#,
            #"{"artifacts": [], "task": "fill-mask", "metadata": {"a": "2", "b": "1"}, "license": "mit"}"#,
            #"{"artifacts": [], "metadata": {"a": "1", "c": "1"}, "x": [1], "base": "org/bert"}"#
        )
        #expect(merge.conflicts.isEmpty)
        let expected = #"{"artifacts":[],"base":"org/bert","license":"mit","metadata":{"a":"2","c":"1"}}"#
        #expect(try JSONValue(parsing: merge.ours) == JSONValue(parsing: Array(expected.utf8)))
    }

    @Test func `What both changed stays apart, and nothing else does`() throws {
        let merge = try Self.merge(
            #"{"artifacts": [], "serve": ["a"], "metadata": {"k": "1"}}"#,
            #"{"artifacts": ["a"], "serve": ["b"], "metadata": {"k": "2"}}"#,
            #"{"artifacts": ["b"], "serve": ["c"], "metadata": {}, "task": "t"}"#
        )
        #expect(merge.conflicts == ["metadata.k", "serve"])
        let sides = try [merge.base, merge.ours, merge.theirs].map {
            try ModelDescription(ModelName("small"), parsing: $0)
        }
        #expect(sides.map(\.serve) == [["a"], ["b"], ["c"]])
        #expect(sides.map(\.metadata) == [["k": "1"], ["k": "2"], [:]])
        #expect(Set(sides.map(\.task)) == ["t"])
        #expect(sides.allSatisfy { $0.artifacts.map(\.text) == ["a", "b"] })
    }

    @Test func `What is no description is not merged`() {
        #expect(throws: FormatError.self) { try Self.merge("{}", "<<<<<<< ours", "{}") }
    }
}
