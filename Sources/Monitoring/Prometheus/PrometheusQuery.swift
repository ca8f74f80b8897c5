import ModelCore
package import Transport

/// Asks a Prometheus server what a gateway counted, by its HTTP interface.
package struct PrometheusQuery: Sendable {
    /// The most time series of one answer that are read.
    package static let seriesLimit = 100_000
    private static let answerLimit = 32 << 20
    /// A sample that is no later than so many times the pause between two is the first that there could be.
    private static let patience = 1.1

    private let url: String
    private let selector: String
    private let transport: HTTPTransport

    /// Creates a client of the server at an address; `labels` choose whose metrics are meant, and nothing is contacted
    /// yet.
    ///
    /// Throws `PrometheusError.address` for what is no `http:` or `https:` URL.
    package init(
        _ url: String,
        labels: [(name: String, value: String)],
        transport: HTTPTransport
    ) throws(PrometheusError) {
        guard HTTPAddress(url) != nil, !url.contains("?"), !url.contains("#") else { throw .address(url) }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        selector = labels.map { "\($0.name)=\"\(PrometheusWriter.escaped($0.value))\"" }.joined(separator: ",")
        self.transport = transport
    }

    /// Asks for what went on in the last seconds; values of features only where there is a profile.
    package func statistics(
        over seconds: Int,
        profile: ReferenceProfile?
    ) async throws(PrometheusError) -> WindowStatistics {
        func increase(_ name: String) -> String { "increase(\(name){\(selector)}[\(seconds)s])" }
        var statistics = WindowStatistics(seconds: seconds)
        guard let counts = try await counts(increase) else {
            // That there is no series says nothing of requests: nobody may scrape the gateway.
            statistics.covered = 0
            return statistics
        }
        statistics.requests = PrometheusQuery.count(counts.requests.value)
        statistics.errors = PrometheusQuery.count(counts.errors.value)
        statistics.covered = try await known(of: seconds, before: counts.requests.time)
        let buckets = try await vector("sum by (le) (\(increase("gitmodel_request_duration_seconds_bucket")))")
        statistics.take(buckets: buckets)
        let sums = try await vector("sum(\(increase("gitmodel_request_duration_seconds_sum")))")
        statistics.latencySum = sums.first.map { $0.value.isFinite ? max(0, $0.value) : 0 } ?? 0
        guard let profile else { return statistics }
        let rows = try await vector("sum(\(increase("gitmodel_observed_rows_total")))")
        statistics.observed = rows.first.map { PrometheusQuery.count($0.value) } ?? 0
        let values = try await vector("sum by (feature, bin) (\(increase("gitmodel_feature_values_total")))")
        for (name, feature) in profile.features {
            statistics.features[name] = feature.counts(values.filter { $0.labels["feature"] == name }, "bin")
        }
        if let predictions = profile.predictions {
            let classes = try await vector("sum by (class) (\(increase("gitmodel_predictions_total")))")
            statistics.predictions = predictions.counts(classes, "class")
        }
        return statistics
    }

    /// Asks for requests and errors, by series that are there before the first request: of one that begins with it, the
    /// first would not count.
    private func counts(
        _ increase: (String) -> String
    ) async throws(PrometheusError) -> (requests: PrometheusSample, errors: PrometheusSample)? {
        func sum(_ name: String, as word: String) -> String {
            "label_replace(sum(\(increase(name))), \"of\", \"\(word)\", \"\", \"\")"
        }
        // In one question, so that no scrape comes in between.
        let all = sum("gitmodel_request_duration_seconds_count", as: "requests")
        let samples = try await vector("\(all) or \(sum("gitmodel_request_errors_total", as: "errors"))")
        guard let requests = samples.first(where: { $0.labels["of"] == "requests" }),
            let errors = samples.first(where: { $0.labels["of"] == "errors" })
        else { return nil }
        return (requests, errors)
    }

    /// Returns of how many of the last seconds before a time of the server's clock it knows, as `increase` takes it: of
    /// all where the first sample is so early that there was no scrape to miss, else of those from that sample on.
    private func known(of seconds: Int, before time: Double) async throws(PrometheusError) -> Int {
        let name = "gitmodel_request_duration_seconds_count"
        let series = try await results(of: "\(name){\(selector)}[\(seconds)s]", "matrix", at: time)
        let spans = series.map { item in
            let times = (item.object?["values"]?.array ?? []).compactMap { $0.array?.first?.double }
            guard times.count > 1 else { return 0.0 }
            let (first, pause) = (time - times[0], (times[times.count - 1] - times[0]) / Double(times.count - 1))
            return first + pause * PrometheusQuery.patience >= Double(seconds) ? Double(seconds) : first
        }
        return PrometheusQuery.count(spans.max() ?? 0)
    }

    /// Asks for the value of an expression now: one sample for each series.
    package func vector(_ expression: String) async throws(PrometheusError) -> [PrometheusSample] {
        try await results(of: expression, "vector").compactMap(PrometheusSample.init)
    }

    /// Asks for the value of an expression of a type, now or at a time of the server's clock.
    private func results(
        of expression: String,
        _ type: String,
        at time: Double? = nil
    ) async throws(PrometheusError) -> [JSONValue] {
        let response = try await answer(to: expression, at: time)
        guard let document = try? JSONValue(parsing: response.bytes).object else {
            throw .answer(response.status, "it is no JSON object")
        }
        guard response.isSuccess, document["status"]?.string == "success", let data = document["data"]?.object else {
            throw .answer(response.status, document["error"]?.string ?? "it says nothing more")
        }
        guard data["resultType"]?.string == type, let results = data["result"]?.array,
            results.count <= PrometheusQuery.seriesLimit
        else { throw .answer(response.status, "it has no \(type), or too many series") }
        return results
    }

    private func answer(to expression: String, at time: Double?) async throws(PrometheusError) -> HTTPResponse {
        let question = "query=\(PercentEncoding.encoded(expression))" + (time.map { "&time=\($0)" } ?? "")
        var request = HTTPRequest(.post, "\(url)/api/v1/query", body: .bytes(Array(question.utf8)))
        request.fields["Content-Type"] = "application/x-www-form-urlencoded"
        do throws(TransportError) {
            return try await transport.send(request, answerLimit: PrometheusQuery.answerLimit)
        } catch { throw .transport(error) }
    }

    /// Prometheus guesses what a window's ends cut off, so that increases have fractions.
    static func count(_ value: Double) -> Int { value.isFinite ? Int(min(max(0, value), 1e15).rounded()) : 0 }
}

