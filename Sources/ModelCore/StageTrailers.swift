/// What the last paragraph of a stage tag's message says to programs: Git trailers, one a line.
///
/// In this order: `Stage: <name>`, `Model: <name>`, `Version: v1.2.3`, `Previous: <tag object>` where an event of the
/// same stage came before, and for each gate that was passed `Gate: <what it says>`. Readers skip other keys, which
/// later versions may add, but never in front. GTO takes the whole message for words of a person's.
package struct StageTrailers: Sendable, Hashable {
    /// The stage.
    package let stage: StageName
    /// The model.
    package let model: ModelName
    /// The version that the stage got, or that was taken out of it.
    package let version: SemanticVersion
    /// The tag object of the stage's event before this one, in hexadecimal digits; `nil` for the first.
    package let previous: String?
    /// What was found out about the version beforehand, one line each.
    package let gates: [String]

    /// Creates trailers; line feeds in `gates` become blanks.
    package init(
        stage: StageName,
        model: ModelName,
        version: SemanticVersion,
        previous: String?,
        gates: [String] = []
    ) {
        self.stage = stage
        self.model = model
        self.version = version
        self.previous = previous
        self.gates = gates.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
    }

    /// The paragraph, each line ended by a line feed.
    package var text: String {
        var lines = ["Stage: \(stage)", "Model: \(model)", "Version: \(version)"]
        if let previous { lines.append("Previous: \(previous)") }
        lines += gates.map { "Gate: \($0)" }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Reads the last paragraph of a message; `nil` for one that is none of ours, or damaged.
    package init?(message: String) {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let paragraph = lines.reversed().drop { $0.isEmpty }.prefix { !$0.isEmpty }.reversed()
        guard paragraph.first?.hasPrefix("Stage: ") == true else { return nil }
        func values(_ key: String) -> [String] {
            paragraph.compactMap { $0.hasPrefix(key + ": ") ? String($0.dropFirst(key.count + 2)) : nil }
        }
        func only(_ key: String) -> String? {
            let found = values(key)
            return found.count == 1 ? found[0] : nil
        }
        guard let stage = only("Stage").flatMap({ try? StageName($0) }),
            let model = only("Model").flatMap({ try? ModelName($0) }),
            let version = only("Version").flatMap({ try? SemanticVersion($0) })
        else { return nil }
        self.init(stage: stage, model: model, version: version, previous: only("Previous"), gates: values("Gate"))
    }
}
