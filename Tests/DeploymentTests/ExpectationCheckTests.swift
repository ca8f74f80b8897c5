import Testing

@testable import Deployment

struct ExpectationCheckTests {
    private static func difference(
        _ given: String,
        _ expected: String,
        _ kind: ReleasePlan.Expectation.Kind = .close,
        rtol: Double? = nil,
        atol: Double? = nil
    ) -> String? {
        let expectation = ReleasePlan.Expectation(path: "out.json", kind: kind, rtol: rtol, atol: atol)
        return ExpectationCheck.difference(given: Array(given.utf8), expected: Array(expected.utf8), expectation)
    }

    @Test(arguments: [
        (#"{"predictions": [[0.1, 0.9]]}"#, #"{"predictions":[[0.1,0.9]]}"#), ("[1, 2.0]", "[1.0, 2]"),
        ("[1.00000999]", "[1]"), ("[0.000000009]", "[0]"), ("[-1e300]", "[-1e300]"),
        // No binary64 is so large, and the same digits are the same.
        ("[12345678901234567890123]", "[12345678901234567890123]"),
        (#"{"a": true, "b": null, "c": "x"}"#, #"{"c": "x", "b": null, "a": true}"#),
        // What a number of JSON cannot be, spelt as a text; Python gives the number.
        ("[NaN, -Infinity]", #"["NaN", "-Infinity"]"#), (#"["NaN"]"#, #"["NaN"]"#),
        ("0.5", "0.5000001"), ("0.1\n0.2\n", "0.1\n0.2"), ("{\"y\": 1}\n\n{\"y\": 2}\n", "{\"y\":1.0}\n{\"y\":2}"),
        ("id,y\na,0.50000001\n\"b, c\",2\n", "id,y\r\na,0.5\r\n\"b, c\",2.0\r\n"), ("1 2 3\n", "1 2 3\n"),
    ])
    func `What is close is as expected`(_ given: String, _ expected: String) {
        #expect(Self.difference(given, expected) == nil)
    }

    @Test(arguments: [
        ("[0.1, 0.42]", "[0.1, 0.4]", "$[1] is 0.42, and should be 0.4: 0.02 away, where "),
        (#"{"p": {"a b": [1]}}"#, #"{"p": {"a b": [2]}}"#, "$.p['a b'][0] is 1, and should be 2"),
        ("[1.00002]", "[1]", "$[0] is 1.00002, and should be 1"), ("[1e-7]", "[0]", "$[0] is 1e-7, and should be 0"),
        ("[1, 2, 3, 4]", "[0, 2, 0, 4]", "; 2 of 4 values differ"), ("[1]", "[2]", "; 1 of 1 value differs"),
        ("[1, 2]", "[1]", "$ has 2 elements, and should have 1"),
        ("{}", #"{"y": 1}"#, "$.y is not there"),
        (#"{"y": 1, "z": 2}"#, #"{"y": 1}"#, "$.z is there, and is not expected"),
        ("[true]", "[1]", "$[0] is true, and should be 1"), (#"["1"]"#, "[1]", #"$[0] is "1", and should be 1"#),
        ("[null]", "[1]", "$[0] is null, and should be 1"), ("[NaN]", "[1]", "$[0] is NaN, and should be 1"),
        ("[Infinity]", "[1e308]", "$[0] is Infinity, and should be 1e308"),
        ("[1]", #"["NaN"]"#, #"$[0] is 1, and should be "NaN""#),
        ("not json", "[1]", "it gave not json, which is no JSON"),
        ("", "[1]", "it gave nothing, which is no JSON"),
        ("0.1\n0.3", "0.1\n0.2", "line 2 is 0.3, and should be 0.2"),
        ("{\"y\": 1}\n{\"y\": 3}\n", "{\"y\": 1}\n{\"y\": 2}\n", "line 2.y is 3, and should be 2"),
        ("a,y\nb,1\n", "a,y\nb,2\n", "row 2, column 2 is 1, and should be 2"),
        ("a,y\nb\n", "a,y\nb,2\n", "row 2 has 1 elements, and should have 2"),
        ("a,y\n", "a,y\nb,2\n", "$ has 1 elements, and should have 2"),
    ])
    func `What is not close is named`(_ given: String, _ expected: String, _ text: String) throws {
        let difference = try #require(Self.difference(given, expected))
        #expect(difference.contains(text), "\(difference)")
    }

    @Test func `What anything would meet is met by nothing`() {
        #expect(Self.difference("anything", "\n", .regex) == "the expected pattern is empty, and would match anything")
        #expect(Self.difference("{}", "{}", .jsonpath) == "what is expected has no path")
    }

    @Test func `Tolerances are those of the expectation`() {
        #expect(Self.difference("[1.05]", "[1]", rtol: 0.1) == nil)
        #expect(Self.difference("[0.05]", "[0]", rtol: 0.1) != nil)
        #expect(Self.difference("[0.05]", "[0]", atol: 0.1) == nil)
        #expect(Self.difference("[1.000001]", "[1]", rtol: 0, atol: 0) != nil)
    }

    @Test(arguments: ["[1, NaN]", "[1, Infinity]", "[1, -Infinity]", "[1, 1e999]"])
    func `An expectation that nothing could meet is refused`(_ expected: String) throws {
        let difference = try #require(Self.difference(expected, expected))
        #expect(difference.contains("at $[1], which no number is close to: expect null, or the text \"NaN\""))
        let table = try #require(Self.difference("a,y\nb,nan", "a,y\nb,nan"))
        #expect(table.contains("what is expected is nan at row 2, column 2"))
    }

    @Test func `What is exact is so byte by byte`() {
        #expect(Self.difference("[1]", "[1]", .exact) == nil)
        #expect(
            Self.difference("[1.0]", "[1]", .exact)
                == "byte 2 is 46, and should be 93; it gave 5 bytes, and should give 3"
        )
        #expect(Self.difference("[23]", "[14]", .exact) == "byte 1 is 50, and should be 49; 2 of 4 bytes differ")
        #expect(Self.difference("[1]\n", "[1]", .exact) == "it gave 4 bytes, and should give 3")
    }

    @Test func `A pattern is looked for`() {
        #expect(Self.difference("The answer is 42.", "answer is [0-9]+\n", .regex) == nil)
        #expect(Self.difference("The answer", "^answer", .regex) == "it gave The answer, which ^answer does not match")
        #expect(Self.difference("x", "(", .regex) == "the expected pattern ( is none")
        let long = String(repeating: "a", count: ExpectationCheck.textLimit + 1)
        #expect(Self.difference(long, "a", .regex)?.contains("too many for a pattern") == true)
        #expect(Self.difference("a", long, .regex)?.contains("longer than 4096 bytes") == true)
    }

    @Test(arguments: [
        (#"{"$.p[0]": 0.5}"#, nil), (#"{"$.p[*]": [0.5, 1], "$.n": "x"}"#, nil),
        (#"{"$.p[0]": 0.6}"#, "$.p[0] is 0.5, and should be 0.6"),
        (#"{"$.p[1]": 2, "$.q": 1}"#, "$.p[1] is 1, and should be 2: 1.0 away"),
        (#"{"$.q": 1}"#, "$.q is not there; 1 of 1 value differs"),
        (#"{"$.p[*]": [0.5]}"#, "$.p[*] has 2 elements, and should have 1"),
        (#"{"p": 1}"#, "what is expected has the path p, and the JSON path is damaged"),
        (#"{"$.p[0]": NaN}"#, "what is expected is NaN at $.p[0]"), ("[1]", "is no JSON object of paths and values"),
    ])
    func `Values at paths are compared`(_ expected: String, _ text: String?) throws {
        let difference = Self.difference(#"{"p": [0.5, 1], "n": "x"}"#, expected, .jsonpath)
        guard let text else {
            #expect(difference == nil)
            return
        }
        #expect(try #require(difference).contains(text), "\(difference ?? "")")
    }

    @Test func `What is given can do no harm`() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(Self.difference(deep, "[1]") != nil)
        let nested = String(repeating: "[", count: 120) + "NaN" + String(repeating: "]", count: 120)
        #expect(try #require(Self.difference(nested, nested)).contains("no number is close to"))
        let colours = try #require(Self.difference("\u{1b}[31mred\u{7}\n\u{202e}", "[1]"))
        #expect(colours == "it gave [31mred, which is no JSON as expected")
    }
}
