import Dispatch
import GRDB
import Testing

@testable import FoveaStore

@Suite struct MetricsHistoryTests {
    let directory: TemporaryDirectory
    let time = TestClock()
    /// The test clock's minute.
    let minute: Int64 = 28_333_333

    init() throws {
        directory = try TemporaryDirectory()
    }

    func openHistory(_ change: (inout MetricsHistorySettings) -> Void = { _ in }) throws -> MetricsHistory {
        var settings = MetricsHistorySettings()
        settings.busyTimeout = .milliseconds(20)
        change(&settings)
        return try MetricsHistory(
            path: directory.path("metrics"), settings: settings, logger: .quiet, clock: time.clock)
    }

    func row(
        _ route: String = "/classify", model: String? = "lite0", statuses: [Int: Int] = [200: 1],
        seconds: [Double] = [0.01]
    ) -> MetricsRow {
        var row = MetricsRow(
            route: route, model: model, statuses: statuses,
            stages: StageSums(decode: 1, queue: 2, inference: 3, encode: 4), queueDepth: 5, memoryBytes: 6)
        for duration in seconds { row.latency.observe(seconds: duration) }
        return row
    }

    func stats(_ history: MetricsHistory, minutes: Range<Int64>, step: Int = 60) throws -> [StatsBucket] {
        try history.stats(
            since: Double(minutes.lowerBound * 60), until: Double(minutes.upperBound * 60), step: step)
    }

    @Test func aRowComesBackAsItWasRecorded() async throws {
        let history = try openHistory()
        let rows = [row(statuses: [200: 7, 503: 2, 404: 1], seconds: [0.01, 0.5, 3]), row("/healthz", model: nil)]
        history.record(minute: minute, rows: rows)
        let stats = try stats(history, minutes: minute..<minute + 1)
        #expect(stats.map(\.total) == rows)
        #expect(stats.map(\.start) == [minute * 60, minute * 60])
        #expect(stats.map(\.requests) == [10, 1])
        #expect(stats.map(\.errors) == [3, 0])
        #expect(stats.map(\.p50).first == rows[0].latency.quantile(0.5))
        let again = try await history.stats(since: 0, until: 1e10, step: 86400 * 366)
        #expect(again.map(\.total) == rows)
    }

    @Test func aMinuteContinuesAfterARestart() throws {
        var history = try openHistory()
        history.record(minute: minute, rows: [row(statuses: [200: 3], seconds: [0.01, 0.02, 0.03])])
        history.close()
        history = try openHistory()
        var more = row(statuses: [200: 1, 500: 1], seconds: [0.04, 10])
        more.queueDepth = 2
        more.memoryBytes = 99
        history.record(minute: minute, rows: [more])
        let stats = try stats(history, minutes: minute..<minute + 1)
        #expect(stats.map(\.total.statuses) == [[200: 4, 500: 1]])
        #expect(stats.map(\.total.latency.count) == [5])
        #expect(stats.map(\.total.stages) == [StageSums(decode: 2, queue: 4, inference: 6, encode: 8)])
        #expect(stats.map(\.total.queueDepth) == [5])
        #expect(stats.map(\.total.memoryBytes) == [99])
    }

    @Test func stepsAddUpPerRouteAndModel() throws {
        let history = try openHistory()
        for offset in Int64(0)..<30 {
            history.record(
                minute: minute + offset, rows: [row(), row(model: "b0"), row("/detect", statuses: [500: 2])])
        }
        let start = (minute + 9) / 10 * 10
        let stats = try stats(history, minutes: start..<start + 20, step: 600)
        #expect(stats.map(\.start) == [0, 0, 0, 10, 10, 10].map { (start + $0) * 60 })
        #expect(stats.map(\.route) == ["/classify", "/classify", "/detect", "/classify", "/classify", "/detect"])
        #expect(stats.map(\.model) == ["b0", "lite0", "lite0", "b0", "lite0", "lite0"])
        #expect(stats.map(\.requests) == [10, 10, 20, 10, 10, 20])
        #expect(stats.map(\.errors) == [0, 0, 20, 0, 0, 20])
        #expect(stats.map(\.seconds) == [600, 600, 600, 600, 600, 600])
    }

