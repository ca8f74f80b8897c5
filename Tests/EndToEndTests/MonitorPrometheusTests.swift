import SystemPackage
import TestSupport
import Testing

/// Watching by what a real Prometheus server scraped.
@Suite struct MonitorPrometheusTests {
    /// Says what a gateway says, with a hundred more requests at every scrape, of which a tenth fails.
    private static let exporter = #"""
        import http.server, sys
        count = 0
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                global count
                count += 100
                labels = 'model="churn",version="v1.1.0"'
                lines = ["# TYPE gitmodel_requests_total counter"]
                lines += [f'gitmodel_requests_total{{{labels},code="200"}} {count * 9 // 10}']
                lines += [f'gitmodel_requests_total{{{labels},code="500"}} {count // 10}']
                lines += ["# TYPE gitmodel_request_errors_total counter", f"gitmodel_request_errors_total{{{labels}}} {count // 10}"]
                lines += ["# TYPE gitmodel_request_duration_seconds histogram"]
                for bound in ("0.1", "0.25", "+Inf"):
                    lines += [f'gitmodel_request_duration_seconds_bucket{{{labels},le="{bound}"}} {count if bound != "0.1" else 0}']
                lines += [f"gitmodel_request_duration_seconds_sum{{{labels}}} {count / 5}"]
                lines += [f"gitmodel_request_duration_seconds_count{{{labels}}} {count}"]
                lines += ["# TYPE gitmodel_observed_rows_total counter", f"gitmodel_observed_rows_total{{{labels}}} {count}"]
                lines += ["# TYPE gitmodel_feature_values_total counter"]
                for bin in ("a", "b", "(other)", "(missing)"):
                    lines += [f'gitmodel_feature_values_total{{{labels},feature="city",bin="{bin}"}} {count if bin == "b" else 0}']
                body = ("\n".join(lines) + "\n").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *words): pass
        http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
        """#

    @Test func `A Prometheus server decides, and without one nothing is known`() async throws {
        let scratch = try await ScratchRepository(named: "churn")
        try scratch.write(Self.exporter, to: "../exporter.py")
        let program = scratch.home.appending("exporter.py").string
        let exporter = try await LoopbackServer(log: scratch.home.appending("exporter.log")) {
            ["python3", program, "\($0)"]
        }
        let settings = """
            global: {scrape_interval: 1s}
            scrape_configs:
            - job_name: gateway
              static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]

            """
        try scratch.write(settings, to: "../prometheus.yml")
        let home = scratch.home.string
        let prometheus = try await LoopbackServer(log: scratch.home.appending("prometheus.log")) {
            [
                "prometheus", "--config.file=\(home)/prometheus.yml", "--storage.tsdb.path=\(home)/data",
                "--web.listen-address=127.0.0.1:\($0)",
            ]
        }
        let result = try await scratch.run(
            MonitorSample.setUp + """
                git config git-model.monitor.edge.source 'prometheus \(prometheus.origin) job=gateway'
                git config git-model.monitor.edge.rule 'error_rate <= 0.5 over 10s min 50'
                for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do git model monitor >/dev/null 2>&1 && break || sleep 1; done
                git model monitor
                git config --add git-model.monitor.edge.rule 'p99 < 0.2 over 10s min 50'
                git config --add git-model.monitor.edge.rule 'psi(city) < 0.2 over 10s min 50'
                git model monitor || echo breached $?
                git config git-model.monitor.edge.source 'prometheus \(prometheus.origin) job=other' && git model monitor || echo other $?
                git config git-model.monitor.edge.source 'prometheus http://127.0.0.1:1' && git model monitor || echo away $?
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["edge: ok (churn v1.1.0)", "  breached", "breached 1\n", "other 3\n", "away 3\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
        #expect(result.output.split(separator: "\n").contains { $0.contains("breached") && $0.contains("p99") })
        #expect(result.output.split(separator: "\n").contains { $0.contains("breached") && $0.contains("psi(city)") })
        withExtendedLifetime((exporter, prometheus)) {}
    }
}
