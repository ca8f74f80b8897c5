/// What the last paragraph of a version tag's message says to programs: Git trailers, one a line.
///
/// In this order: `Model: <name>`, `Version: v1.2.3`, for each artifact, sorted by path,
/// `Artifact: <path> <kind> sha256:<hex> <size>`, for each artifact whose manifest is known `Manifest: sha256:<hex>
/// <path>`, then `Run: <id>` where the run that made it is known, and for each metric, sorted by name, `Metric: <value>
/// <name>`; a path and a name are one word (`QuotedPath`). Readers skip other keys, which later versions may add, but
/// never in front.
package struct VersionTrailers: Sendable, Hashable {
    /// An artifact of the version.
    package struct Artifact: Sendable, Hashable {
        /// Where it is in the repository.
        package let path: RepositoryPath
        /// Its object, size and kind.
        package let pointer: Pointer
        /// The digest of its manifest; `nil` when the tag does not say.
        package let manifest: Digest?

        /// Creates an artifact.
        package init(path: RepositoryPath, pointer: Pointer, manifest: Digest? = nil) {
            self.path = path
            self.pointer = pointer
            self.manifest = manifest
        }
    }

    /// The model.
    package let model: ModelName
    /// The version.
    package let version: SemanticVersion
    /// Its artifacts, sorted by path, each path once.
    package let artifacts: [Artifact]
    /// The id of the run that made it, in hexadecimal digits; `nil` where the tag does not say.
    package let run: String?
    /// The metrics that the tag says it has, by name.
    package let metrics: [String: Double]

    /// Creates trailers; of artifacts with the same path the last counts.
    package init(
        model: ModelName,
        version: SemanticVersion,
        artifacts: [Artifact],
        run: String? = nil,
        metrics: [String: Double] = [:]
    ) {
        self.model = model
        self.version = version
        self.run = run
        self.metrics = metrics
        let byPath = Dictionary(artifacts.map { ($0.path, $0) }) { $1 }
        self.artifacts = byPath.values.sorted { $0.path < $1.path }
    }

    /// The paragraph, each line ended by a line feed.
    package var text: String {
        var lines = ["Model: \(model)", "Version: \(version)"]
        for artifact in artifacts {
            let pointer = artifact.pointer
            let path = QuotedPath.encode(artifact.path.text)
            lines.append("Artifact: \(path) \(pointer.kind.rawValue) \(pointer.oid) \(pointer.size)")
        }
        for artifact in artifacts {
            guard let manifest = artifact.manifest else { continue }
            lines.append("Manifest: \(manifest) \(QuotedPath.encode(artifact.path.text))")
        }
        if let run { lines.append("Run: \(run)") }
        for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
            lines.append("Metric: \(value) \(QuotedPath.encode(name))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Reads a paragraph; `nil` when it does not begin with `Model:` and so is none of these.
    ///
    /// Throws `FormatError` for one that begins so and does not follow the rules.
    package init?(parsing paragraph: some StringProtocol) throws(FormatError) {
        var parser = VersionTrailersParser()
        guard paragraph.utf8.starts(with: "Model: ".utf8) else { return nil }
        let lines = String(paragraph).utf8.split(separator: UInt8(ascii: "\n"))
        for line in lines { try parser.take(Substring(line)) }
        self = try parser.finish()
    }
}

/// Reads the trailers of a version tag line by line.
private struct VersionTrailersParser {
    private var model: ModelName?
    private var version: SemanticVersion?
    private var pointers: [RepositoryPath: Pointer] = [:]
    private var manifests: [RepositoryPath: Digest] = [:]
    private var run: String?
    private var metrics: [String: Double] = [:]

    private func malformed(_ what: String) -> FormatError { FormatError("version tag", .malformed(what)) }

    mutating func take(_ line: Substring) throws(FormatError) {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), line.utf8[colon...].starts(with: ": ".utf8)
        else { return }
        let value = line[line.utf8.index(colon, offsetBy: 2)...]
        switch String(line[..<colon]) {
        case "Model":
            guard model == nil, let name = try? ModelName(value) else { throw malformed("\"\(line)\"") }
            model = name
        case "Version":
            guard version == nil, let number = try? SemanticVersion(value) else { throw malformed("\"\(line)\"") }
            version = number
        case "Artifact": try takeArtifact(value, line)
        case "Manifest": try takeManifest(value, line)
        case "Run": run = String(value)
        case "Metric":
            let words = value.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let number = Double(words[0]), let name = QuotedPath.decode(words[1]) else {
                throw malformed("\"\(line)\"")
            }
            metrics[name] = number
        default: return
        }
    }

    private mutating func takeArtifact(_ value: Substring, _ line: Substring) throws(FormatError) {
        let words = value.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { Substring($0) }
        guard words.count >= 4 else { throw malformed("\"\(line)\"") }
        let fields = words.suffix(3).map(String.init)
        let pointer = try? Pointer(oid: fields[1], size: fields[2], kind: fields[0])
        guard let pointer, let path = path(words.dropLast(3)), pointers.updateValue(pointer, forKey: path) == nil else {
            throw malformed("\"\(line)\"")
        }
    }

    private mutating func takeManifest(_ value: Substring, _ line: Substring) throws(FormatError) {
        let words = value.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { Substring($0) }
        guard words.count >= 2, words[0].hasPrefix("sha256:"), let digest = Digest(hex: words[0].dropFirst(7)),
            let path = path(words.dropFirst()), manifests.updateValue(digest, forKey: path) == nil
        else { throw malformed("\"\(line)\"") }
    }

    private func path(_ words: ArraySlice<Substring>) -> RepositoryPath? {
        QuotedPath.decode(words.joined(separator: " ")).flatMap { try? RepositoryPath($0) }
    }

    func finish() throws(FormatError) -> VersionTrailers {
        guard let model else { throw malformed("it names no model") }
        guard let version else { throw malformed("it names no version") }
        if let stray = manifests.keys.filter({ pointers[$0] == nil }).min() {
            throw malformed("it has a manifest of \(QuotedPath.encode(stray.text)), which is no artifact of it")
        }
        let artifacts = pointers.map { VersionTrailers.Artifact(path: $0, pointer: $1, manifest: manifests[$0]) }
        return VersionTrailers(model: model, version: version, artifacts: artifacts, run: run, metrics: metrics)
    }
}
