import Dispatch
import GRDB
import Testing

@testable import FoveaStore

@Suite struct RequestLogRotationTests {
    let directory: TemporaryDirectory
    let time = TestClock()

    init() throws {
        directory = try TemporaryDirectory()
    }

    func openLog(_ change: (inout RequestLogSettings) -> Void) throws -> RequestLog {
        var settings = RequestLogSettings()
        settings.batchInterval = .seconds(3600)
        change(&settings)
        return try RequestLog(
            path: directory.path("log"), settings: settings, logger: .quiet, clock: time.clock)
    }

    func ids(_ log: RequestLog) throws -> ClosedRange<Int64>? {
        try log.file.read { db in
            let first = try Int64.fetchOne(db, sql: "SELECT min(id) FROM request")
            let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM request")
            return first.flatMap { first in last.map { first...$0 } }
        }
    }

    @Test func rowsThatAreTooOldGo() throws {
        let log = try openLog { $0.maxAge = .seconds(1000) }
        for number in 1...3000 { log.append(.numbered(number)) }
        time.advance(3500)
        log.flush()
        log.rotate()
        // At second 3500, the rows of seconds 2500 to 3000 are at most 1000 s old.
        #expect(try ids(log) == 2500...3000)
        time.advance(10_000)
        log.rotate()
        #expect(try ids(log) == nil)
        log.append(.numbered(20_000))
        #expect(try log.requests().map(\.id) == [3001])
    }

    @Test func theOldestOfTooManyRowsGo() throws {
        let log = try openLog { $0.maxRows = 1500 }
        for number in 1...4321 { log.append(.numbered(number)) }
        log.flush()
        log.rotate()
        #expect(try ids(log) == 2822...4321)
    }

    @Test func theOldestRowsGoWhenTheDatabaseIsTooLarge() throws {
        let limit = 300_000
        let log = try openLog { $0.maxBytes = limit }
        for number in 1...5000 { log.append(.numbered(number)) }
        log.flush()
        log.rotate()
        let size = try log.file.read { try DatabaseSize($0) }
        #expect(size.usedBytes <= limit)
        #expect(size.usedBytes > limit / 4)
        #expect(size.freePages <= 64)
        #expect(try ids(log)?.upperBound == 5000)
        log.close()
        #expect(try directory.bytes("log").count <= limit + 65 * Int(size.pageBytes))
    }

    @Test func aLimitSmallerThanAnEmptyDatabaseEndsWithNoRows() throws {
        let log = try openLog { $0.maxBytes = 1 }
        for number in 1...10 { log.append(.numbered(number)) }
        log.flush()
        log.rotate()
        #expect(try ids(log) == nil)
    }

    @Test func writingStartsTheRotation() throws {
        let log = try openLog { $0.maxRows = 100 }
        // Held while rows are appended, or the first rotation would see as many as were written by then.
        log.file.queue.suspend()
        for number in 1...2000 { log.append(.numbered(number)) }
        log.file.queue.resume()
        log.flush()
        // Each step queues the next one behind itself.
        for _ in 1...10 { log.file.queue.sync {} }
        #expect(try ids(log) == 1901...2000)
        for number in 2001...2500 { log.append(.numbered(number)) }
        log.flush()
        for _ in 1...10 { log.file.queue.sync {} }
        #expect(try ids(log) == 1901...2500)
        time.advance(61)
        log.append(.numbered(2501))
        log.flush()
        for _ in 1...10 { log.file.queue.sync {} }
        #expect(try ids(log) == 2402...2501)
    }

    @Test func newDatabasesCanShrinkAndKeepTheirRules() throws {
        let log = try openLog { $0.synchronous = .full }
        let pragmas = ["auto_vacuum", "synchronous", "trusted_schema", "foreign_keys", "wal_autocheckpoint"]
        let writer = try log.file.queue.sync {
            try log.file.writeWithoutTransaction { db in
                try pragmas.map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
            }
        }
        #expect(writer == [2, 2, 0, 1, 1000])
        #expect(try log.file.read { try Int.fetchOne($0, sql: "PRAGMA wal_autocheckpoint") } == 0)
        #expect(throws: StoreError.self) { try log.file.read { try $0.execute(sql: "DELETE FROM request") } }
    }
}
