import ModelCore

/// What an import took, or would take, and what it could not.
package struct ImportReport: Report {
    /// An artifact of the current commit.
    package struct Artifact: Encodable, Sendable {
        /// The path in the repository.
        package let path: String
        /// `new`, or `unchanged` where it has a pointer already.
        package let change: String
        /// `file` or `tree`.
        package let kind: String
        /// The size in bytes; `nil` where it is not known.
        package let size: Int64?
        /// The object, as `sha256:` and hexadecimal digits; `nil` where nothing was read.
        package let oid: String?
        /// Where the bytes are: `cache`, `work tree`, or `remote NAME`; `nil` of one that has a pointer already.
        package let origin: String?
    }

    /// What a tag has that the current commit and newer tags do not.
    package struct Version: Encodable, Sendable {
        /// The tag.
        package let name: String
        /// How many files and directories were taken.
        package var objects = 0
        /// Their size in bytes.
        package var size: Int64 = 0
        /// How many are not here.
        package var missing = 0
    }

    /// The tool that the bytes come from: `dvc` or `lfs`.
    package let source: String
    /// Whether nothing was done, only said.
    package let isDryRun: Bool
    /// The artifacts of the current commit, by path.
    package var artifacts: [Artifact] = []
    /// The tags with something of their own, newest first.
    package var versions: [Version] = []
    /// The files of the other tool that were removed.
    package var removed: [String] = []
    /// The commit that was made; `nil` where none was.
    package var commit: String?
    /// The bytes read.
    package var bytesRead: Int64 = 0
    /// The bytes that the store grew by.
    package var bytesStored: Int64 = 0
    /// How long it took, in ns.
    package var nanoseconds: Int64 = 0
    package var warnings: [String] = []
    package var hints: [String] = []
    package var problems: [Problem] = []
    /// Whether bytes were met that are not what their name says.
    var hasDamage = false

    package var outcome: Outcome { hasDamage ? .verificationFailed : problems.isEmpty ? .ok : .partial }

    /// The artifacts that were taken, or would be.
    package var taken: [Artifact] { artifacts.filter { $0.change == "new" } }

    private enum CodingKeys: CodingKey {
        case source, isDryRun, artifacts, versions, removed, commit, bytesRead, bytesStored, nanoseconds
    }

    init(source: String, isDryRun: Bool) {
        self.source = source
        self.isDryRun = isDryRun
    }

    /// The subject of the commit of what was taken from a tool.
    func subject(of tool: String) -> String {
        "Import \(taken.count) \(taken.count == 1 ? "artifact" : "artifacts") from \(tool)"
    }

    /// Notes what could not be taken, and whether its bytes are wrong.
    mutating func add(_ subject: String, _ error: any Error) {
        problems.append(Problem(subject, error))
        if (error as? Failure)?.kind == .verification { hasDamage = true }
        for hint in (error as? Failure)?.hints ?? [] where !hints.contains(hint) { hints.append(hint) }
    }

    /// Notes what was imported, and could not be put into the work tree.
    mutating func add(_ result: Workspace.RestoreResult) {
        problems += result.problems
        hints += result.hintsToRepeat
    }
}
