/// What a tag says to GTO 1.x, for repositories that it wrote to (gto/constants.py, `TAG_REGEXP`).
///
/// git-model reads all of them. It writes registrations (`TagName`), and assignments and what takes something back as
/// here.
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
    /// The artifact as a model's name; `nil` where it has a directory.
    package let model: ModelName?
    /// What happened.
    package let kind: Kind
    /// The number that orders the artifact's events; `nil` in the simple form.
    package let counter: UInt64?

    /// Creates an event of a model.
    package init(_ model: ModelName, _ kind: Kind, counter: UInt64? = nil) {
        artifact = model.text
        self.model = model
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

    /// Reads a tag's name, without `refs/tags/`; `nil` when GTO would ignore it.
    ///
    /// A stage called `latest`, or like a version, is ignored, too, for these words mean something else here.
    package init?(_ text: some StringProtocol) {
        // Repositories have tens of thousands of tags, all of which are read for each answer.
        let bytes = Array(text.utf8)
        guard let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "#") }) else {
            return nil
        }
        var event = bytes[(mark + 1)...]
        counter = GTOEvent.takeCounter(&event)
        let isUndone = event.last == UInt8(ascii: "!")
        if isUndone { event.removeLast() }
        let name = String(decoding: event, as: UTF8.self)
        switch (bytes[mark], name) {
        case (UInt8(ascii: "@"), "deprecated") where !isUndone: kind = .deprecation
        case (UInt8(ascii: "@"), "created") where !isUndone: kind = .creation
        case (UInt8(ascii: "@"), _):
            guard name.utf8.first == UInt8(ascii: "v"), let version = try? SemanticVersion(name) else { return nil }
            kind = isUndone ? .deregistration(version) : .registration(version)
        default:
            guard let stage = try? StageName(name) else { return nil }
            kind = isUndone ? .unassignment(stage) : .assignment(stage)
        }
        let artifact = String(decoding: bytes[..<mark], as: UTF8.self)
        model = try? ModelName(artifact)
        guard model != nil || GTOEvent.isInDirectory(artifact) else { return nil }
        self.artifact = model == nil ? artifact.split(separator: "=", maxSplits: 1).joined(separator: ":") : artifact
    }

    /// Whether a text is `<directory>=<name>`.
    private static func isInDirectory(_ text: String) -> Bool {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, (try? ModelName(parts[1])) != nil else { return false }
        let isDirectory = parts[0].utf8.allSatisfy { byte in
            (try? ModelName(String(decoding: [byte], as: UTF8.self))) != nil || "-_./".utf8.contains(byte)
        }
        return isDirectory && !parts[0].isEmpty
    }

    private static func takeCounter(_ event: inout ArraySlice<UInt8>) -> UInt64? {
        guard let mark = event.lastIndex(of: UInt8(ascii: "#")), let first = event[mark...].dropFirst().first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            let counter = UInt64(String(decoding: event[(mark + 1)...], as: UTF8.self))
        else { return nil }
        event = event[..<mark]
        return counter
    }
}