    @Test func percentilesOfAStepAreThoseOfAllItsRequests() throws {
        let history = try openHistory()
        var all: [Double] = []
        for offset in Int64(0)..<10 {
            let seconds = (1...100).map { Double($0) * 0.001 * Double(offset + 1) }
            all += seconds
            history.record(minute: minute + offset, rows: [row(statuses: [200: 100], seconds: seconds)])
        }
        all.sort()
        let stats = try stats(history, minutes: minute..<minute + 10, step: 86400)
        let sum = try #require(stats.first)
        for (q, value) in [(0.5, sum.p50), (0.9, sum.p90), (0.99, sum.p99)] {
            let ratio = try #require(value) / all[Int(q * 1000) - 1]
            #expect(ratio > 1 / 1.19 && ratio < 1.19, "quantile \(q)")
        }
    }

    @Test func theRangeIncludesItsBeginningAndNotItsEnd() throws {
        let history = try openHistory()
        for offset in Int64(0)..<5 { history.record(minute: minute + offset, rows: [row()]) }
        #expect(try stats(history, minutes: minute + 1..<minute + 3).map(\.start) == [1, 2].map { (minute + $0) * 60 })
        let from = Double(minute * 60)
        #expect(try history.stats(since: from + 0.5, until: from + 60.5, step: 1).map(\.start) == [(minute + 1) * 60])
        #expect(try history.stats(since: from + 1, until: from + 59, step: 60).isEmpty)
    }

    @Test func rangesThatCannotBeAnsweredAreRefused() throws {
        let history = try openHistory()
        history.record(minute: minute, rows: [row()])
        for (since, until) in [
            (1.0, 1.0), (2, 1), (.nan, 1), (0, .nan), (-Double.infinity, 0), (0, .infinity), (0, 1e300),
        ] {
            #expect(throws: StoreError.invalidRange) { try history.stats(since: since, until: until, step: 60) }
        }
        #expect(throws: StoreError.tooManySteps(got: 10_001, limit: 10_000)) {
            try history.stats(since: 0, until: 10_001 * 60, step: .min)
        }
        #expect(try history.stats(since: -1e11, until: 1e11, step: .max).map(\.requests) == [1])
    }

    @Test func weeksAreReadOneAfterAnother() throws {
        let history = try openHistory()
        let days = (0..<30).map { minute + $0 * 1440 }
        for minute in days { history.record(minute: minute, rows: [row()]) }
        let stats = try stats(history, minutes: minute..<minute + 30 * 1440, step: 86400)
        #expect(stats.map(\.requests).reduce(0, +) == 30)
        #expect(stats.count == 30)
    }

    @Test func minutesThatAreTooOldGo() throws {
        let history = try openHistory { $0.maxAge = .seconds(3600) }
        for offset in Int64(-90)...0 { history.record(minute: minute + offset, rows: [row()]) }
        #expect(try stats(history, minutes: minute - 100..<minute + 1).count == 61)
        time.advance(1800)
        history.record(minute: minute + 30, rows: [row()])
        #expect(try stats(history, minutes: minute - 100..<minute + 31).count == 32)
    }

    @Test func rowsThatCannotBeWrittenAreCounted() throws {
        let history = try openHistory()
        history.flush()
        let other = try directory.connect("metrics")
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        history.record(minute: minute, rows: [row(), row("/detect")])
        history.flush()
        #expect(history.dropped == 2)
        try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        history.record(minute: minute, rows: [row()])
        #expect(try stats(history, minutes: minute..<minute + 1).count == 1)
    }

    @Test func aMalformedRowIsAnErrorAndNotACrash() throws {
        let history = try openHistory()
        history.record(minute: minute, rows: [row()])
        history.flush()
        for column in ["statuses = 'x'", "latency = '999:1'", "latency = '1'"] {
            try directory.connect("metrics").write { try $0.execute(sql: "UPDATE metrics_minute SET \(column)") }
            #expect(throws: StoreError.malformedRow) { try stats(history, minutes: minute..<minute + 1) }
        }
        try directory.connect("metrics").write {
            try $0.execute(sql: "UPDATE metrics_minute SET latency = '', statuses = '200:9223372036854775807 201:1'")
        }
        #expect(try stats(history, minutes: minute..<minute + 1).map(\.requests) == [.max])
    }
}
