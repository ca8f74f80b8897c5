/// What a tag says to GTO 1.x, for repositories that it wrote to (gto/constants.py, `TAG_REGEXP`).
///
/// git-model reads all of them. It writes registrations (`TagName`), and assignments and what takes something back as here.
package struct GTOEvent: Sendable, Hashable {
    /// What happened to the artifact.
    package enum Kind: Sendable, Hashable {
        case registration(SemanticVersion)
        case deregistration(SemanticVersion)
        case assignment(StageName)
        case unassignment(StageName)
        case deprecation
        case creation
    }

    /// The artifact, with the directory of its `dvc.yaml` and a colon where it has one: `path/to:name`.
    package let artifact: String
    /// What happened.
    package let kind: Kind
    /// The number that orders the artifact's events; `nil` in the simple form.
    package let counter: UInt64?

    /// Creates an event of a model.
    package init(_ model: ModelName, _ kind: Kind, counter: UInt64? = nil) {
        artifact = model.text
        self.kind = kind
        self.counter = counter
    }

    /// The tag's name, without `refs/tags/`.
    package var tagName: String {
        let name = artifact.split(separator: ":", maxSplits: 1).joined(separator: "=")
        let event =
            switch kind {
            case .registration(let version): "@\(version)"
            case .deregistration(let version): "@\(version)!"
            case .assignment(let stage): "#\(stage)"
            case .unassignment(let stage): "#\(stage)!"
            case .deprecation: "@deprecated"
            case .creation: "@created"
            }
        return name + event + (counter.map { "#\($0)" } ?? "")
    }

    /// The artifact as a model's name; `nil` where it has a directory.
    package var model: ModelName? { try? ModelName(artifact) }

    /// Reads a tag's name, without `refs/tags/`; `nil` when GTO would ignore it.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard let mark = text.firstIndex(where: { $0 == "@" || $0 == "#" }),
            let artifact = GTOEvent.artifact(text[..<mark])
        else { return nil }
        var event = text[text.index(after: mark)...]
        counter = GTOEvent.takeCounter(&event)
        let isUndone = event.last == "!"
        if isUndone { event.removeLast() }
        switch (text[mark], String(event)) {
        case ("@", "deprecated") where !isUndone: kind = .deprecation
        case ("@", "created") where !isUndone: kind = .creation
        case ("@", let name):
            guard let version = try? SemanticVersion(name) else { return nil }
            kind = isUndone ? .deregistration(version) : .registration(version)
        case (_, let name):
            guard let stage = try? StageName(name) else { return nil }
            kind = isUndone ? .unassignment(stage) : .assignment(stage)
        }
        self.artifact = artifact
    }

    private static func artifact(_ text: Substring) -> String? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.last, let model = try? ModelName(name) else { return nil }
        guard parts.count == 2 else { return model.text }
        let isDirectory = parts[0].utf8.allSatisfy { byte in
            (try? ModelName(String(decoding: [byte], as: UTF8.self))) != nil || "-_./".utf8.contains(byte)
        }
        return isDirectory && !parts[0].isEmpty ? "\(parts[0]):\(name)" : nil
    }

    private static func takeCounter(_ event: inout Substring) -> UInt64? {
        guard let mark = event.lastIndex(of: "#"), let first = event[mark...].dropFirst().utf8.first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first), let counter = UInt64(event[mark...].dropFirst())
        else { return nil }
        event = event[..<mark]
        return counter
    }
}
