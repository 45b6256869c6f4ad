import Dispatch
import GRDB
import Logging
import Testing

@testable import FoveaStore

extension RequestRecord {
    /// The `number`th request of a test, at second `number` after the test clock's start.
    static func numbered(_ number: Int, model: String? = "lite0", status: Int = 200) -> RequestRecord {
        RequestRecord(
            time: 1_700_000_000 + Double(number), requestID: "id-\(number)", method: "POST", route: "/classify",
            model: model, status: status)
    }
}

@Suite struct RequestLogTests {
    let directory: TemporaryDirectory
    let time = TestClock()

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A log that commits only when asked to, or when a batch is full.
    func openLog(_ change: (inout RequestLogSettings) -> Void = { _ in }) throws -> RequestLog {
        var settings = RequestLogSettings()
        settings.batchInterval = .seconds(3600)
        settings.busyTimeout = .milliseconds(20)
        change(&settings)
        return try RequestLog(
            path: directory.path("log"), settings: settings, logger: .quiet, clock: time.clock)
    }

    @Test func aRecordComesBackAsItWasAppended() throws {
        let log = try openLog()
        var record = RequestRecord(
            time: 1_700_000_000.25, requestID: "a-1", method: "POST", route: "/models/{name}/classify",
            model: "lite0", version: "3", status: 422, errorCode: "undecodable_image",
            imageSHA256: String(repeating: "ab", count: 32), width: 640, height: 480, bytesIn: 123_456, bytesOut: 789,
            timings: RequestTimings(decode: 1.5, queue: 0.25, inference: 9, encode: 0.125, total: 11),
            topLabel: "Katze 🐈", topScore: 0.875, userAgent: "curl/8 '); DROP TABLE request; --",
            remoteAddress: "::1")
        log.append(record)
        record.id = 1
        #expect(try log.requests() == [record])
        #expect(try log.request(withID: "a-1") == record)
        #expect(try log.request(withID: "a-2") == nil)

        var plain = RequestRecord.numbered(2, model: nil)
        log.append(plain)
        plain.id = 2
        #expect(try log.requests() == [plain, record])
    }

    @Test func theAsynchronousReadsAnswerTheSame() async throws {
        let log = try openLog()
        for number in 1...3 { log.append(.numbered(number)) }
        let filter = RequestFilter(limit: 2)
        #expect(try await log.requests(filter).map(\.requestID) == ["id-3", "id-2"])
        #expect(try await log.request(withID: "id-1")?.id == 1)
        log.append(.numbered(4))
        await log.flush()
        #expect(try committedRows() == 4)
    }

    func committedRows() throws -> Int? {
        try directory.connect("log").read { try Int.fetchOne($0, sql: "SELECT count(*) FROM request") }
    }

    @Test func aFullBatchIsCommittedWithoutBeingAskedFor() throws {
        let log = try openLog { $0.batchRows = 10 }
        for number in 1...9 { log.append(.numbered(number)) }
        log.file.queue.sync {}
        #expect(try committedRows() == 0)
        log.append(.numbered(10))
        log.file.queue.sync {}
        #expect(try committedRows() == 10)
    }

    @Test func theFirstRecordIsCommittedAfterTheInterval() throws {
        let log = try openLog { $0.batchInterval = .milliseconds(5) }
        log.append(.numbered(1))
        // Timers of one queue fire in the order of their deadlines.
        let fired = DispatchSemaphore(value: 0)
        log.file.queue.asyncAfter(deadline: .now() + .milliseconds(50)) { fired.signal() }
        fired.wait()
        #expect(try committedRows() == 1)
    }

    @Test func closingWritesWhatWaitsAndLeavesNoLogBehind() throws {
        let log = try openLog()
        for number in 1...1234 { log.append(.numbered(number)) }
        log.close()
        log.close()
        #expect(try directory.names(containing: "-wal").isEmpty)
        #expect(try committedRows() == 1234)

        log.append(.numbered(1235))
        #expect(log.dropped == 1)
        #expect(throws: StoreError.closed) { try log.requests() }
    }

    @Test func aFullQueueDropsTheNewestAndCountsThem() throws {
        let log = try openLog { $0.queueCapacity = 100 }
        let release = DispatchSemaphore(value: 0)
        log.file.queue.async { release.wait() }
        for number in 1...137 { log.append(.numbered(number)) }
        #expect(log.dropped == 37)
        release.signal()
        #expect(try log.requests(RequestFilter(limit: 1)).first?.requestID == "id-100")

        log.append(.numbered(138))
        #expect(try log.requests(RequestFilter(limit: 1)).first?.requestID == "id-138")
        #expect(log.dropped == 37)
    }

