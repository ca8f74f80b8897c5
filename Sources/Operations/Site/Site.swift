import ModelCore
import Registry
package import Runs

/// A registry as pages of it show it: models, their versions and stages, and the runs that are kept.
package struct Site: Sendable {
    /// A model.
    package struct Model: Sendable {
        /// The name.
        package let name: String
        /// What the work tree says of it; `nil` where it only has versions.
        package let description: ModelReport?
        /// Whether it was deprecated.
        package let isDeprecated: Bool
        /// The versions, in ascending order.
        package let versions: [Version]
        /// What happened to stages, the last first.
        package let stageChanges: [VersionLog.Report.StageChange]

        /// The version that `latest` means; where there is none, the highest that was not taken back.
        package var latest: Version? {
            versions.last(where: \.mayBeLatest) ?? versions.last { !$0.isDeregistered }
        }
    }

    /// A version, as lists have it.
    package struct Version: Sendable {
        /// An artifact of it.
        package struct Artifact: Sendable {
            /// The path in the repository.
            package let path: String
            /// `file` or `tree`.
            package let kind: String
            /// The size in bytes.
            package let size: Int64
            /// The object, as `sha256:` and hexadecimal digits.
            package let oid: String
        }

        /// The model's name.
        package let model: String
        /// The tag's name.
        package let tag: String
        /// The version, as `v1.2.3`.
        package let version: String
        /// Whether `latest` may mean it, as for `ModelVersion`.
        let mayBeLatest: Bool
        /// The commit, and the first line of its message.
        package let commit: String, commitSubject: String
        /// The day on which it was tagged, or committed where the tag does not say, and the time of that in ISO 8601,
        /// UTC.
        package let date: String, time: String
        /// Who tagged it, or committed.
        package let tagger: String
        /// Whether the tag carries a signature, good or bad.
        package let isSigned: Bool
        /// Whether it was taken back.
        package let isDeregistered: Bool
        /// The first artifact of which its tag tells something else than its commit has.
        package let contradicted: String?
        /// What the tag's message says, without its trailers.
        package let message: String
        /// The stages that have it now, sorted.
        package let stages: [String]
        /// The artifacts as pointers name them, by path.
        let entries: [PointerIndex.Entry]
        /// The run that made it, where it is kept.
        package let run: RunRecord?
        /// The metrics that its tag names, else its run's.
        package let metrics: [String: Double]

        /// The artifacts, by path.
        package var artifacts: [Artifact] {
            entries.map { entry in
                Artifact(
                    path: entry.path.text,
                    kind: entry.pointer.kind.rawValue,
                    size: entry.pointer.size,
                    oid: entry.pointer.oid.description
                )
            }
        }

        /// The size of the artifacts in bytes.
        package var size: Int64 { entries.reduce(0) { $0.addingSaturating($1.pointer.size) } }
    }

    /// What pages are called.
    package let title: String
    /// The models, by name.
    package let models: [Model]
    /// The runs that are kept, the last one first.
    package let runs: [RunRecord]
    /// The versions that each run made, by its id.
    package let versionsOfRuns: [RunID: [Version]]
}
