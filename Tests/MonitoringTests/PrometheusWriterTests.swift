import Monitoring
import Testing

/// The text that Prometheus reads.
@Suite struct PrometheusWriterTests {
    @Test func `Metrics have help and type once, and labels that are escaped`() {
        var text = PrometheusWriter()
        let total = PrometheusWriter.Family("gitmodel_x_total", .counter, "What it is.")
        let seconds = PrometheusWriter.Family("gitmodel_y_seconds", .histogram, "How long it is.")
        text.add(total, [("version", "v\"1\\\n")], 1)
        text.add(seconds, [("le", "+Inf")], 3, suffix: "_bucket")
        text.add(total, [], 2.5)
        text.add(seconds, [], 4.0, suffix: "_sum")
        #expect(
            text.text == """
                # HELP gitmodel_x_total What it is.
                # TYPE gitmodel_x_total counter
                gitmodel_x_total{version="v\\"1\\\\\\n"} 1
                gitmodel_x_total 2.5
                # HELP gitmodel_y_seconds How long it is.
                # TYPE gitmodel_y_seconds histogram
                gitmodel_y_seconds_bucket{le="+Inf"} 3
                gitmodel_y_seconds_sum 4

                """
        )
    }

    @Test(arguments: [(Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e300, "1e+300")])
    func `What is no number has a name`(value: Double, text: String) {
        var writer = PrometheusWriter()
        writer.add(PrometheusWriter.Family("gitmodel_x", .gauge, "What it is."), [], value)
        #expect(writer.text.hasSuffix("\ngitmodel_x \(text)\n"))
    }
}
