import ModelCore
import Testing

@Suite struct ModelSignatureTests {
    private func parse(_ text: String, field: String? = nil) throws -> ModelSignature {
        try ModelSignature(parsing: JSONValue(parsing: Array(text.utf8)), field: field)
    }

    @Test func `A signature comes back as it was, with what others put into it`() throws {
        let text = """
            {"inputs": [{"name": "x", "dtype": "float32", "shape": ["batch", -1, null, 4], "unit": "m"}],
             "outputs": [{"name": "", "dtype": "sequence"}, {"name": "s", "dtype": "int64", "shape": []}], "n": 1.50}
            """
        let signature = try parse(text)
        let input = try #require(signature.inputs.first)
        #expect(input.name == "x" && input.dtype == "float32")
        #expect(input.shape == [.named("batch"), .free, .free, .fixed(4)])
        #expect(signature.outputs.map(\.shape) == [nil, []])
        let fields = try #require(signature.json.object)
        #expect(fields["n"] == .number("1.50"))
        let written = try #require(fields["inputs"]?.array?.first?.object)
        #expect(written["unit"] == "m")
        #expect(written["shape"] == .array(["batch", JSONValue(-1), JSONValue(-1), JSONValue(4)]))
        #expect(try ModelSignature(parsing: signature.json) == signature)
    }

    @Test(arguments: [
        ("[]", "it is no JSON object"), (#"{"inputs": {}}"#, #""inputs" is no list"#),
        (#"{"inputs": [1]}"#, #""inputs[0]" is no object"#),
        (#"{"outputs": [{"name": "a", "dtype": "int8"}, {"dtype": "int8"}]}"#, #""outputs[1].name" is no string"#),
        (#"{"inputs": [{"name": "a", "dtype": ""}]}"#, #""inputs[0].dtype" is no name of a type"#),
        (#"{"inputs": [{"name": "a", "dtype": "int8", "shape": 3}]}"#, #""inputs[0].shape" is no list"#),
        (
            #"{"inputs": [{"name": "a", "dtype": "int8", "shape": [-2]}]}"#,
            #"a dimension of "inputs[0].shape" is no number, no name and not null"#
        ),
        (
            #"{"inputs": [{"name": "a", "dtype": "int8", "shape": [1.5]}]}"#,
            #"a dimension of "inputs[0].shape" is no number, no name and not null"#
        ),
        (
            #"{"inputs": [{"name": "a", "dtype": "int8"}, {"name": "a", "dtype": "int8"}]}"#,
            #""inputs" has a twice"#
        ),
    ])
    func `A signature that breaks a rule is refused, naming the field`(text: String, reason: String) {
        #expect(throws: FormatError("signature", .malformed(reason))) { try parse(text) }
    }

    @Test func `Inside something else, a field's name begins with the signature's`() {
        #expect(throws: FormatError("signature", .malformed(#""signature" is no object"#))) {
            try parse("1", field: "signature")
        }
        #expect(throws: FormatError("signature", .malformed(#""signature.inputs[0]" is no object"#))) {
            try parse(#"{"inputs": [1]}"#, field: "signature")
        }
    }
}
