import Testing

@testable import FoveaServer

@Suite struct PrometheusTextTests {
    @Test("Samples, labels and escapes look as the format wants")
    func samples() {
        var text = PrometheusText()
        text.family("a_total", .counter, "Things.")
        text.sample("a_total", ["x": "say \"hi\"\\\n"], 3)
        text.sample("a_total", [:], 0.5)
        #expect(
            String(decoding: text.bytes, as: UTF8.self)
                == "# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"say \\\"hi\\\"\\\\\\n\"} 3\na_total 0.5\n"
        )
    }

    @Test("Buckets are cumulative, the last holds all, and sum and count agree")
    func histogram() {
        var histogram = Histogram()
        for milliseconds in [0, 1, 4, 40_000] { histogram.record(.milliseconds(milliseconds)) }
        var text = PrometheusText()
        text.histogram("h", ("route", "/a"), histogram)
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains("h_bucket{route=\"/a\",le=\"0.0005\"} 1"))
        #expect(lines.contains("h_bucket{route=\"/a\",le=\"0.001\"} 2"))
        #expect(lines.contains("h_bucket{route=\"/a\",le=\"0.005\"} 3"))
        #expect(lines.contains("h_bucket{route=\"/a\",le=\"30.0\"} 3"))
        #expect(lines.contains("h_bucket{route=\"/a\",le=\"+Inf\"} 4"))
        #expect(lines.contains("h_sum{route=\"/a\"} 40.005"))
        #expect(lines.contains("h_count{route=\"/a\"} 4"))
    }
}
