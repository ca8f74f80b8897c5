import ModelCore
import Runs

/// A run on an MLflow server, in the calls that make one and find it again.
struct MLflowRun {
    /// What one call takes of each kind (mlflow/utils/validation.py).
    private static let metricsAtOnce = 1000
    private static let othersAtOnce = 100
    private static let parameterLimit = 6000
    private static let tagLimit = 8000
    private static let digestLimit = 36
    /// The tag that says what a complete run lacks.
    private static let leftOutKey = "git-model.left-out"

    /// The id, which MLflow made.
    let id: String
    /// Where the server keeps the run's artifacts.
    let artifacts: String
    /// Whether everything was told to the server already.
    let isComplete: Bool
    /// What a complete run lacks all the same, in a sentence.
    let leftOut: String?
    private let server: MLflowServer

    /// Finds the run that has a tag, or makes one.
    init(
        tagged tag: (key: String, value: String),
        named name: String,
        in experiment: String,
        from start: Timestamp,
        on server: MLflowServer
    ) async throws {
        let value = tag.value.replacing("'", with: "\\'")
        let found = try await server.send(
            "runs/search",
            [
                "experiment_ids": .array([.string(experiment)]), "filter": .string("tags.`\(tag.key)` = '\(value)'"),
                "max_results": JSONValue(1),
            ],
            isRepeatable: true
        )
        var run = found["runs"]?.array?.first?.object
        if run == nil {
            let made = try await server.send(
                "runs/create",
                [
                    "experiment_id": .string(experiment), "run_name": .string(name),
                    "start_time": JSONValue(start.milliseconds), "tags": .array([MLflowRun.pair(tag.key, tag.value)]),
                ]
            )
            run = made["run"]?.object
        }
        guard let info = run?["info"]?.object, let id = info["run_id"]?.string,
            let artifacts = info["artifact_uri"]?.string
        else { throw MLflowError(url: server.url, status: nil, code: "", message: "it made no run") }
        self.id = id
        self.artifacts = artifacts
        isComplete = info["status"]?.string == "FINISHED"
        let tags = run?["data"]?.object?["tags"]?.array?.compactMap(\.object)
        leftOut = tags?.first { $0["key"]?.string == MLflowRun.leftOutKey }?["value"]?.string
        self.server = server
    }

    /// Tells the server metrics, parameters and tags; what it has already changes nothing.
    ///
    /// Returns what metrics and parameters are called there whose names it does not take or tell apart, as warnings.
    func log(
        _ points: MetricLog,
        at time: Timestamp,
        parameters: [String: String],
        tags: [String: String]
    ) async throws -> [String] {
        let metricKeys = MLflowKeys(Array(points.series.keys))
        let parameterKeys = MLflowKeys(Array(parameters.keys))
        let metrics = points.series.sorted { $0.key < $1.key }.flatMap { name, points in
            points.map { point in
                JSONValue.object([
                    "key": .string(metricKeys[name]), "value": JSONValue(real: point.value),
                    "step": JSONValue(point.step),
                    "timestamp": JSONValue((point.time ?? time).milliseconds),
                ])
            }
        }
        let parameters = parameters.sorted { $0.key < $1.key }.map { name, value in
            MLflowRun.pair(parameterKeys[name], String(value.prefix(MLflowRun.parameterLimit)))
        }
        let tags = tags.sorted { $0.key < $1.key }.map { name, value in
            MLflowRun.pair(name, String(value.prefix(MLflowRun.tagLimit)))
        }
        for (kind, items, count) in [
            ("metrics", metrics, MLflowRun.metricsAtOnce), ("params", parameters, MLflowRun.othersAtOnce),
            ("tags", tags, MLflowRun.othersAtOnce),
        ] {
            for start in stride(from: 0, to: items.count, by: count) {
                let group = Array(items[start..<min(start + count, items.count)])
                try await server.send(
                    "runs/log-batch",
                    ["run_id": .string(id), kind: .array(group)],
                    isRepeatable: true
                )
            }
        }
        return [("metric", metricKeys), ("parameter", parameterKeys)].flatMap { kind, keys in
            (keys.renamed + [keys.replacement].compactMap(\.self)).map { "\(kind) \($0)" }
        }
    }

    /// Tells the server what the run read; a server that knows nothing of that is left alone.
    func log(_ data: [RunData]) async throws {
        guard !data.isEmpty else { return }
        let inputs = data.map { item in
            let digest = (item.digest ?? "").split(separator: ":").last ?? ""
            let source = JSONValue.object(["uri": .string(item.source)]).line.dropLast()
            return JSONValue.object([
                "dataset": .object([
                    "name": .string(item.source), "digest": .string(String(digest.prefix(MLflowRun.digestLimit))),
                    "source_type": .string("local"), "source": .string(String(decoding: source, as: UTF8.self)),
                ]),
                "tags": .array([MLflowRun.pair("mlflow.data.context", "training")]),
            ])
        }
        do {
            try await server.send("runs/log-inputs", ["run_id": .string(id), "datasets": .array(inputs)])
        } catch let error as MLflowError where error.isAbsent { return }
    }

    /// Says that everything was told, or, in a sentence, what could not be.
    func close(at time: Timestamp, lacking leftOut: String?) async throws {
        if let leftOut {
            let value = String(leftOut.prefix(MLflowRun.tagLimit))
            try await server.send(
                "runs/set-tag",
                ["run_id": .string(id), "key": .string(MLflowRun.leftOutKey), "value": .string(value)],
                isRepeatable: true
            )
        }
        try await server.send(
            "runs/update",
            ["run_id": .string(id), "status": .string("FINISHED"), "end_time": JSONValue(time.milliseconds)],
            isRepeatable: true
        )
    }

    /// The path below the server's artifact root; `nil` where it keeps artifacts somewhere that it does not take them
    /// for.
    var artifactPath: String? { MLflowRun.artifactPath(of: artifacts) }

    /// Returns the path below the server's artifact root that an address names; `nil` for one of another place.
    static func artifactPath(of address: String) -> String? {
        let scheme = "mlflow-artifacts:"
        guard address.hasPrefix(scheme) else { return nil }
        // The host, where one is named, is the server's.
        let rest = address.dropFirst(scheme.count)
        guard rest.hasPrefix("//") else { return String(rest.drop { $0 == "/" }) }
        return rest.dropFirst(2).firstIndex(of: "/").map { String(rest[rest.index(after: $0)...]) }
    }

    static func pair(_ key: String, _ value: String) -> JSONValue {
        .object(["key": .string(MLflowKeys.key(for: key)), "value": .string(value)])
    }
}
