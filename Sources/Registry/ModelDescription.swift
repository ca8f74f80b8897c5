package import ModelCore

/// What a model is, as `.mver/models/<name>.json` says.
///
/// It names artifacts by path, never by oid, so that it changes only when the model does.
package struct ModelDescription: Sendable, Hashable {
    /// The directory of all descriptions, from the top of the repository.
    package static let directory = ".mver/models"
    /// What the name of a description's file ends with.
    package static let fileSuffix = ".json"
    /// The most bytes that a description may have.
    package static let byteLimit = 1 << 20

    /// The model's name; a `/` in it is a directory of the description's path.
    package let name: ModelName
    /// The paths of the model's artifacts, sorted by bytes, each once.
    package private(set) var artifacts: [RepositoryPath] = []
    /// Whatever else the user says of the model.
    package var metadata: [String: String] = [:]
    /// Where the model card is: a path in the repository, or a URL.
    package var card: String?
    /// What the model is for, in the words of the Hugging Face Hub, such as `text-classification`.
    package var task: String?
    /// The licence, as SPDX or the Hub call it.
    package var license: String?
    /// The model that this one was made from: a version here, a name on the Hub, or a URL.
    package var base: String?
    /// What it takes and gives.
    package var signature: ModelSignature?
    /// Where inputs are that it can be tried with.
    package var sample: RepositoryPath?
    /// What it should give for them.
    package var expectation: ModelExpectation?
    /// The words of the command that serves it; none where nobody said so.
    ///
    /// It runs only where the user trusts it.
    package var serve: [String] = []
    /// The words of the command that turns a file of inputs, `{in}`, into one of outputs, `{out}`; none where nobody
    /// said so.
    ///
    /// It runs only where the user trusts it.
    package var batch: [String] = []
    /// Where requests with samples go to on its server, beginning with `/`; `nil` leaves it to whoever asks.
    package var endpoint: String?
    /// Where its server says whether it is ready, beginning with `/`; `nil` where it is as soon as it accepts
    /// connections.
    package var health: String?
    /// Where the profile of the data is that it was trained on.
    package var reference: RepositoryPath?
    /// Fields of other versions of git-model, and of people, kept as they are.
    private var others: [String: JSONValue] = [:]

    /// Creates the description of a model with nothing in it yet.
    package init(_ name: ModelName) {
        self.name = name
    }

    /// Parses a description; throws `FormatError` that names the field, for anything but a JSON object of the expected
    /// types.
    package init(_ name: ModelName, parsing bytes: [UInt8]) throws(FormatError) {
        self.init(name)
        do throws(FormatError) {
            guard let fields = try JSONValue(parsing: bytes).object else {
                throw ModelDescription.malformed("it is no JSON object")
            }
            others = fields
            try takeFields()
        } catch {
            throw FormatError("description of model \(name)", error.problem)
        }
    }

    /// Returns whether a text is a path on a server, percent-encoded: what follows the host and port in a URL.
    package static func isRoute(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "/") && text.utf8.count <= 1024
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"#<>\\^`{|}".utf8.contains($0) }
    }

    /// The description's path, from the top of the repository.
    package var path: String { "\(ModelDescription.directory)/\(name)\(ModelDescription.fileSuffix)" }

    /// Returns the model that a file describes by its path from the top of the repository; `nil` where it is none.
    package static func model(at path: String) -> ModelName? {
        guard path.hasPrefix(directory + "/"), isDescription(path) else { return nil }
        return try? ModelName(path.dropFirst(directory.count + 1).dropLast(fileSuffix.count))
    }

    /// Adds an artifact; one that is there already stays.
    package mutating func add(_ artifact: RepositoryPath) {
        if !artifacts.contains(artifact) { artifacts = (artifacts + [artifact]).sorted() }
    }

    /// Takes an artifact out; returns whether it was there.
    @discardableResult
    package mutating func remove(_ artifact: RepositoryPath) -> Bool {
        let count = artifacts.count
        artifacts.removeAll { $0 == artifact }
        return artifacts.count < count
    }

    /// The description's bytes.
    package var encoded: [UInt8] {
        var fields = others
        fields["artifacts"] = .array(artifacts.map { .string($0.text) })
        if !metadata.isEmpty { fields["metadata"] = .object(metadata.mapValues { .string($0) }) }
        let texts = [
            "card": card, "task": task, "license": license, "base": base, "sample": sample?.text, "endpoint": endpoint,
            "health": health, "reference": reference?.text,
        ]
        for (key, text) in texts { fields[key] = text.map { .string($0) } }
        if let signature { fields["signature"] = signature.json }
        if let expectation { fields["expectation"] = expectation.json }
        for (key, words) in [("serve", serve), ("batch", batch)] where !words.isEmpty {
            fields[key] = .array(words.map { .string($0) })
        }
        return JSONValue.object(fields).encoded
    }
}

extension ModelDescription {
    private static func malformed(_ what: String) -> FormatError { FormatError("description", .malformed(what)) }

    /// Takes the fields that are known here out of the others.
    private mutating func takeFields() throws(FormatError) {
        if let field = others.removeValue(forKey: "artifacts") {
            let paths = try (field.array ?? [.null]).map { (item) throws(FormatError) in
                guard let text = item.string else {
                    throw ModelDescription.malformed("\"artifacts\" is no list of paths")
                }
                do { return try RepositoryPath(text) } catch { throw ModelDescription.malformed("artifact \(error)") }
            }
            artifacts = Set(paths).sorted()
        }
        if let field = others.removeValue(forKey: "metadata") {
            guard let items = field.object else { throw ModelDescription.malformed("\"metadata\" is no object") }
            metadata = items.compactMapValues(\.string)
            guard metadata.count == items.count else {
                throw ModelDescription.malformed("a value of \"metadata\" is no string")
            }
        }
        card = try takeText("card")
        task = try takeText("task")
        license = try takeText("license")
        base = try takeText("base")
        sample = try takePath("sample")
        reference = try takePath("reference")
        endpoint = try takeRoute("endpoint")
        health = try takeRoute("health")
        if let field = others.removeValue(forKey: "signature") {
            signature = try ModelSignature(parsing: field, field: "signature")
        }
        if let field = others.removeValue(forKey: "expectation") {
            expectation = try ModelExpectation(parsing: field, field: "expectation")
        }
        serve = try takeWords("serve")
        batch = try takeWords("batch")
    }

    private mutating func takeText(_ key: String) throws(FormatError) -> String? {
        guard let field = others.removeValue(forKey: key) else { return nil }
        guard let text = field.string else { throw ModelDescription.malformed("\"\(key)\" is no string") }
        return text
    }

    private mutating func takePath(_ key: String) throws(FormatError) -> RepositoryPath? {
        guard let text = try takeText(key) else { return nil }
        do { return try RepositoryPath(text) } catch { throw ModelDescription.malformed("\"\(key)\": \(error)") }
    }

    private mutating func takeRoute(_ key: String) throws(FormatError) -> String? {
        guard let text = try takeText(key) else { return nil }
        guard ModelDescription.isRoute(text) else {
            throw ModelDescription.malformed("\"\(key)\" is no path on a server, such as /ping")
        }
        return text
    }

    private mutating func takeWords(_ key: String) throws(FormatError) -> [String] {
        guard let field = others.removeValue(forKey: key) else { return [] }
        let words = (field.array ?? [.null]).map(\.string)
        guard words.first != .some(""), !words.contains(nil) else {
            throw ModelDescription.malformed("\"\(key)\" is no list of words")
        }
        return words.compactMap(\.self)
    }
}
