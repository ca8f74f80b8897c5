package import ModelCore

/// A version as it is deployed: which files with which bytes, known before any of them is anywhere.
package struct Release: Sendable, Hashable {
    /// The model.
    package let model: ModelName
    /// The version, as `v1.2.3`.
    package let version: String
    /// The version's tag.
    package let tag: String
    /// The commit, in hexadecimal digits.
    package let commit: String
    /// When the commit was made, in seconds since 1970: what dates whatever has to have a date.
    package let committed: Int64
    /// The files.
    package let files: TreeListing
    /// The SHA-256 of the listing of the files, by which the release is named.
    package let digest: Digest
    /// What is done with it.
    package let plan: ReleasePlan

    /// Creates a release; `digest` is that of the listing's bytes.
    package init(
        model: ModelName,
        version: String,
        tag: String,
        commit: String,
        committed: Int64,
        files: TreeListing,
        digest: Digest,
        plan: ReleasePlan
    ) {
        self.model = model
        self.version = version
        self.tag = tag
        self.commit = commit
        self.committed = committed
        self.files = files
        self.digest = digest
        self.plan = plan
    }

    /// The release's name.
    package var id: ReleaseID { ReleaseID(model: model, version: version, digest: digest) }
}
