import Testing

@testable import Operations

/// What metrics and parameters are called on a server of MLflow's.
struct MLflowKeysTests {
    @Test func `Names that MLflow does not tell apart get numbers, the same each time`() {
        let names = ["hit@1", "hit_1", "hit#1", "loss", String(repeating: "é", count: 200)]
        let keys = MLflowKeys(names)
        #expect(names.prefix(4).map { keys[$0] } == ["hit_1_3", "hit_1", "hit_1_2", "loss"])
        #expect(keys[names[4]].utf8.count == 250)
        #expect(
            keys.renamed == [
                "hit#1 is hit_1_2 there, as hit_1 is another one's name",
                "hit@1 is hit_1_3 there, as hit_1 is another one's name",
            ]
        )
        #expect(keys.replacement == "\(names[4]) is \(keys[names[4]]) there, for MLflow takes no such name")
        let others = MLflowKeys(["acc@5", "a <b>", "loss", "x%"])
        #expect(
            others.replacement == "a <b> is a _b_ there, for MLflow takes no such name; 2 more have other names"
        )
        #expect(MLflowKeys(["loss", "a/b"]).replacement == nil)
        #expect(names.reversed().map { MLflowKeys(names.shuffled())[$0] } == names.reversed().map { keys[$0] })
    }

    @Test func `Keys are no longer than MLflow takes them, and stay apart`() {
        let names = [String(repeating: "a", count: 250) + "x", String(repeating: "a", count: 250) + "y"]
        let keys = names.map { MLflowKeys(names)[$0] }
        #expect(keys[0] == String(repeating: "a", count: 250) && keys[1] == String(repeating: "a", count: 248) + "_2")
    }

    private static let paths = [
        ("a//b", "a/_b"), ("a///b", "a/_/b"), ("/abs", "_abs"), ("//abs", "_/abs"), ("a/", "a_"), ("a//", "a/_"),
        ("/", "_"), ("a/./b", "a/_/b"), ("../x", "__/x"), ("x/..", "x/__"), (".", "_"), ("..x", "_.x"),
        ("http://x", "http:/_x"), (".a/b.", ".a/b."), ("a b/c:d", "a b/c:d"), ("", ""),
    ]

    @Test(arguments: paths)
    func `A name that is another one as a path is none of MLflow's`(name: String, key: String) {
        #expect(MLflowKeys.key(for: name) == key)
        #expect(MLflowKeys.key(for: key) == key)
    }
}
