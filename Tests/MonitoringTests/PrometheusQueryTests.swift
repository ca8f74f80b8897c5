import Monitoring
import SystemIO
import SystemPackage
import TestSupport
import Testing
import Transport

/// What a real Prometheus server says of what a gateway writes.
@Suite struct PrometheusQueryTests {
    private let scratch: ScratchRepository
    private let window = TrafficWindow(profile: nil, paths: PayloadPaths())
    private let servers: [LoopbackServer]
    private let query: PrometheusQuery

    init() async throws {
        let scratch = try await ScratchRepository(initialized: false)
        let directory = scratch.path.string
        let files = try await LoopbackServer(log: scratch.home.appending("files.log")) {
            ["python3", "-m", "http.server", "\($0)", "--bind", "127.0.0.1", "--directory", directory]
        }
        let settings = """
            global: {scrape_interval: 1s}
            scrape_configs:
            - job_name: gateway
              metrics_path: /metrics.txt
              static_configs: [{targets: ["127.0.0.1:\(files.port)"]}]

            """
        try scratch.write(settings, to: "prometheus.yml")
        let prometheus = try await LoopbackServer(log: scratch.home.appending("prometheus.log")) {
            [
                "prometheus", "--config.file=\(directory)/prometheus.yml", "--storage.tsdb.path=\(directory)/data",
                "--web.listen-address=127.0.0.1:\($0)",
            ]
        }
        let pool = WorkerPool(threadCount: 2)
        query = try PrometheusQuery(
            prometheus.origin,
            labels: [("model", "m"), ("version", "v1")],
            transport: HTTPTransport(TransportSettings(), pool: pool, cancellation: Cancellation())
        )
        self.scratch = scratch
        servers = [files, prometheus]
    }

    /// Has so many requests more been answered before the next scrape.
    private func answer(_ count: Int, status: Int) async throws {
        for _ in 0..<count { window.note(status: status, seconds: 0.02, at: 0) }
        var writer = PrometheusWriter()
        window.write(model: "m", version: "v1", at: 0, to: &writer)
        try scratch.write(writer.text, to: "next")
        // No scrape sees half of it.
        try await scratch.run("mv next metrics.txt").expectSuccess()
    }

    private func statistics(
        over seconds: Int,
        when isThere: (WindowStatistics) -> Bool
    ) async throws -> WindowStatistics {
        for _ in 0..<240 {
            // It listens before it answers.
            let statistics = try? await query.statistics(over: seconds, profile: nil)
            if let statistics, isThere(statistics) { return statistics }
            try await Task.sleep(for: .milliseconds(250))
        }
        return try await query.statistics(over: seconds, profile: nil)
    }

    @Test func `The first requests and errors count, and what was before the first scrape is not known`() async throws {
        #expect(try await statistics(over: 3600) { _ in true }.covered == 0)
        try await answer(0, status: 200)
        _ = try await statistics(over: 3600) { $0.covered > 0 }
        try await answer(1000, status: 200)
        #expect(try await statistics(over: 3600) { $0.requests > 0 }.requests >= 1000)
        try await answer(300, status: 503)
        let hour = try await statistics(over: 3600) { $0.errors > 0 }
        #expect(hour.errors >= 300 && hour.requests >= 1300)
        #expect(hour.covered > 0 && hour.covered < 1800)
        #expect(hour.latencyCounts.reduce(0, +) >= 1300)
        let many = "requests >= 1000000 over"
        #expect(try MonitorRule("\(many) 1h").evaluate(hour, nil).verdict == .inconclusive)
        let seconds = try await statistics(over: 10) { $0.covered == 10 }
        #expect(try MonitorRule("\(many) 10s").evaluate(seconds, nil).verdict == .breached)
        withExtendedLifetime(servers) {}
    }
}
