package import ModelCore

/// A run as MLflow has it, without the points of its metrics.
package struct MLflowRunFacts: Sendable, Hashable {
    /// How far a run has come, in MLflow's words (`RunStatus` of mlflow/protos/service.proto).
    package enum Status: String, Sendable, CaseIterable {
        case running = "RUNNING"
        case scheduled = "SCHEDULED"
        case finished = "FINISHED"
        case failed = "FAILED"
        case killed = "KILLED"

        /// Reads a word, or the number that file stores have in its place; what is neither counts as killed.
        fileprivate init(word text: String) {
            let word = Status(rawValue: text)
            let number = Int(text).flatMap { number in
                (1...Status.allCases.count).contains(number) ? Status.allCases[number - 1] : nil
            }
            self = word ?? number ?? .killed
        }
    }

    /// The tag that names the run inside of which one was begun (`MLFLOW_PARENT_RUN_ID` of
    /// mlflow/utils/mlflow_tags.py).
    package static let parentTag = "mlflow.parentRunId"

    /// The id, mostly 32 hexadecimal digits.
    package let id: String
    /// The experiment's id.
    package let experiment: String
    /// What people call it.
    package var name: String?
    /// Who began it.
    package var user: String?
    /// How far it has come.
    package let status: Status
    /// When it began and ended, in ms since 1970; `nil` for the end of one that did not.
    package let started: Int64, ended: Int64?
    /// Whether it was deleted, and only not yet swept away.
    package let isDeleted: Bool
    /// Where its artifacts are, which may be a path of another machine.
    package let artifacts: String?
    /// The hyperparameters; MLflow knows them as texts.
    package var parameters: [String: String] = [:]
    /// The tags, MLflow's own ones among them.
    package var tags: [String: String] = [:]
    /// The data sets that it read.
    package var datasets: [MLflowDataset] = []
    /// The ids of the models that it logged, as MLflow 3 keeps them apart from its artifacts.
    package var loggedModels: [String] = []
    /// The last values of its metrics, where the source tells them without their histories.
    package var lastValues: [String: Double] = [:]

    /// Reads the fields of a run's `meta.yaml`, or of `info` in exports and answers.
    ///
    /// Throws `FormatError` for one without an id.
    package init(info fields: MLflowFields) throws(FormatError) {
        guard let id = fields.text("run_id") ?? fields.text("run_uuid") else {
            throw FormatError("run", .malformed("it has no id"))
        }
        self.id = id
        experiment = fields.text("experiment_id") ?? ""
        name = fields.text("run_name")
        user = fields.text("user_id")
        status = Status(word: fields.text("status") ?? "")
        started = fields.integer("start_time") ?? 0
        ended = fields.integer("end_time")
        isDeleted = fields.text("lifecycle_stage") == "deleted"
        artifacts = fields.text("artifact_uri")
    }

    /// Reads a run of a server's answer: `info`, `data` and `inputs`.
    package init(answer fields: MLflowFields) throws(FormatError) {
        try self.init(info: fields.fields("info") ?? MLflowFields([:]))
        let data = fields.fields("data") ?? MLflowFields([:])
        parameters = data.texts("params")
        take(tags: data.texts("tags"))
        datasets = MLflowRunFacts.datasets(of: fields)
        let outputs = fields.fields("outputs")?.list("model_outputs") ?? []
        loggedModels = outputs.compactMap { $0.text("model_id") }
        for metric in data.list("metrics") {
            if let name = metric.text("key"), let value = metric.real("value") { lastValues[name] = value }
        }
    }

    /// The id of the run inside of which this one was begun.
    package var parent: String? {
        tags[MLflowRunFacts.parentTag].flatMap { $0.isEmpty || $0 == id ? nil : $0 }
    }

    /// Takes tags, of which some say better what other fields say, too.
    package mutating func take(tags: [String: String]) {
        self.tags = tags
        func tag(_ name: String) -> String? { tags["mlflow." + name].flatMap { $0.isEmpty ? nil : $0 } }
        name = tag("runName") ?? name
        user = tag("user") ?? user
    }

    static func datasets(of fields: MLflowFields) -> [MLflowDataset] {
        (fields.fields("inputs")?.list("dataset_inputs") ?? []).compactMap { $0.fields("dataset") }
            .compactMap { MLflowDataset($0) }
    }
}
