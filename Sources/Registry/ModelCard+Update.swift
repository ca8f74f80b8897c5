import Documents
package import ModelCore

extension ModelCard {
    /// What stands beside a list of results that may be written anew.
    private static let mark = "written by git model card"
    private static let hubPrefixes = ["https://huggingface.co/", "https://hf.co/", "hf://"]

    /// Brings the front matter in line with a description and with metrics, and returns what could not be written, as
    /// clauses.
    ///
    /// These are `license`, `base_model` (of a model on the Hub), `pipeline_tag`, `metrics`, and `model-index` for the
    /// data set that the description's metadata name. What says the same already stays as it is written, and so does a
    /// `model-index` that somebody else wrote. Throws `FormatError` where front matter is written so that a member
    /// cannot be changed alone.
    package mutating func update(
        with description: ModelDescription,
        metrics: [String: Double]
    ) throws(FormatError) -> [String] {
        if let license = description.license, !says(license: license) {
            try set("license", to: .string(license.lowercased()))
        }
        if let base = description.base.flatMap(ModelCard.hubName) { try include([base], in: "base_model") }
        if let task = description.task, fields["pipeline_tag"]?.string != task {
            try set("pipeline_tag", to: .string(task))
        }
        let finite = metrics.filter(\.value.isFinite)
        guard !finite.isEmpty else { return [] }
        try include(finite.keys.sorted(), in: "metrics", always: true)
        return try updateResults(of: description, finite)
    }

    /// Returns the name of a model on the Hub; `nil` for what is none, as a version of a repository.
    private static func hubName(_ base: String) -> String? {
        let prefix = hubPrefixes.first { base.hasPrefix($0) } ?? ""
        let parts = base.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
                }
        }
        let isVersion = (try? SemanticVersion(base)) != nil || base == VersionQuery.latest
        return (1...2).contains(parts.count) && isName && !isVersion ? parts.joined(separator: "/") : nil
    }

    /// Adds texts to a member that is one, or a list of some.
    private mutating func include(_ texts: [String], in key: String, always isList: Bool = false) throws(FormatError) {
        let there = fields[key]?.sequence?.compactMap(\.string) ?? fields[key]?.string.map { [$0] } ?? []
        let missing = texts.filter { !there.contains($0) }
        guard !missing.isEmpty else { return }
        let all = there + missing
        try set(key, to: all.count == 1 && !isList ? .string(all[0]) : .array(all.map { .string($0) }))
    }

    private mutating func updateResults(
        of description: ModelDescription,
        _ metrics: [String: Double]
    ) throws(FormatError) -> [String] {
        let key = "model-index"
        guard fields[key] == nil || isMarked(key, ModelCard.mark) else {
            return ["\(key) is somebody else's and stays as it is: take it away to have it written"]
        }
        guard let task = description.task else {
            return ["\(key) needs a task: `git model describe \(description.name) --task TASK`"]
        }
        guard let dataset = description.metadata["dataset"] else {
            return ["\(key) needs a data set: `git model describe \(description.name) --meta dataset=NAME`"]
        }
        let values = metrics.sorted { $0.key < $1.key }.map { name, value in
            JSONValue.object(["type": .string(name), "name": .string(name), "value": JSONValue(real: value)])
        }
        let result = JSONValue.object([
            "task": .object(["type": .string(task)]),
            "dataset": .object(["type": .string(dataset), "name": .string(dataset)]),
            "metrics": .array(values),
        ])
        let model = JSONValue.object(["name": .string(description.name.text), "results": .array([result])])
        try set(key, to: .array([model]), mark: ModelCard.mark)
        return []
    }
}
