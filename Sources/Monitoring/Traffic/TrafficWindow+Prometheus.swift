import Synchronization

extension TrafficWindow {
    private typealias Family = PrometheusWriter.Family

    private static let duration = Family(
        "gitmodel_request_duration_seconds",
        .histogram,
        "Seconds until a request was answered in full."
    )
    private static let errors = Family(
        "gitmodel_request_errors_total",
        .counter,
        "Requests that were answered with a status of 500 or more."
    )
    private static let rows = Family(
        "gitmodel_observed_rows_total",
        .counter,
        "Rows of payloads that were looked at."
    )
    private static let values = Family(
        "gitmodel_feature_values_total",
        .counter,
        "Values of features by the bins of the reference profile."
    )
    private static let classes = Family(
        "gitmodel_predictions_total",
        .counter,
        "Predictions by the bins of the reference profile."
    )
    private static let score = Family(
        "gitmodel_drift_score",
        .gauge,
        "How far live values are from the reference profile, over ten minutes."
    )
    private static let scoreSeconds = 600

    /// Adds the metrics of a window at a time, with the labels `model` and `version`, which have to tell windows apart.
    ///
    /// These are `gitmodel_request_duration_seconds`, a histogram, and `gitmodel_request_errors_total`, which are there
    /// before the first request; where there is a profile, `gitmodel_observed_rows_total`,
    /// `gitmodel_feature_values_total{feature,bin}`,
    /// `gitmodel_predictions_total{class}`, and, where there were 200 rows in the ten minutes before the time,
    /// `gitmodel_drift_score{feature,method}`: a score that nobody can tell any more is not there, so that Prometheus
    /// takes the series for stale. What counts requests by status and endpoint is whoever serves.
    package func write(model: String, version: String, at time: Int64, to text: inout PrometheusWriter) {
        let labels = [("model", model), ("version", version)]
        writeDuration(labels, to: &text)
        guard wantsPayloads else { return }
        let (observed, counts) = state.withLock { ($0.total.observed, $0.totalCounts) }
        text.add(TrafficWindow.rows, labels, observed)
        for (feature, column) in columns.sorted(by: { $0.key < $1.key }) {
            write(column, counts, TrafficWindow.values, labels + [("feature", feature)], "bin", to: &text)
        }
        if let predictions { write(predictions, counts, TrafficWindow.classes, labels, "class", to: &text) }
        writeScores(labels, at: time, to: &text)
    }

    private func writeDuration(_ labels: [(String, String)], to text: inout PrometheusWriter) {
        let (counts, total) = state.withLock { ($0.totalLatencies, $0.total) }
        var count = 0
        for (position, number) in counts.enumerated() {
            count += number
            let bound =
                position < WindowStatistics.bounds.count
                ? FeatureValue.text(of: WindowStatistics.bounds[position]) : "+Inf"
            text.add(TrafficWindow.duration, labels + [("le", bound)], count, suffix: "_bucket")
        }
        text.add(TrafficWindow.duration, labels, total.seconds, suffix: "_sum")
        text.add(TrafficWindow.duration, labels, count, suffix: "_count")
        text.add(TrafficWindow.errors, labels, total.errors)
    }

    private func write(
        _ column: Column,
        _ counts: [Int],
        _ family: PrometheusWriter.Family,
        _ labels: [(String, String)],
        _ label: String,
        to text: inout PrometheusWriter
    ) {
        let own = Array(counts[column.start...(column.start + column.bins.count)])
        guard let grouped = column.bins.grouped(own) else { return }
        let names = column.profile.binNames + [FeatureProfile.missingName]
        for (bin, count) in zip(names, grouped.counts + [grouped.missing]) {
            text.add(family, labels + [(label, bin)], count)
        }
    }

    private func writeScores(_ labels: [(String, String)], at time: Int64, to text: inout PrometheusWriter) {
        let statistics = self.statistics(over: TrafficWindow.scoreSeconds, at: time)
        guard statistics.observed >= TrafficWindow.scoreMinimum else { return }
        var scored = columns.sorted { $0.key < $1.key }.map { ($0.key, $0.value, statistics.features[$0.key] ?? []) }
        if let predictions { scored.append((ReferenceProfile.predictionName, predictions, statistics.predictions)) }
        for (feature, column, counts) in scored {
            let comparison = FeatureComparison(column.profile, column.bins, counts)
            for method in DriftMethod.allCases {
                guard let score = comparison?.score(method) else { continue }
                let more = [("feature", feature), ("method", method.rawValue)]
                text.add(TrafficWindow.score, labels + more, score)
            }
        }
    }
}
