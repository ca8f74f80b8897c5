import ModelCore
import Runs
import Testing

@Suite struct ParameterTests {
    @Test func `YAML and JSON are flattened with their types`() throws {
        let yaml = """
            lr: 1e-3
            model: {depth: 4, name: "7", norm: true}
            layers: [1, 2]
            stages:
              - width: 8
              - width: 16
            none: ~
            """
        let expected: [String: ParameterValue] = [
            "lr": .real(0.001), "model.depth": .integer(4), "model.name": .text("7"), "model.norm": .truth(true),
            "layers": .list([.integer(1), .integer(2)]), "stages.0.width": .integer(8), "stages.1.width": .integer(16),
            "none": .none,
        ]
        #expect(try Parameters.read(Array(yaml.utf8), named: "params.yaml") == expected)
        let json =
            #"{"lr": 1e-3, "model": {"depth": 4, "name": "7", "norm": true}, "layers": [1, 2], "none": null, "stages": [{"width": 8}, {"width": 16}]}"#
        #expect(try Parameters.read(Array(json.utf8), named: "params.json") == expected)
        #expect(throws: FormatError.self) { try Parameters.read(Array("[1]".utf8), named: "params.json") }
        #expect(throws: FormatError.self) { try Parameters.read(Array("a: 1".utf8), named: "params.txt") }
    }

    @Test func `Words of a command are parameters`() {
        let command = [
            "python", "train.py", "--lr", "-0.5", "--epochs=3", "--fp16", "--name", "a b", "model.depth=4", "-x", "--",
            "--no",
        ]
        let expected: [String: ParameterValue] = [
            "lr": .real(-0.5), "epochs": .integer(3), "fp16": .truth(true), "name": .text("a b"),
            "model.depth": .integer(4),
        ]
        #expect(CommandFlags.parameters(in: command) == expected)
    }

    @Test(arguments: [
        ("hf_token", true), ("AWS_SECRET_ACCESS_KEY", true), ("db-password", true), ("apiKey", true),
        ("tokenizer", false),
        ("max_tokens", false), ("accessToken", true), ("HF_TOKEN", true), ("compass", false), ("lr", false),
        ("author", false), ("path", false),
    ])
    func `Names tell secrets`(name: String, isSecret: Bool) {
        #expect(Redaction.isSecret(name: name) == isSecret)
    }

    @Test func `Secrets are taken out of commands, and nothing else`() {
        let command = [
            "train", "--hf-token", "abc", "--lr", "1", "--api-key=x", "https://me:pw@host/x?y", "hf_0123456789abcdef",
            "ssh://git@host/x",
        ]
        #expect(
            Redaction.command(command) == [
                "train", "--hf-token", "[redacted]", "--lr", "1", "--api-key=[redacted]", "https://[redacted]@host/x?y",
                "[redacted]", "ssh://git@host/x",
            ]
        )
    }

    @Test(arguments: [
        ("sh -c 'x --token hf_0123456789abcdef'", "sh -c 'x --token [redacted]'"),
        ("Authorization: Bearer sk-0123456789abcdef", "Authorization: [redacted]"),
        ("https://ghp_0123456789abcdef@host/o/r.git", "https://[redacted]@host/o/r.git"),
        ("https://host/x?X-Amz-Signature=abc&y=1", "https://host/x?[redacted]"),
        ("https://host/x?rev=1", "https://host/x?rev=1"), ("ssh://git:pw@host/x", "ssh://[redacted]@host/x"),
        ("risk-free hf_ is short", "risk-free hf_ is short"),
    ])
    func `Secrets are found wherever they stand in a text`(text: String, redacted: String) {
        #expect(Redaction.value(text) == redacted)
    }

    @Test func `Parameters lose their secrets, whatever kind of value they have`() {
        var parameters: [String: ParameterValue] = [
            "password": .integer(87_654_321), "keys": .list([.text("hf_0123456789abcdef"), .integer(1)]),
            "lr": .real(0.1),
        ]
        Redaction.apply(to: &parameters)
        let expected: [String: ParameterValue] = [
            "password": .text("[redacted]"), "keys": .list([.text("[redacted]"), .integer(1)]), "lr": .real(0.1),
        ]
        #expect(parameters == expected)
    }
}