extension WindowStatistics {
    /// Takes over the buckets of a histogram, which are summed up in their order.
    fileprivate mutating func take(buckets: [PrometheusSample]) {
        let sorted = buckets.compactMap { sample in
            sample.labels["le"].flatMap { $0 == "+Inf" ? .infinity : Double($0) }.map { ($0, sample.value) }
        }.sorted { $0.0 < $1.0 }
        guard let last = sorted.last, last.0 == .infinity, sorted.count > 1, sorted.count <= 1000 else { return }
        latencyBounds = sorted.dropLast().map(\.0)
        latencyCounts = []
        var below = 0.0
        for (_, value) in sorted {
            latencyCounts.append(PrometheusQuery.count(value - below))
            below = max(below, value)
        }
    }
}

extension FeatureProfile {
    /// Returns the counts of samples that name a bin each, in the profile's order, and behind these that of missing
    /// values.
    fileprivate func counts(_ samples: [PrometheusSample], _ label: String) -> [Int] {
        let names = binNames + [FeatureProfile.missingName]
        var counts = Array(repeating: 0, count: names.count)
        let positions = Dictionary(names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { $1 })
        for sample in samples {
            guard let position = sample.labels[label].flatMap({ positions[$0] }) else { continue }
            counts[position] += PrometheusQuery.count(sample.value)
        }
        return counts
    }
}
