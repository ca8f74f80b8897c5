import Synchronization

extension TrafficWindow {
    /// Returns the metrics of one window in Prometheus' text format: those of `prometheusText`.
    package func prometheusLines(model: String, version: String) -> String {
        TrafficWindow.prometheusText([(window: self, model: model, version: version)])
    }

    /// Returns the metrics of some windows in Prometheus' text format (0.0.4), each metric once with its `HELP` and `TYPE`, with the
    /// labels `model` and `version`, which have to tell the windows apart.
    ///
    /// These are `gitmodel_request_duration_seconds`, a histogram; where there is a profile, `gitmodel_observed_rows_total`,
    /// `gitmodel_feature_values_total{feature,bin}`, `gitmodel_predictions_total{class}`, and, from 200 rows in the last ten minutes
    /// on, `gitmodel_drift_score{feature,method}`. What counts requests by status and endpoint is whoever serves.
    package static func prometheusText(_ windows: [(window: TrafficWindow, model: String, version: String)]) -> String {
        var text = PrometheusWriter()
        for family in Family.allCases {
            for entry in windows {
                let labels = [("model", entry.model), ("version", entry.version)]
                entry.window.write(family, labels, to: &text)
            }
        }
        return text.text
    }

    private enum Family: CaseIterable { case duration, rows, values, predictions, score }

    private func write(_ family: Family, _ labels: [(String, String)], to text: inout PrometheusWriter) {
        switch family {
        case .duration: writeDuration(labels, to: &text)
        case .rows:
            guard wantsPayloads else { return }
            text.family("gitmodel_observed_rows_total", .counter, "Rows of payloads that were looked at.")
            text.sample("gitmodel_observed_rows_total", labels, state.withLock { $0.total.observed })
        case .values:
            guard !columns.isEmpty else { return }
            let name = "gitmodel_feature_values_total"
            text.family(name, .counter, "Values of features by the bins of the reference profile.")
            let counts = state.withLock { $0.totalCounts }
            for (feature, column) in columns.sorted(by: { $0.key < $1.key }) {
                write(column, counts, name, labels + [("feature", feature)], "bin", to: &text)
            }
        case .predictions:
            guard let predictions else { return }
            let name = "gitmodel_predictions_total"
            text.family(name, .counter, "Predictions by the bins of the reference profile.")
            write(predictions, state.withLock { $0.totalCounts }, name, labels, "class", to: &text)
        case .score: writeScores(labels, to: &text)
        }
    }

    private func writeDuration(_ labels: [(String, String)], to text: inout PrometheusWriter) {
        let name = "gitmodel_request_duration_seconds"
        text.family(name, .histogram, "Seconds until a request was answered in full.")
        let (counts, sum) = state.withLock { ($0.totalLatencies, $0.total.seconds) }
        var count = 0
        for (position, number) in counts.enumerated() {
            count += number
            let bound =
                position < WindowStatistics.bounds.count
                ? FeatureValue.text(of: WindowStatistics.bounds[position]) : "+Inf"
            text.sample("\(name)_bucket", labels + [("le", bound)], count)
        }
        text.sample("\(name)_sum", labels, sum)
        text.sample("\(name)_count", labels, count)
    }

    private func write(
        _ column: Column,
        _ counts: [Int],
        _ name: String,
        _ labels: [(String, String)],
        _ label: String,
        to text: inout PrometheusWriter
    ) {
        let own = Array(counts[column.start...(column.start + column.bins.count)])
        guard let grouped = column.bins.grouped(own) else { return }
        let names = column.profile.binNames + [FeatureProfile.missingName]
        for (bin, count) in zip(names, grouped.counts + [grouped.missing]) {
            text.sample(name, labels + [(label, bin)], count)
        }
    }

    private func writeScores(_ labels: [(String, String)], to text: inout PrometheusWriter) {
        let latest = state.withLock { $0.latest }
        guard wantsPayloads, latest != .min else { return }
        let statistics = self.statistics(over: 600, at: latest)
        guard statistics.observed >= TrafficWindow.scoreMinimum else { return }
        let name = "gitmodel_drift_score"
        text.family(name, .gauge, "How far live values are from the reference profile, over ten minutes.")
        var scored = columns.sorted { $0.key < $1.key }.map { ($0.key, $0.value, statistics.features[$0.key] ?? []) }
        if let predictions { scored.append((ReferenceProfile.predictionName, predictions, statistics.predictions)) }
        for (feature, column, counts) in scored {
            let comparison = FeatureComparison(column.profile, column.bins, counts)
            for method in DriftMethod.allCases {
                guard let score = comparison?.score(method) else { continue }
                text.sample(name, labels + [("feature", feature), ("method", method.rawValue)], score)
            }
        }
    }
}
