import Foundation
import GRDB
import Testing

@testable import FoveaStore

private let environment = ProcessInfo.processInfo.environment

/// Runs on a disk that fails, which the caller has to provide. With `$T` the built tests' executable, for example:
///
///     unshare -rm sh -c 'mount -t tmpfs -o size=512k none /mnt && FOVEA_TEST_SMALL_DISK=/mnt $T …'
///     FOVEA_TEST_FAULTS=1 strace -f -qq -o /dev/null -e inject=fdatasync:error=EIO:when=20..30 $T …
///     FOVEA_TEST_FAULTS=1 strace -f -qq -o /dev/null -e inject=pwrite64:error=ENOSPC:when=300..400 $T …
@Suite struct FailingDiskTests {
    func settings() -> RequestLogSettings {
        var settings = RequestLogSettings()
        settings.batchInterval = .seconds(3600)
        settings.maxAge = .seconds(1e9)
        return settings
    }

    func count(_ log: RequestLog) throws -> Int {
        try log.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM request") ?? -1 }
    }

    @Test(.enabled(if: environment["FOVEA_TEST_SMALL_DISK"] != nil))
    func aFullDiskCostsRowsUntilThereIsSpace() throws {
        let disk = URL(fileURLWithPath: try #require(environment["FOVEA_TEST_SMALL_DISK"]))
        let ballast = disk.appendingPathComponent("ballast")
        try Data(count: 128 << 10).write(to: ballast)
        let log = try RequestLog(path: disk.appendingPathComponent("log").path, settings: settings(), logger: .quiet)
        var appended = 0
        while log.dropped == 0, appended < 50_000 {
            for number in 0..<50 { log.append(.numbered(appended + number)) }
            appended += 50
            log.flush()
        }
        #expect(log.dropped == 50)
        #expect(try count(log) == appended - 50)
        for number in 0..<50 { log.append(.numbered(appended + number)) }
        log.flush()
        #expect(log.dropped == 100)

        try FileManager.default.removeItem(at: ballast)
        log.append(.numbered(0))
        log.flush()
        #expect(log.dropped == 100)
        #expect(try log.file.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        log.close()
    }

    @Test(.enabled(if: environment["FOVEA_TEST_FAULTS"] != nil))
    func everyRowIsWrittenOrCountedWhateverFails() throws {
        let directory = try TemporaryDirectory()
        var settings = settings()
        settings.synchronous = .full
        let log = try RequestLog(path: directory.path("log"), settings: settings, logger: .quiet)
        for number in 1...4000 {
            log.append(.numbered(number))
            if number % 20 == 0 { log.flush() }
        }
        // A commit whose sync failed may be on the disk all the same.
        #expect(try count(log) + log.dropped >= 4000)
        #expect(log.dropped > 0)
        #expect(log.dropped < 3000)
        let dropped = log.dropped
        log.append(.numbered(4001))
        log.flush()
        #expect(log.dropped == dropped)
        #expect(try log.file.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        #expect(log.damagedFiles == 0)
        log.close()
    }
}
