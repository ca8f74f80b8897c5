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

    @Test func `TOML is flattened with its types, and dates are texts`() throws {
        let toml = """
            lr = 1e-3
            steps = 1_000
            seed = 0xFF
            limit = inf
            started = 2024-05-01T07:32:00Z # a date
            [model]
            depth = 4
            "name" = '7'
            norm = true
            head.dropout = 0.0
            layers = [1, 2]
            [[model.stages]]
            width = 8
            [[model.stages]]
            width = 16
            """
        let expected: [String: ParameterValue] = [
            "lr": .real(0.001), "steps": .integer(1000), "seed": .integer(255), "limit": .real(.infinity),
            "started": .text("2024-05-01T07:32:00Z"), "model.depth": .integer(4), "model.name": .text("7"),
            "model.norm": .truth(true), "model.head.dropout": .real(0),
            "model.layers": .list([.integer(1), .integer(2)]),
            "model.stages.0.width": .integer(8), "model.stages.1.width": .integer(16),
        ]
        #expect(try Parameters.read(Array(toml.utf8), named: "params.toml") == expected)
        #expect(try Parameters.read([], named: "params.toml").isEmpty)
    }

    @Test(arguments: [
        ("a = 1\nb = ", "line 2"), ("a = 1\na = 2", "the key a is there already"), ("a = \"x", "does not end"),
        ("a = 9223372036854775808", "is no value"), ("x = \(String(repeating: "[", count: 100_000))", "too deeply"),
        ("\(String(repeating: "a.", count: 100_000))a = 1", "too many parts"),
    ])
    func `TOML that cannot be read says why, and where`(toml: String, reason: String) throws {
        let error = #expect(throws: FormatError.self) { try Parameters.read(Array(toml.utf8), named: "x.toml") }
        #expect("\(try #require(error))".contains(reason))
    }

    @Test(arguments: [
        "a", "a =", "a = 1 b = 2", "a = 1\na = 2", "[a]\n[a]", "a = 01", "a = 1__0", "a = .5", "a = 5.", "a = \"x\ny\"",
        "a = [1, 2", "a = {b = 1", "a = {b = 1, b = 2}", "a = 1\n[a]", "a = 1\n[[a]]", "[a", "= 1", "a = \"\\q\"",
        "a = \"\\uD800\"", "a = tru", "a = 0x", "a = 1.e5", "a = -0x1", "a = 1e", "[[a]]\n[a]", "a = {b = 1}\na.c = 2",
        String(repeating: "a.", count: 999) + "a = 1",
    ])
    func `What is no TOML is refused`(text: String) {
        #expect(throws: FormatError.self) { try Parameters.read(Array(text.utf8), named: "params.toml") }
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

    @Test func `Several numbers of one word are a list, and an interpreter's code has no parameters`() {
        let command = [
            "python", "t.py", "--hidden", "64", "32", "--betas", "0.9", "-1", "--name", "a", "7", "--lr", "1",
        ]
        let expected: [String: ParameterValue] = [
            "hidden": .list([.integer(64), .integer(32)]), "betas": .list([.real(0.9), .integer(-1)]),
            "name": .text("a"), "lr": .integer(1),
        ]
        #expect(CommandFlags.parameters(in: command) == expected)
        #expect(CommandFlags.parameters(in: ["python", "-u", "-c", "x=1; y=2", "--lr", "3"]) == ["lr": .integer(3)])
        #expect(CommandFlags.parameters(in: ["train.py", "x", "-c", "a.b=2"]) == ["a.b": .integer(2)])
    }

    @Test func `YAML's merge keys are merged, the own members first`() throws {
        let yaml = "one: &a {q: 1, z: 0}\ntwo: &b {q: 5, r: 6}\nbase: {<<: *a, z: 1}\nboth:\n  <<: [*a, *b]\n  s: 2\n"
        let found = try Parameters.read(Array(yaml.utf8), named: "params.yaml")
        let own = found.filter { $0.key.hasPrefix("b") }
        #expect(
            own == [
                "base.q": .integer(1), "base.z": .integer(1), "both.q": .integer(1), "both.z": .integer(0),
                "both.r": .integer(6), "both.s": .integer(2),
            ]
        )
    }

    @Test func `What env sets in front of a command is a variable, and no parameter`() {
        let prefix = EnvironmentPrefix(of: [
            "/usr/bin/env", "-u", "OLD", "--unset=GONE", "A=1", "env", "--", "B=x=y", "python", "a=2", "--lr", "1",
        ])
        #expect(prefix.command == ["python", "a=2", "--lr", "1"])
        #expect(
            prefix.environment(of: ["OLD": "1", "GONE": "1", "A": "0", "C": "3"]) == ["A": "1", "B": "x=y", "C": "3"]
        )
        #expect(CommandFlags.parameters(in: ["env", "CUDA=0", "python", "--lr", "1"]) == ["lr": .integer(1)])
        #expect(EnvironmentPrefix(of: ["env", "-i", "A=1", "x"]).environment(of: ["B": "2"]) == ["A": "1"])
        for command in [["python", "A=1"], ["env", "A=1"], ["env", "-S", "x y"], ["env"], ["env", "-u"], []] {
            #expect(EnvironmentPrefix(of: command).command == command)
        }
    }

    @Test(arguments: [
        ("hf_token", true), ("AWS_SECRET_ACCESS_KEY", true), ("db-password", true), ("apiKey", true),
        ("tokenizer", false),
        ("max_tokens", false), ("accessToken", true), ("HF_TOKEN", true), ("compass", false), ("lr", false),
        ("author", false), ("path", false), ("pad_token", false), ("--eos-token", false), ("addBosToken", false),
        ("MASK_TOKEN", false), ("tokenizer.sep_token", false), ("num_pass", false), ("image_pass", true),
        ("padding_token", true), ("db_pass", true), ("special_secret", true),
        ("--wandb_key", true), ("sort_key", false), ("--auth-header", true), ("session-cookie", true), ("pw", true),
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
        ("Bearer AbCdEf.GhIjKl_Mn-OpQr next", "[redacted] next"), ("Basic dXNlcjpwYXNzd29yZA==", "[redacted]"),
        ("Basic dXNlcjpwYXNz", "[redacted]"), ("Basic instructions", "Basic instructions"),
        ("Basic instructions of Bearer authentications", "Basic instructions of Bearer authentications"),
        ("a -----BEGIN RSA PRIVATE KEY-----\nMIIE\nxyz\n-----END RSA PRIVATE KEY----- b", "a [redacted] b"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "[redacted]"),
        ("-----BEGIN CERTIFICATE-----\nMIIE", "-----BEGIN CERTIFICATE-----\nMIIE"),
        ("https://ghp_0123456789abcdef@host/o/r.git", "https://[redacted]@host/o/r.git"),
        ("https://host/x?X-Amz-Signature=abc&y=1", "https://host/x?[redacted]"),
        ("https://host/x?rev=1", "https://host/x?rev=1"), ("ssh://git:pw@host/x", "ssh://[redacted]@host/x"),
        ("risk-free hf_ is short", "risk-free hf_ is short"),
        ("hf_hub_download(repo_id='org/m')", "hf_hub_download(repo_id='org/m')"),
        ("hf_checkpoints/run1 hf_checkpointsandlogs", "hf_checkpoints/run1 hf_checkpointsandlogs"),
        ("sk-learn-pipeline, sk-learn-model-selection", "sk-learn-pipeline, sk-learn-model-selection"),
        ("x hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh", "x [redacted]"),
        ("\"hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh_x\"", "\"[redacted]\""),
        ("key=sk-proj-abcDEF0123456789abcdef", "key=[redacted]"),
        ("sk-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN", "[redacted]"),
    ])
    func `Secrets are found wherever they stand in a text`(text: String, redacted: String) {
        #expect(Redaction.value(text) == redacted)
    }

    @Test func `Words of models in a command stay, so that it can be done again`() {
        let command = [
            "train.py", "--out", "hf_checkpoints/run1", "--pad_token", "<pad>", "--eos-token=</s>", "--two-pass", "2",
            "--add_bos_token", "True", "--pass", "hush",
        ]
        #expect(Redaction.command(command) == command.dropLast() + ["[redacted]"])
    }

    @Test func `Truth values and small numbers are no secrets where only the end of a name speaks for it`() {
        let kept: [String: ParameterValue] = [
            "add_eos_token": .truth(true), "use_token": .truth(false), "num_pass": .integer(123_456),
            "second_pass": .integer(-3), "dropout_pass": .real(0.25), "pad_token": .text("<pad>"), "api_token": .none,
        ]
        var parameters = kept
        let hidden: [String: ParameterValue] = [
            "db_pass": .integer(4711), "my_token": .real(1e9), "password": .truth(true), "secret_pass": .integer(1),
            "auth": .list([.integer(1)]), "pwd": .text("1"),
        ]
        parameters.merge(hidden) { $1 }
        Redaction.apply(to: &parameters)
        #expect(parameters == kept.merging(hidden.mapValues { _ in .text("[redacted]") }) { $1 })
        #expect(Redaction.value("true", of: "use_token") == "true" && Redaction.value("12", of: "two_pass") == "12")
        for text in ["4711", "000123456789", "", "a"] { #expect(Redaction.value(text, of: "token") == "[redacted]") }
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

    @Test(arguments: [
        ("4e92713", ParameterValue.text("4e92713")), ("0e12345", .text("0e12345")), ("1e-400", .text("1e-400")),
        ("12345678901234567891", .text("12345678901234567891")), ("-9223372036854775808", .integer(.min)),
        ("1e3", .real(1000)), ("0.0", .real(0)), ("0.00e+00", .real(0)), ("-0.5", .real(-0.5)),
        ("+inf", .real(.infinity)),
        ("inf", .text("inf")), (".5", .real(0.5)), ("-", .text("-")),
    ]) func `What a number would change stays a text`(word: String, expected: ParameterValue) {
        #expect(ParameterValue(word: word) == expected)
    }
}
