import Testing

@testable import ModelCore

struct JSONPathTests {
    private static let document = """
        {"predictions": [[0.1, 0.9], [0.8, 0.2]], "a b": {"it's": 1, "\\"": 2, "é": 3}, "b": {"z": 1, "a": [true, null]}, "": 4}
        """

    /// The values at a path of the document, each as one line of JSON.
    private static func values(_ path: String) throws -> [String] {
        let value = try JSONValue(parsing: Array(document.utf8))
        return try JSONPath(path).values(in: value).map { String(decoding: $0.line.dropLast(), as: UTF8.self) }
    }

    @Test(arguments: [
        ("$.predictions", ["[[0.1,0.9],[0.8,0.2]]"]), ("$.predictions[0][1]", ["0.9"]),
        ("$.predictions[-1][-2]", ["0.8"]), ("$.predictions[*][0]", ["0.1", "0.8"]),
        ("$['predictions'][1]", ["[0.8,0.2]"]), ("$[\"predictions\"][0]", ["[0.1,0.9]"]),
        ("$[ 'b' ][ 'a' ][ 0 ]", ["true"]), ("$['a b']['it\\'s']", ["1"]), ("$['a b'][\"it's\"]", ["1"]),
        ("$['a b']['\"']", ["2"]), ("$['a b'][\"\\\"\"]", ["2"]), ("$['a b'].é", ["3"]),
        ("$['a b']['\\u00e9']", ["3"]), ("$['']", ["4"]),
        // All members, sorted by key.
        ("$.b.*", ["[true,null]", "1"]), ("$.b[*]", ["[true,null]", "1"]), ("$.b.a[*]", ["true", "null"]),
        ("$.nothing", []), ("$.predictions[2]", []), ("$.predictions[-3]", []), ("$.predictions.name", []),
        ("$.b[0]", []), ("$.b.z.*", []), ("$.b.z[0]", []),
    ])
    func `A path leads to values`(_ path: String, _ expected: [String]) throws {
        #expect(try Self.values(path) == expected)
    }

    @Test func `The document is at the root, whatever it is`() throws {
        #expect(try JSONPath("$").values(in: .number("1")) == [.number("1")])
        #expect(try JSONPath("$[*]").values(in: .number("1")) == [])
    }

    @Test func `A path is the same text again`() throws {
        #expect("\(try JSONPath("$.a['b'][0]"))" == "$.a['b'][0]")
        #expect(try JSONPath("$.a") != JSONPath("$.b"))
        #expect(try JSONPath("$.a['*'][-1]").isSingular && !JSONPath("$.a[*].b").isSingular)
    }

    @Test(arguments: [
        ("", "it does not begin with \"$\""), ("a", "it does not begin with \"$\""),
        (" $", "it does not begin with \"$\""), ("$a", "a \".\" or \"[\" is missing after 1 characters"),
        ("$.", "a name is missing after 2 characters"), ("$..a", "a name is missing after 2 characters"),
        ("$.0", "a name that begins with a letter is missing after 2 characters"),
        ("$.a-b", "a \".\" or \"[\" is missing after 3 characters"),
        ("$[", "a name in quotes, a number or \"*\" is missing"),
        ("$[]", "a name in quotes, a number or \"*\" is missing"),
        ("$[a]", "a name in quotes, a number or \"*\" is missing"),
        ("$[?@.a]", "a name in quotes, a number or \"*\" is missing"), ("$[0", "a \"]\" is missing after 3 characters"),
        ("$[0:2]", "a \"]\" is missing after 3 characters"), ("$[0,1]", "a \"]\" is missing after 3 characters"),
        ("$[01]", "01 is no position"), ("$[-0]", "-0 is no position"),
        ("$[99999999999999999999]", "99999999999999999999 is no position"),
        ("$['a]", "the end of a name in quotes is missing"), ("$['a\\", "the end of a name in quotes is missing"),
        ("$['\\x']", "a name in quotes is no string of JSON"), ("$[\"\\'\"]", "a name in quotes is no string of JSON"),
        ("$['\n']", "a name in quotes is no string of JSON"), ("$['\\ud800']", "a name in quotes is no string of JSON"),
        ("$ ", "a \".\" or \"[\" is missing after 1 characters"),
    ])
    func `Anything else is refused, with the place`(_ path: String, _ problem: String) throws {
        let error = #expect(throws: FormatError.self) { try JSONPath(path) }
        #expect("\(try #require(error))".hasPrefix("the JSON path is damaged: \(problem)"))
    }

    @Test func `A path has an end`() throws {
        let longest = "$" + String(repeating: "[0]", count: (JSONPath.byteLimit - 1) / 3)
        #expect(try JSONPath(longest).values(in: .array([])) == [])
        #expect(throws: FormatError.self) { try JSONPath(longest + "[0]") }
    }
}
