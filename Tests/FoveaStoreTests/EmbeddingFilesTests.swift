import Foundation
import Testing

@testable import FoveaStore

@Suite struct EmbeddingFilesTests {
    private let folder: TemporaryDirectory
    private let log = LogRecorder()

    init() throws { folder = try TemporaryDirectory() }

    private func open(budget: Int = 1000) throws -> EmbeddingFiles {
        try EmbeddingFiles(directory: folder.path("e"), budget: budget, logger: log.logger)
    }

    private func name(_ image: Int, encoder: Int = 0) throws -> EmbeddingName {
        func digest(_ number: Int) -> String { String(repeating: "0", count: 62) + "\(10 + number)" }
        return try EmbeddingName(encoder: digest(encoder), image: digest(image))
    }

    private func bytes(_ count: Int, _ value: UInt8 = 7) -> [UInt8] { [UInt8](repeating: value, count: count) }

    @Test("What is written is there for the next process, under its encoder and image alone")
    func restart() throws {
        let (first, file) = (try open(), bytes(10))
        #expect(!first.contains(try name(1)))
        first.write(try name(1)) { file }
        first.close()
        #expect(first.contains(try name(1)))
        let second = try open()
        #expect(second.totalBytes == 10)
        #expect(second.read(try name(1)) == file)
        #expect(second.read(try name(1, encoder: 1)) == nil)
        #expect(second.read(try name(2)) == nil)
    }

    @Test("The least recently used files go when the budget is full, also those of an earlier process")
    func budget() throws {
        let first = try open(budget: 100)
        for image in 0..<3 {
            first.write(try name(image)) { [UInt8](repeating: 1, count: 30) }
            first.close()
        }
        #expect(first.read(try name(0)) != nil)
        first.write(try name(3)) { [UInt8](repeating: 2, count: 30) }
        first.close()
        #expect(first.totalBytes == 90)
        #expect(first.read(try name(1)) == nil)

        let old = Date(timeIntervalSince1970: 1000)
        try FileManager.default.setAttributes(
            [.modificationDate: old], ofItemAtPath: folder.path("e") + "/" + (try name(3)).path)
        let second = try open(budget: 60)
        #expect(second.totalBytes == 60)
        #expect(second.read(try name(3)) == nil)
        #expect(second.read(try name(0)) != nil)
        #expect(second.read(try name(2)) != nil)
    }

    @Test("A file that is written again counts once, and one over the whole budget is not kept")
    func sizes() throws {
        let files = try open(budget: 100)
        for count in [10, 40] { files.write(try name(1)) { [UInt8](repeating: 1, count: count) } }
        files.write(try name(2)) { [UInt8](repeating: 1, count: 101) }
        files.close()
        #expect(files.totalBytes == 40)
        #expect(files.read(try name(1))?.count == 40)
        #expect(files.read(try name(2)) == nil)
    }

    @Test("Forgetting an image deletes what every encoder made of it, also what still waits to be written")
    func forgetting() throws {
        let files = try open()
        for encoder in 0..<2 {
            for image in 1...2 { files.write(try name(image, encoder: encoder)) { [1] } }
        }
        files.remove(image: try name(1).image)
        files.close()
        for encoder in 0..<2 {
            #expect(files.read(try name(1, encoder: encoder)) == nil)
            #expect(files.read(try name(2, encoder: encoder)) == [1])
        }
    }

    @Test("What an unfinished write left is deleted at start; what is not ours stays")
    func leftovers() throws {
        let files = try open()
        files.write(try name(1)) { [1] }
        files.close()
        let encoder = try name(1).encoder
        try folder.write([1, 2], to: "e/\(encoder)/.dat.nosync123")
        try FileManager.default.createDirectory(atPath: folder.path("e/notes"), withIntermediateDirectories: true)
        try folder.write([1, 2], to: "e/notes/a.txt")
        let again = try open()
        #expect(again.totalBytes == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.path("e/\(encoder)/.dat.nosync123")))
        #expect(FileManager.default.fileExists(atPath: folder.path("e/notes/a.txt")))
    }

    @Test("A file that somebody deleted is not there any more, and its bytes don't count")
    func vanished() throws {
        let files = try open()
        files.write(try name(1)) { [1, 2] }
        files.close()
        try FileManager.default.removeItem(atPath: folder.path("e/" + (try name(1)).path))
        #expect(files.read(try name(1)) == nil)
        #expect(files.totalBytes == 0)
    }

    @Test("A write that fails is logged once, and costs nothing else")
    func failingDisk() throws {
        let files = try open()
        // A file stands where the encoder's folder would be.
        try folder.write([0], to: "e/" + (try name(1)).encoder)
        for image in 1...3 { files.write(try name(image)) { [1] } }
        files.write(try name(1, encoder: 1)) { [1] }
        files.close()
        #expect(log.lines.count == 1)
        #expect(files.read(try name(1)) == nil)
        #expect(files.read(try name(1, encoder: 1)) == [1])
    }

    @Test("A folder that can't be made is said at start, and names are digests")
    func refusals() throws {
        try folder.write([], to: "e")
        #expect(throws: StoreError.self) { try open() }
        for text in ["", "../../etc/passwd", String(repeating: "0", count: 63), String(repeating: "g", count: 64)] {
            #expect(throws: StoreError.invalidDigest) { try EmbeddingName(encoder: text, image: text) }
        }
    }
}
