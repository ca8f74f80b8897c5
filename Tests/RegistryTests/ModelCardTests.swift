import ModelCore
import Testing

@testable import Registry

struct ModelCardTests {
    private static func description(
        license: String? = nil,
        base: String? = nil,
        task: String? = nil,
        dataset: String? = nil
    ) throws -> ModelDescription {
        var description = ModelDescription(try ModelName("small"))
        description.license = license
        description.base = base
        description.task = task
        description.metadata["dataset"] = dataset
        return description
    }

    /// Returns the card as it is after an update, and what was said about it.
    private static func updated(
        _ text: String,
        _ description: ModelDescription,
        _ metrics: [String: Double] = [:]
    ) throws -> (text: String, notes: [String]) {
        var card = try ModelCard(parsing: Array(text.utf8))
        let notes = try card.update(with: description, metrics: metrics)
        return (String(decoding: card.encoded, as: UTF8.self), notes)
    }

    private static let whole = """
        ---
        license: apache-2.0
        base_model: org/bert
        pipeline_tag: text-classification
        metrics:
        - accuracy
        model-index: # written by git model card
        - name: small
          results:
          - dataset:
              name: imdb
              type: imdb
            metrics:
            - name: accuracy
              type: accuracy
              value: 0.9
            task:
              type: text-classification
        ---

        """

    @Test func `A card that is not there yet gets front matter, and stays so`() throws {
        let description = try Self.description(
            license: "Apache-2.0",
            base: "https://huggingface.co/org/bert",
            task: "text-classification",
            dataset: "imdb"
        )
        let made = try Self.updated("", description, ["accuracy": 0.9, "loss": .nan])
        #expect(made.text == Self.whole && made.notes.isEmpty)
        #expect(try Self.updated(made.text, description, ["accuracy": 0.9]).text == made.text)
        let next = try Self.updated(made.text, description, ["accuracy": 1e-7])
        #expect(next.text == Self.whole.replacing("value: 0.9", with: "value: 1.0e-07"))
    }

    @Test func `Everything else in a card stays as it is written`() throws {
        let card = """
            ---
            # remarks stay
            language:
            - en
            license: MIT   # ours
            tags: [a, "b: c"]

            # about results
            metrics:
            - accuracy

            extra: |
              license: x
            ---
            # Title
            --- and text
            """
        let made = try Self.updated(card, Self.description(license: "mit", task: "yes"), ["accuracy": 1, "loss": 0.5])
        let expected = card.replacing("- accuracy\n", with: "- accuracy\n- loss\n")
            .replacing("  license: x\n", with: "  license: x\npipeline_tag: \"yes\"\n")
        #expect(made.text == expected)
        #expect(made.notes == ["model-index needs a data set: `git model describe small --meta dataset=NAME`"])
        let unchanged = try Self.updated(card, Self.description(), [:])
        #expect(unchanged.text == card && unchanged.notes.isEmpty)
    }

    @Test func `Lines end as those around them do`() throws {
        let description = try Self.description(license: "mit", task: "a")
        let made = try Self.updated("---\r\nlicense: gpl\r\n---\r\ntext\r\n", description)
        #expect(made.text == "---\r\nlicense: mit\r\npipeline_tag: a\r\n---\r\ntext\r\n")
        let new = try Self.updated("# T\r\n", Self.description(task: "a"))
        #expect(new.text == "---\r\npipeline_tag: a\r\n---\r\n\r\n# T\r\n")
        let open = try Self.updated("# T", Self.description(task: "a"))
        #expect(open.text == "---\npipeline_tag: a\n---\n\n# T")
    }

    @Test func `Results that somebody else wrote stay`() throws {
        let card = "---\nmetrics: [accuracy]\nmodel-index:\n- name: other\n---\n"
        let made = try Self.updated(card, Self.description(task: "a", dataset: "d"), ["accuracy": 1])
        #expect(made.text == card.replacing("\n---\n", with: "\npipeline_tag: a\n---\n"))
        #expect(made.notes == ["model-index is somebody else's and stays as it is: take it away to have it written"])
    }

    @Test(
        arguments: [
            ("org/bert", "org/bert"), ("hf://org/bert", "org/bert"), ("bert-base-uncased", "bert-base-uncased"),
            ("bert@v1.0.0", nil), ("v1.0.0", nil), ("latest", nil), ("s3://bucket/key", nil), ("a/b/c", nil),
            ("a b", nil),
        ] as [(String, String?)]
    )
    func `Only what the Hub has is a base model there`(base: String, name: String?) throws {
        let made = try Self.updated("", Self.description(base: base))
        #expect(made.text == (name.map { "---\nbase_model: \($0)\n---\n" } ?? ""))
    }

    @Test func `A base model is added to those that are there`() throws {
        let list = "---\nbase_model:\n- a/b\n---\n"
        #expect(try Self.updated(list, Self.description(base: "a/b")).text == list)
        let made = try Self.updated(list, Self.description(base: "c/d"))
        #expect(made.text == "---\nbase_model:\n- a/b\n- c/d\n---\n")
    }

    @Test(arguments: [
        ("---\na: [\n---\n", "front matter of the model card"), ("---\na: 1\n", "a line of dashes is missing"),
        ("---\n- a\n---\n", "it is no mapping"), ("---\na: 1\nb: 'x\n---\n", "line"),
    ])
    func `Front matter that is none is refused`(text: String, reason: String) {
        let error = #expect(throws: FormatError.self) { try ModelCard(parsing: Array(text.utf8)) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func `An error names the line of the file`() {
        let text = "---\na: 1\na: 2\n---\n"
        let error = #expect(throws: FormatError.self) { try ModelCard(parsing: Array(text.utf8)) }
        #expect(error?.problem == .malformed("the key a occurs twice, in line 3"))
        #expect(throws: FormatError.self) { try ModelCard(parsing: [0xFF]) }
    }

    @Test(arguments: ["---\nlicense: &l mit\nother: *l\n---\n", "---\nlicense: [gpl,\nlgpl]\n---\n"])
    func `What cannot be changed alone is not changed`(text: String) {
        #expect(throws: FormatError.self) { try Self.updated(text, Self.description(license: "apache-2.0")) }
    }

    @Test(arguments: [
        ("license: MIT", true), ("license: gpl-3.0", false), ("license: other\nlicense_name: mit", true),
        ("license: [gpl-3.0, mit]", true), ("tags: [a]", true), ("license: other", false),
    ])
    func `A card says the licence of the description, or contradicts it`(matter: String, agrees: Bool) throws {
        let card = try ModelCard(parsing: Array("---\n\(matter)\n---\n".utf8))
        let (licensed, silent) = (try Self.description(license: "mit"), try Self.description())
        #expect((card.contradiction(of: licensed) == nil) == agrees)
        #expect(card.contradiction(of: silent) == nil)
    }
}
