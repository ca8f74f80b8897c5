import ModelCore
import Monitoring

extension FuzzTarget {
    /// What strangers send to a model, and what rules and profiles a repository brings.
    static let monitoring: [FuzzTarget] = [
        FuzzTarget(name: "payload", seeds: payloads) { bytes in
            let reader = PayloadReader(PayloadPaths(), columns: ["a", "b"])
            let table = reader.features(in: bytes)
            try require(table.rows <= PayloadTable.rowLimit, "it has too many rows")
            try require(table.columns.count <= ReferenceProfile.featureLimit, "it has too many columns")
            try require(reader.predictions(in: bytes).count <= PayloadTable.rowLimit, "it has too many predictions")
            let window = TrafficWindow(profile: profile, paths: PayloadPaths())
            window.observe(request: bytes, answer: bytes, at: 0)
            var writer = PrometheusWriter()
            window.write(model: String(decoding: bytes, as: UTF8.self), version: "v1", at: 0, to: &writer)
            let text = writer.text
            try require(text.utf8.count < 1 << 20 + bytes.count * 200, "it grows")
        },
        FuzzTarget(name: "reference profile", seeds: [profile.encoded] + profiles) { bytes in
            guard let profile = try? ReferenceProfile(parsing: bytes) else { return }
            try require((try? ReferenceProfile(parsing: profile.encoded)) == profile, "it is read differently")
            for feature in profile.features.values {
                let bins = FeatureBins(feature)
                let counts = Array(repeating: 1, count: bins.count + 1)
                guard let comparison = FeatureComparison(feature, bins, counts) else {
                    throw FuzzTarget.Failure("its bins do not fit")
                }
                for method in DriftMethod.allCases {
                    let score = comparison.score(method) ?? 0
                    try require(score.isFinite, "\(method.rawValue) is no number")
                }
            }
        },
        FuzzTarget(name: "monitor rule", seeds: rules.map { Array($0.utf8) }) { bytes in
            guard let rule = try? MonitorRule(String(decoding: bytes, as: UTF8.self)) else { return }
            let finding = rule.evaluate(WindowStatistics(seconds: rule.window), profile)
            try require(rule.minimum == 0 || finding.verdict == .inconclusive, "nothing is enough")
            _ = try? AlertRules.document([rule], target: "t", model: "m").encoded
        },
    ]

    private static let profile = ReferenceProfile(
        rows: 100,
        columns: ["a", "b"],
        features: [
            "a": FeatureProfile(
                numeric: (0...100).map(Double.init),
                edges: [10, 50, 90],
                counts: [10, 40, 40, 10],
                missing: 0
            ),
            "b": FeatureProfile(categories: ["x", "\""], counts: [50, 40, 10], missing: 3),
        ],
        predictions: FeatureProfile(categories: ["0", "1"], counts: [60, 40, 0], missing: 0)
    )

    private static let payloads: [[UInt8]] = [
        #"{"dataframe_split": {"columns": ["a", "b"], "data": [[1, "x"], [1e999, null]]}}"#,
        #"{"inputs": [{"name": "a", "shape": [2, 9223372036854775807], "data": [[1], [2]]}]}"#,
        #"{"instances": [[1, {"c": []}], 7, {"b": NaN}]}"#, #"{"predictions": [[0.1, 0.9], [], {}], "outputs": 1}"#,
        #"{"outputs": [{"name": "y", "shape": [0], "data": []}], "inputs": {"a": [[1]], "": []}}"#, "a,b\n1,\"x\n",
    ].map { Array($0.utf8) }

    private static let profiles: [[UInt8]] = [
        #"{"schema": 1, "rows": 1, "columns": [], "features": {}}"#,
        #"{"schema": 1, "rows": 1, "columns": ["a"], "features": {"a": {"kind": "categorical", "missing": 1125899906842624, "counts": [0], "categories": []}}}"#,
    ].map { Array($0.utf8) }

    private static let rules = [
        "error_rate <= 0.01 over 5m min 200", "psi(*) < 0.2 min 0", "ks(a (b)) > -1e308 over 1h", "p50 >= 0x1p3 min 1",
        "missing({{) < 0", "requests > 9223372036854775807", "p99 <= 120",
    ]
}
