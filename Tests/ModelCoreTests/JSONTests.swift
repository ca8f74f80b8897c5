import Testing

@testable import ModelCore

struct JSONTextTests {
    private static func indented(_ text: String) -> String {
        String(decoding: JSONText.indented(Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        ("{}", "{}\n"), ("[]", "[]\n"), ("1", "1\n"), ("\"a\"", "\"a\"\n"),
        (
            #"{"a":1,"b":[1,2],"c":{},"d":[],"e":{"f":null}}"#,
            "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {},\n  \"d\": [],\n  \"e\": {\n    \"f\": null\n  }\n}\n"
        ),
        (#"{"a:{[,":"x\",:{}\\"}"#, "{\n  \"a:{[,\": \"x\\\",:{}\\\\\"\n}\n"),
        ("[[],[[]],{}]", "[\n  [],\n  [\n    []\n  ],\n  {}\n]\n"),
        (" { \"a\" :\n[ 1 ,\t2 ] }\r\n", "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n"), (#"["é 模"]"#, "[\n  \"é 模\"\n]\n"),
    ])
    func `A document is laid out as Python does`(_ document: String, _ expected: String) {
        #expect(Self.indented(document) == expected)
        #expect(Self.indented(expected) == expected)
    }

    @Test(arguments: ["", "}", "]]]", "\"abc", "\"\\", "{\"a\":", ",,"])
    func `Bytes that are no JSON do no harm`(_ text: String) {
        #expect(Self.indented(text).filter { !$0.isWhitespace } == text)
    }
}

struct JSONValueTests {
    @Test func `A value is written as it was read, with keys sorted by bytes`() throws {
        let text =
            #"{"b":1.0,"a":-0.5E+10,"Z":[true,false,null],"é":"\u00e9\n\"\\\/\u0001\ud83d\ude00","big":12345678901234567890123}"#
        let value = try JSONValue(parsing: Array(text.utf8))
        let expected = """
            {
              "Z": [
                true,
                false,
                null
              ],
              "a": -0.5E+10,
              "b": 1.0,
              "big": 12345678901234567890123,
              "é": "é\\n\\"\\\\/\\u0001😀"
            }

            """
        #expect(String(decoding: value.encoded, as: UTF8.self) == expected)
        #expect(try JSONValue(parsing: value.encoded) == value)
    }

    @Test func `A value's parts are read by kind`() throws {
        let value = try JSONValue(parsing: Array(#"{"n":3,"x":1.5,"s":"t","l":[1],"b":true}"#.utf8)).object
        #expect(value?["n"]?.integer == 3 && value?["n"]?.double == 3)
        #expect(value?["x"]?.integer == nil && value?["x"]?.double == 1.5)
        #expect(value?["s"]?.string == "t" && value?["l"]?.array?.count == 1 && value?["b"]?.bool == true)
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "tru", "nul", "{a:1}", "{'a':1}", "[1,]",
        "{\"a\":1,}",
        "[,1]", "01", "1.", ".5", "1e", "+1", "-", "NaN", "[1] 2", "1 2", "\"\n\"", "\"\\x\"", "\"\\u12\"",
        "\"\\u12G4\"",
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "{\"a\":1,\"a\":2}", "\u{FEFF}{}", "// x\n1", "\"\\u+123\"",
    ])
    func `A document that breaks a rule is refused`(_ text: String) {
        #expect(throws: FormatError.self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test func `A string that is no UTF-8 is refused`() {
        #expect(throws: FormatError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func `Deep nesting is refused before the stack ends`() {
        #expect(throws: FormatError.self) {
            try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }

    @Test func `An error names the line`() {
        let error = #expect(throws: FormatError.self) { try JSONValue(parsing: Array("{\n\"a\": 1\n\"b\": 2}".utf8)) }
        #expect(error?.description == "the JSON is damaged: a \"}\" is missing in line 3")
    }
}
