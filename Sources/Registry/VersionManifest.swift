package import ModelCore

/// What a machine needs to get a version without its repository: the artifacts' names and sizes, and where their bytes
/// are.
///
/// docs/formats.md specifies the file.
package struct VersionManifest: Sendable, Hashable {
    /// The version of the file's format.
    package static let format: Int64 = 1
    /// The most bytes that a file may have.
    package static let byteLimit = 64 << 20

    /// An artifact of the version.
    package struct Artifact: Sendable, Hashable {
        /// Where it belongs, from the directory that it is written to.
        package let path: RepositoryPath
        /// What it is.
        package let pointer: Pointer
        /// Whether the artifact, a file, is executable.
        package let isExecutable: Bool

        /// Creates the artifact of a pointer.
        package init(_ entry: PointerIndex.Entry) {
            self.init(path: entry.path, pointer: entry.pointer, isExecutable: entry.isExecutable)
        }

        /// Creates an artifact.
        init(path: RepositoryPath, pointer: Pointer, isExecutable: Bool) {
            self.path = path
            self.pointer = pointer
            self.isExecutable = isExecutable
        }
    }

    /// The version's tag, or whatever the commit was called.
    package let version: String
    /// The commit, in hexadecimal digits.
    package let commit: String
    /// The URLs of the remotes that have the bytes, the one to ask first in front.
    package let remotes: [String]
    /// The artifacts, each path once.
    package let artifacts: [Artifact]
    /// A signature of `signedBytes`, in armour; `nil` where nobody signed the file.
    package var signature: String?

    /// Creates a manifest.
    package init(version: String, commit: String, remotes: [String], artifacts: [Artifact]) {
        self.version = version
        self.commit = commit
        self.remotes = remotes
        self.artifacts = artifacts
    }

    /// Parses a file; throws `FormatError`, also for a path that is there twice and for a later format.
    package init(parsing bytes: [UInt8]) throws(FormatError) {
        func malformed(_ what: String) -> FormatError { FormatError("version manifest", .malformed(what)) }
        guard let fields = try JSONValue(parsing: bytes).object else { throw malformed("it is no JSON object") }
        guard let format = fields["format"]?.integer else { throw malformed("\"format\" is no number") }
        guard format == VersionManifest.format else { throw malformed("format \(format) is not known here") }
        guard let version = fields["version"]?.string, let commit = fields["commit"]?.string else {
            throw malformed("\"version\" or \"commit\" is no string")
        }
        // People are shown these, and take a line by itself for one of ours.
        guard !(version + commit).unicodeScalars.contains(where: \.isControl) else {
            throw malformed("\"version\" or \"commit\" has control characters")
        }
        guard let remotes = fields["remotes"]?.array?.map(\.string), !remotes.isEmpty, !remotes.contains(nil) else {
            throw malformed("\"remotes\" is no list of URLs")
        }
        guard let items = fields["artifacts"]?.array else { throw malformed("\"artifacts\" is no list") }
        var artifacts: [Artifact] = []
        for item in items { artifacts.append(try Artifact(item)) }
        let paths = Set(artifacts.map(\.path))
        guard paths.count == artifacts.count else { throw malformed("an artifact is there twice") }
        for path in paths {
            var outer = path.parent
            while let directory = outer, !paths.contains(directory) { outer = directory.parent }
            if let outer { throw malformed("\(path) lies inside \(outer)") }
        }
        self.init(version: version, commit: commit, remotes: remotes.compactMap { $0 }, artifacts: artifacts)
        if let value = fields["signature"] {
            guard let signature = value.string else { throw malformed("\"signature\" is no string") }
            self.signature = signature
        }
    }

    /// The file's bytes.
    package var encoded: [UInt8] {
        guard let signature else { return signedBytes }
        return JSONValue.object(fields.merging(["signature": .string(signature)]) { $1 }).encoded
    }

    /// What a signature is of: everything that counts in the file, without the signature itself.
    package var signedBytes: [UInt8] { JSONValue.object(fields).encoded }

    private var fields: [String: JSONValue] {
        [
            "format": JSONValue(VersionManifest.format),
            "version": .string(version),
            "commit": .string(commit),
            "remotes": .array(remotes.map { .string($0) }),
            "artifacts": .array(artifacts.map(\.value)),
        ]
    }
}

extension VersionManifest.Artifact {
    fileprivate init(_ value: JSONValue) throws(FormatError) {
        func malformed(_ what: String) -> FormatError { FormatError("version manifest", .malformed(what)) }
        guard let fields = value.object, let text = fields["path"]?.string, let oid = fields["oid"]?.string,
            let size = fields["size"]?.integer, size >= 0,
            let kind = fields["kind"]?.string.flatMap({ ArtifactKind(rawValue: $0) })
        else { throw malformed("an artifact lacks its path, kind, oid or size") }
        let path: RepositoryPath
        do { path = try RepositoryPath(text) } catch { throw malformed("artifact \(error)") }
        guard oid.hasPrefix("sha256:"), let digest = Digest(hex: oid.dropFirst("sha256:".count)) else {
            throw malformed("\(path) has no SHA-256 for an oid")
        }
        self.init(
            path: path,
            pointer: Pointer(oid: digest, size: size, kind: kind),
            isExecutable: fields["executable"]?.bool ?? false
        )
    }

    fileprivate var value: JSONValue {
        var fields: [String: JSONValue] = [
            "path": .string(path.text),
            "kind": .string(pointer.kind.rawValue),
            "oid": .string(pointer.oid.description),
            "size": JSONValue(pointer.size),
        ]
        if isExecutable { fields["executable"] = .bool(true) }
        return .object(fields)
    }
}

extension Unicode.Scalar {
    /// Whether it begins a line, or tells a terminal something.
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