    @Test func recordsInTheMiddleOfACommitCountAsWaiting() throws {
        let log = try openLog {
            $0.queueCapacity = 10; $0.busyTimeout = .seconds(10)
        }
        log.flush()
        let other = try directory.connect("log")
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        for number in 1...10 { log.append(.numbered(number)) }
        let taken = DispatchSemaphore(value: 0)
        log.file.queue.async {
            taken.signal()
            log.drain()
        }
        taken.wait()
        for number in 11...15 { log.append(.numbered(number)) }
        #expect(log.dropped == 5)
        try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        #expect(try log.requests().count == 10)
    }

    @Test func concurrentAppendsAreAllWrittenOrCounted() throws {
        let log = try openLog {
            $0.queueCapacity = 500; $0.batchRows = 50
        }
        DispatchQueue.concurrentPerform(iterations: 2000) { log.append(.numbered($0)) }
        log.flush()
        #expect(try committedRows().map { $0 + log.dropped } == 2000)
    }

    @Test func textsAreCutAtACharacter() throws {
        let log = try openLog()
        var record = RequestRecord.numbered(1)
        record.userAgent = String(repeating: "x", count: 255) + "é"
        record.topLabel = String(repeating: "é", count: 128)
        record.requestID = String(repeating: "🐈", count: 100)
        record.time = .nan
        log.append(record)
        let stored = try #require(try log.requests().first)
        #expect(stored.userAgent == String(repeating: "x", count: 255))
        #expect(stored.topLabel == record.topLabel)
        #expect(stored.requestID == String(repeating: "🐈", count: 64))
        #expect(stored.time == 1_700_000_000)
    }

    @Test func filtersCombineAndPagesContinue() throws {
        let log = try openLog()
        for number in 1...100 {
            log.append(.numbered(number, model: number % 2 == 0 ? "even" : "odd", status: number % 5 == 0 ? 503 : 200))
        }
        func ids(_ filter: RequestFilter) throws -> [Int64?] { try log.requests(filter).map(\.id) }
        let start = 1_700_000_000.0
        #expect(try ids(RequestFilter(since: start + 98)) == [100, 99, 98])
        #expect(try ids(RequestFilter(until: start + 2)) == [2, 1])
        #expect(try ids(RequestFilter(since: start + 10, until: start + 12)) == [12, 11, 10])
        #expect(try ids(RequestFilter(model: "even", status: 503, limit: 2)) == [100, 90])
        #expect(try ids(RequestFilter(model: "even", status: 503, limit: 2, beforeID: 90)) == [80, 70])
        #expect(try ids(RequestFilter(model: "' OR 1=1 --")).isEmpty)
        #expect(try ids(RequestFilter(since: start + 101)).isEmpty)
        #expect(try ids(RequestFilter(since: start + 50, until: start + 40)).isEmpty)
        #expect(try ids(RequestFilter(limit: 0)) == [100])
        #expect(try ids(RequestFilter(limit: .max)).count == 100)
        #expect(try ids(RequestFilter(beforeID: .min)).isEmpty)
        #expect(try ids(RequestFilter(beforeID: .max)).count == 100)
    }

    @Test func matchesFarApartAreFoundOnce() throws {
        let log = try openLog { $0.queueCapacity = 100_000 }
        // 25_001 is the first row of the first window, 25_000 the last of the second.
        let matches = [45_000, 25_001, 25_000, 20_001, 1]
        for number in 1...45_000 { log.append(.numbered(number, status: matches.contains(number) ? 500 : 200)) }
        #expect(try log.requests(RequestFilter(status: 500)).map(\.id) == matches.map(Int64.init))
        #expect(try log.requests(RequestFilter(status: 500, limit: 1, beforeID: 20_001)).map(\.id) == [1])
        #expect(try log.requests(RequestFilter(limit: 5000)).count == RequestFilter.maxLimit)
    }

    @Test func aClockThatJumpsBackHidesNothing() throws {
        let log = try openLog()
        for number in [10, 11, 12, 3, 4, 11, 12] { log.append(.numbered(number)) }
        let since = RequestFilter(since: 1_700_000_011)
        #expect(try log.requests(since).map(\.id) == [7, 6, 3, 2])
        #expect(try log.request(withID: "id-11")?.id == 6)
    }
}
