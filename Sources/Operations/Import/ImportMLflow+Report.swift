import Migration
import ModelCore
import Registry
import SystemIO

extension ImportMLflow {
    /// What was taken, or would be, and what could not be.
    package struct Report: Operations.Report {
        /// How many runs were taken.
        package struct Runs: Encodable, Sendable {
            /// How many are new, differ from what was known of them, are as they were, and were deleted in MLflow.
            package var new = 0, changed = 0, unchanged = 0, deleted = 0
            /// The points of metrics of those that are new or differ; zero in a dry run, which reads none.
            package var points = 0
        }

        /// Files of runs that no registered version is made of.
        package struct Artifacts: Encodable, Sendable {
            /// How many runs have such, how many files these are, and their size in bytes.
            package var runs = 0, files = 0, size: Int64 = 0
        }

        /// A registered version.
        package struct Version: Encodable, Sendable {
            /// The model, as it is called here.
            package let model: String
            /// The number that MLflow gave it.
            package let number: Int64
            /// The version that it became, as `v1.2.3`.
            package let version: String
            /// `new` or `unchanged`.
            package let change: String
            /// How many files it has, and their size in bytes; `nil` of one that was there.
            package let files: Int?, size: Int64?
            /// The run that made it, by MLflow's id.
            package let run: String?
            /// The tag; `nil` where none was made.
            package internal(set) var tag: String?
        }

        /// A draft of a stage.
        package struct Stage: Encodable, Sendable {
            /// The model.
            package let model: String
            /// The stage.
            package let stage: String
            /// The version, as `v1.2.3`.
            package let version: String
        }

        /// Where it comes from: a directory, or a server's address.
        package let source: String
        /// Whether nothing was done, only said.
        package let isDryRun: Bool
        /// The runs.
        package var runs = Runs()
        /// The artifacts of runs that were taken, or would be.
        package var artifacts = Artifacts()
        /// Those that stay with MLflow; `nil` where they were taken, and of a server, which would have to be asked for
        /// each run.
        package internal(set) var left: Artifacts?
        /// The versions, by model, then in ascending order.
        package var versions: [Version] = []
        /// The drafts of stages that are new.
        package var stages: [Stage] = []
        /// The commits that were made.
        package var commits: [String] = []
        /// The bytes read, and those that the store grew by.
        package var bytesRead: Int64 = 0, bytesStored: Int64 = 0
        /// How long it took, in ns.
        package var nanoseconds: Int64 = 0
        package var warnings: [String] = []
        package var hints: [String] = []
        package var problems: [Problem] = []

        private enum CodingKeys: CodingKey {
            case source, isDryRun, runs, artifacts, left, versions, stages, commits, bytesRead, bytesStored, nanoseconds
        }
    }
}

extension ImportMLflow.Report {
    /// Whether a version is here, or would be.
    func has(_ plan: MLflowVersionPlan) -> Bool {
        versions.contains { $0.model == plan.model.text && $0.number == plan.source.number }
    }

    /// Notes why a version was not taken, unless the user stopped everything.
    mutating func add(
        _ plan: MLflowVersionPlan,
        _ error: any Error,
        unless cancellation: Cancellation
    ) throws {
        if cancellation.isCancelled { throw error }
        problems.append(Problem("\(plan.source.model) version \(plan.source.number)", error))
    }

    /// Notes why a version was not made after all, unless the user stopped everything.
    mutating func leaveOut(
        _ plan: MLflowVersionPlan,
        _ error: any Error,
        unless cancellation: Cancellation
    ) throws {
        try add(plan, error, unless: cancellation)
        hints += (error as? Failure)?.hints.filter { !hints.contains($0) } ?? []
        versions.removeAll { $0.model == plan.model.text && $0.number == plan.source.number }
    }

    mutating func note(_ tag: String, of plan: MLflowVersionPlan) {
        let position = versions.firstIndex { $0.model == plan.model.text && $0.number == plan.source.number }
        if let position { versions[position].tag = tag }
    }
}

extension ImportMLflow.Report.Version {
    /// Creates the row of a version that was there, or of one with these files.
    init(_ plan: MLflowVersionPlan, _ files: MLflowFiles? = nil) {
        self.init(
            model: plan.model.text,
            number: plan.source.number,
            version: plan.version.description,
            change: plan.existing == nil ? "new" : "unchanged",
            files: files?.count,
            size: files?.byteCount,
            run: plan.source.run,
            tag: plan.existing?.tag.text
        )
    }
}
