import Foundation
import FoveaServing
import Testing

@testable import FoveaServer

@Suite struct KeyFileTests {
    private let folder: TemporaryFolder
    private let path: String
    private let log = RecordedLog()

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/keys"
    }

    /// Writes the file as an editor does: another file in its place.
    private func write(_ text: String, mode: Int = 0o600) throws {
        try folder.write(Array(text.utf8), to: "new")
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path + "/new")
        #expect(rename(folder.path + "/new", path) == 0)
    }

    @Test("A changed file is read again, and an unchanged one is not")
    func reload() throws {
        try write("old")
        let file = try KeyFile(path: path, logger: log.logger)
        #expect(log.take() == ["info: access keys read file=\(path) keys=1"])
        file.reloadIfChanged()
        #expect(log.take() == [])
        try write("new\nother")
        #expect(file.contains("old"))
        file.reloadIfChanged()
        #expect(log.take() == ["info: access keys read file=\(path) keys=2"])
        #expect(file.contains("new") && file.contains("other") && !file.contains("old"))
    }

    @Test("A file written in place, with its size and its times kept, is read again")
    func inPlace() throws {
        try write("old")
        let file = try KeyFile(path: path, logger: log.logger)
        let before = try FileManager.default.attributesOfItem(atPath: path)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let (stamp, deadline) = (FileStamp(path: path), ContinuousClock.now + .seconds(5))
        // The kernel's clock ticks some hundred times a second.
        repeat {
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: Data("new".utf8))
            try FileManager.default.setAttributes(
                [.modificationDate: before[.modificationDate] as Any], ofItemAtPath: path)
        } while FileStamp(path: path) == stamp && ContinuousClock.now < deadline
        file.reloadIfChanged()
        #expect(file.contains("new") && !file.contains("old"))
    }

    @Test("Bad content leaves the former keys in force, and is logged once, without the key")
    func badContent() throws {
        try write("old")
        let file = try KeyFile(path: path, logger: log.logger)
        try write("a\nsecret with spaces")
        _ = log.take()
        for _ in 0..<3 { file.reloadIfChanged() }
        #expect(
            log.take() == [
                "error: access keys not read: the former ones stay in force reason=the key file \(path), line 2: "
                    + "a key is 1 to 512 visible ASCII characters, without spaces"
            ])
        #expect(file.contains("old") && !file.contains("a"))
        try write("a")
        file.reloadIfChanged()
        #expect(file.contains("a") && !file.contains("old"))
    }

    @Test("A file that is gone leaves the former keys in force until there is one again")
    func gone() throws {
        try write("old")
        let file = try KeyFile(path: path, logger: log.logger)
        try FileManager.default.removeItem(atPath: path)
        _ = log.take()
        for _ in 0..<3 { file.reloadIfChanged() }
        #expect(log.take().count == 1)
        #expect(file.contains("old"))
        try write("new")
        file.reloadIfChanged()
        #expect(file.contains("new") && !file.contains("old"))
    }

    @Test("A file without keys lets nobody in, and says so; one that others may read is a warning")
    func warnings() throws {
        try write("# none yet\n", mode: 0o640)
        let file = try KeyFile(path: path, logger: log.logger)
        #expect(
            log.take() == [
                "info: access keys read file=\(path) keys=0",
                "warning: the key file has no keys: nobody gets in with one of it file=\(path)",
                "warning: others may read the key file: chmod 600 it file=\(path)",
            ])
        #expect(!file.contains(""))
    }

    @Test("What can't be read at the start is an error that says why")
    func unusable() throws {
        let logger = log.logger
        #expect(throws: AccessKeyError.unreadable(file: path, reason: "No such file or directory")) {
            try KeyFile(path: path, logger: logger)
        }
        #expect(throws: AccessKeyError.notAFile(folder.path)) { try KeyFile(path: folder.path, logger: logger) }
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: AccessKeyError.notAFile(path)) { try KeyFile(path: path, logger: logger) }
        #expect(unlink(path) == 0)
        try write(String(repeating: "#", count: 2 << 20))
        #expect(throws: AccessKeyError.tooLong(file: path, limit: 1 << 20)) { try KeyFile(path: path, logger: logger) }
    }
}
