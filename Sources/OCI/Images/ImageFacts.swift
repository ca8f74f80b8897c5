import ModelCore

/// What an image says of the version in it; only what the commit says, so that every clone makes the same image of it.
package struct ImageFacts: Sendable, Hashable {
    /// The model.
    package let name: String
    /// The version, without the leading `v`.
    package let version: String
    /// The commit, in hexadecimal digits.
    package let revision: String
    /// When the commit was made, in seconds since 1970.
    package let created: Int64
    /// The SHA-256 of the listing of the files, as `sha256:` and digits.
    package let release: String
    /// The licence, as SPDX spells it.
    package var license: String?
    /// What the model is for.
    package var task: String?

    /// Creates the facts; a leading `v` of the version is left out.
    package init(name: String, version: String, revision: String, created: Int64, release: String) {
        self.name = name
        self.version = version.hasPrefix("v") ? String(version.dropFirst()) : version
        self.revision = revision
        self.created = created
        self.release = release
    }

    /// When the commit was made, as RFC 3339 has it.
    package var time: String { CivilDate.time(secondsSince1970: created) }

    /// The facts as annotations, or labels.
    package var annotations: [String: String] {
        var annotations = [
            Annotation.title: name, Annotation.version: version, Annotation.revision: revision,
            Annotation.created: time, Annotation.release: release,
        ]
        annotations[Annotation.licenses] = license
        return annotations
    }
}
