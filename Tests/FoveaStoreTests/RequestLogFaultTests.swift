import Dispatch
import Foundation
import GRDB
import Logging
import Testing

@testable import FoveaStore

@Suite struct RequestLogFaultTests {
    let directory: TemporaryDirectory
    let time = TestClock()
    let recorder = LogRecorder()

    init() throws {
        directory = try TemporaryDirectory()
    }

    func openLog(_ name: String = "log", _ change: (inout RequestLogSettings) -> Void = { _ in }) throws -> RequestLog {
        var settings = RequestLogSettings()
        settings.batchInterval = .seconds(3600)
        settings.busyTimeout = .milliseconds(20)
        change(&settings)
        return try RequestLog(
            path: directory.path(name), settings: settings, logger: recorder.logger, clock: time.clock)
    }

    // MARK: The path

    @Test func aDirectoryIsRefused() throws {
        #expect(throws: StoreError.isDirectory(path: directory.url.path)) {
            try RequestLog(path: directory.url.path, settings: RequestLogSettings(), logger: .quiet)
        }
    }

    @Test func aMissingDirectoryIsRefusedWithAReason() throws {
        let path = directory.path("missing/log")
        #expect(throws: StoreError.unusablePath(path: path, reason: "No such file or directory")) {
            try RequestLog(path: path, settings: RequestLogSettings(), logger: .quiet)
        }
        try directory.write([], to: "file")
        #expect(throws: StoreError.unusablePath(path: directory.path("file/log"), reason: "Not a directory")) {
            try RequestLog(path: directory.path("file/log"), settings: RequestLogSettings(), logger: .quiet)
        }
    }

    @Test func aSecondOwnerIsRefusedUntilTheFirstCloses() throws {
        let log = try openLog()
        #expect(throws: StoreError.inUse(path: directory.path("log"))) { try openLog() }
        log.close()
        try openLog().close()
    }

    @Test func aDatabaseOfANewerVersionIsLeftAlone() throws {
        try openLog().close()
        try directory.connect("log").write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999 future')")
        }
        #expect(throws: StoreError.newerSchema(path: directory.path("log"))) { try openLog() }
        #expect(try directory.names(containing: "damaged").isEmpty)
    }

    // MARK: Damage

    enum Damage: String, CaseIterable {
        case overwritten, cutInTheMiddle, headerCut, zeroes, text, foreign
    }

    /// A database of 5000 rows, closed in order.
    func prepare() throws {
        let log = try openLog()
        for number in 1...5000 { log.append(.numbered(number)) }
        log.close()
    }

    @Test(arguments: Damage.allCases)
    func damagedDatabaseIsMovedAsideOnce(_ damage: Damage) throws {
        try prepare()
        var bytes = try directory.bytes("log")
        switch damage {
        case .overwritten:
            let middle = bytes.count / 2 / 4096 * 4096
            for index in middle..<middle + 4096 { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
        case .cutInTheMiddle: bytes = Array(bytes.prefix(bytes.count / 2))
        case .headerCut: bytes = Array(bytes.prefix(50))
        case .zeroes: bytes = [UInt8](repeating: 0, count: bytes.count)
        case .text: bytes = Array("not a database, though it is long enough to be looked at as one ".utf8)
        case .foreign: bytes = try foreignDatabase()
        }
        try directory.write(bytes, to: "log")

        let log = try openLog()
        log.append(.numbered(1))
        #expect(try log.requests().map(\.id) == [1])
        #expect(log.damagedFiles == 1)
        #expect(log.dropped == 0)
        #expect(recorder.lines.count == 1)
        log.close()
        #expect(try directory.names(containing: "damaged") == ["log.damaged-20231114T221320Z"])
        // A sound header and schema are opened, which changes a page or two, before the rest is found damaged.
        let kept = try directory.bytes("log.damaged-20231114T221320Z")
        if damage == .overwritten { #expect(kept.count >= bytes.count) } else { #expect(kept == bytes) }

        let again = try openLog()
        #expect(try again.requests().count == 1)
        #expect(again.damagedFiles == 0)
    }

    func foreignDatabase() throws -> [UInt8] {
        let other = try directory.connect("other")
        try other.write { try $0.execute(sql: "CREATE TABLE request (id INTEGER PRIMARY KEY, other TEXT)") }
        try other.close()
        return try directory.bytes("other")
    }

    @Test func anIndexThatLacksARowIsFoundAfterAnUncleanStopOnly() throws {
        try prepare()
        // A row is inserted while the schema doesn't name the index: each page is sound, but one entry is missing.
        let index = try directory.connect("log").writeWithoutTransaction { db in
            let row = try Row.fetchOne(db, sql: "SELECT * FROM sqlite_schema WHERE name = 'request_request_id'")
            try db.execute(
                sql: "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'request_request_id'")
            return row
        }
        try directory.connect("log").writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    INSERT INTO request (time, request_id, method, route, status, bytes_in, bytes_out)
                    VALUES (1700000000, 'x', 'GET', '/', 200, 0, 0);
                    PRAGMA writable_schema = ON;
                    """)
            try db.execute(
                sql: "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)",
                arguments: StatementArguments(try #require(index).databaseValues))
        }
        var log = try openLog()
        #expect(try log.requests(RequestFilter(limit: 1)).first?.requestID == "x")
        #expect(log.damagedFiles == 0)
        log.close()
        try directory.write([1], to: "log-lock")
        log = try openLog()
        #expect(try log.requests().isEmpty)
        #expect(log.damagedFiles == 1)
    }

    @Test func theMarkerTellsAnUncleanStop() throws {
        let log = try openLog()
        #expect(try directory.bytes("log-lock").count == 1)
        log.close()
        #expect(try directory.bytes("log-lock").isEmpty)
    }

    @Test func twoDamagedFilesInOneSecondKeepTheirNames() throws {
        for _ in 1...2 {
            try directory.write(Array("garbage, garbage, garbage".utf8), to: "log")
            try openLog().close()
        }
        #expect(
            try directory.names(containing: "damaged")
                == ["log.damaged-20231114T221320Z", "log.damaged-20231114T221320Z-2"])
    }

    @Test func damageWhileRunningIsFoundAndReplaced() throws {
        let log = try openLog()
        for number in 1...2000 { log.append(.numbered(number)) }
        log.flush()
        try log.file.queue.sync {
            try log.file.writeWithoutTransaction { db in
                _ = try db.checkpoint(.truncate)
                db.clearSchemaCache()
            }
        }
        var bytes = try directory.bytes("log")
        for index in 4096..<bytes.count { bytes[index] = 0xA5 }
        let handle = try #require(FileHandle(forUpdatingAtPath: directory.path("log")))
        try handle.write(contentsOf: bytes)
        #expect(throws: StoreError.corrupt) { try log.requests(RequestFilter(status: 500)) }
        log.append(.numbered(2001))
        log.flush()
        log.append(.numbered(2002))
        #expect(try log.requests().map(\.requestID).first == "id-2002")
        #expect(log.damagedFiles == 1)
    }

    // MARK: Killed

    @Test func aCopyAtAnyMomentIsSoundAndLosesTheLastBatchAtMost() throws {
        let log = try openLog { $0.batchRows = 10 }
        log.flush()
        let copies = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            // Few enough that nothing is written back to the database meanwhile, which two copies can't catch.
            for number in 1...1000 { log.append(.numbered(number)) }
            log.flush()
            copies.signal()
        }
        for number in 0..<20 {
            let before = try log.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM request") ?? -1 }
            try directory.copyDatabase("log", to: "copy\(number)")
            #expect(try soundRows("copy\(number)") >= before)
        }
        copies.wait()
        try directory.copyDatabase("log", to: "last")
        #expect(try soundRows("last") == 1000)
    }

    func soundRows(_ name: String) throws -> Int {
        let copy = try directory.connect(name)
        return try copy.read { db in
            #expect(try String.fetchAll(db, sql: "PRAGMA integrity_check") == ["ok"])
            let rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM request") ?? -1
            #expect(try Int.fetchOne(db, sql: "SELECT ifnull(max(id), 0) FROM request") == rows)
            return rows
        }
    }

    @Test(arguments: [false, true])
    func aLogCutAnywhereLosesBatchesFromTheEnd(isZeroed: Bool) throws {
        let log = try openLog { $0.batchRows = 10 }
        log.flush()
        for number in 1...200 {
            log.append(.numbered(number))
            if number % 10 == 0 { log.flush() }
        }
        try directory.copyDatabase("log", to: "killed")
        let database = try directory.bytes("killed")
        let wal = try directory.bytes("killed-wal")
        var last = -1
        for (number, cut) in stride(from: wal.count / 2, through: wal.count, by: wal.count / 40 + 13).enumerated() {
            let name = "cut\(number)"
            let tail = isZeroed ? [UInt8](repeating: 0, count: wal.count - cut) : []
            try directory.write(database, to: name)
            try directory.write(Array(wal.prefix(cut)) + tail, to: name + "-wal")
            let recovered = try openLog(name)
            recovered.flush()
            let rows = try recovered.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM request") ?? -1 }
            #expect(rows % 10 == 0)
            #expect(rows >= last)
            #expect(recovered.damagedFiles == 0)
            last = rows
            recovered.close()
        }
        #expect(last >= 180)
    }

    // MARK: Locked and full

    @Test func aLockedDatabaseCostsRowsButNoWaiting() throws {
        let log = try openLog()
        log.append(.numbered(1))
        log.flush()
        log.rotate()
        let other = try directory.connect("log")
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        for _ in 1...3 {
            for number in 2...6 { log.append(.numbered(number)) }
            log.flush()
        }
        #expect(log.dropped == 15)
        #expect(recorder.lines.count == 1)
        #expect(try log.requests().count == 1)
        time.advance(60)
        log.append(.numbered(7))
        log.flush()
        #expect(recorder.lines.count == 2)

        try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        log.append(.numbered(8))
        #expect(try log.requests().map(\.requestID) == ["id-8", "id-1"])
        #expect(log.dropped == 16)
    }

    @Test func aFullDiskCostsRowsUntilThereIsSpace() throws {
        let log = try openLog { $0.maxPages = 40 }
        var appended = 0
        while log.dropped == 0, appended < 5000 {
            for number in 0..<50 { log.append(.numbered(appended + number)) }
            appended += 50
            log.flush()
        }
        #expect(log.dropped == 50)
        #expect(recorder.lines.count == 1)
        let kept = try log.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM request") }
        #expect(kept == appended - 50)

        try log.file.queue.sync {
            try log.file.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 10000") }
        }
        log.append(.numbered(9999))
        #expect(try log.requests(RequestFilter(limit: 1)).first?.requestID == "id-9999")
        #expect(log.dropped == 50)
        #expect(try log.file.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    }

    @Test func aNewDatabaseOnAFullDiskIsRefused() throws {
        #expect(throws: StoreError.full) { try openLog { $0.maxPages = 2 } }
    }
}
