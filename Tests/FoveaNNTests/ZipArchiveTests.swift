import FoveaTensor
import Testing

@testable import FoveaNN

@Suite struct ZipArchiveTests {
    let pickle = PickleBuilder.make { pickle in
        pickle.op(.emptyDict)
        pickle.string("a")
        pickle.tensor(count: 2, shape: [2], strides: [1])
        pickle.op(.setItem)
    }
    private var honest: ZipBuilder {
        ZipBuilder([
            .init("root/data.pkl", pickle), .init("root/byteorder", Array("little".utf8)),
            .init("root/data/0", littleEndian(Float(1).bitPattern) + littleEndian(Float(-2).bitPattern)),
        ])
    }

    /// What opening the honest archive throws after `lie` changed it.
    private func fault(_ lie: (inout ZipBuilder) -> Void) throws -> CheckpointError? {
        var builder = honest
        lie(&builder)
        return try error(opening: builder.bytes)
    }

    @Test func honestArchivesAreRead() throws {
        #expect(try Checkpoint(bytes: honest.bytes).tensor(named: "a").values == [1, -2])
        var described = honest
        for index in described.entries.indices { described.entries[index].hasDescriptor = true }
        #expect(try Checkpoint(bytes: described.bytes).tensor(named: "a").values == [1, -2])
    }

    @Test func checksumsAreChecked() throws {
        #expect(
            try fault { $0.entries[2].directoryChecksum = 1 } == .archive(.contradiction(name: "root/data/0")))
        var described = honest
        described.entries[2].hasDescriptor = true
        let end = described.bytes
        guard let data = end.firstRange(of: littleEndian(Float(-2).bitPattern)) else { return }
        var damaged = end
        damaged[data.lowerBound] ^= 1
        #expect(try error(opening: damaged) == .archive(.checksum(name: "root/data/0")))
    }

    @Test("Encryption and other special flags are refused", arguments: [0x1, 0x20, 0x40, 0x2000] as [UInt16])
    func flags(bits: UInt16) throws {
        #expect(try fault { $0.entries[1].flags = bits } == .archive(.flags(bits, name: "root/byteorder")))
    }

    @Test("Compressed entries are refused", arguments: [8, 9, 12, 14, 99] as [UInt16])
    func methods(method: UInt16) throws {
        #expect(
            try fault { $0.entries[2].method = method } == .archive(.compressed(method: method, name: "root/data/0")))
    }

    @Test func theTwoHeadersAgree() throws {
        #expect(try fault { $0.entries[2].localSize = 4 } == .archive(.contradiction(name: "root/data/0")))
        #expect(
            try fault { $0.entries[2].localName = "root/data/1" } == .archive(.contradiction(name: "root/data/0")))
        #expect(try fault { $0.entries[2].localName = "x" } == .archive(.contradiction(name: "root/data/0")))
    }

    @Test func entriesShareNoBytes() throws {
        #expect(try fault { $0.entries[1].localHeader = 0 } == .archive(.overlap(name: "root/byteorder")))
        // A second entry inside the data of the first, with a header of its own.
        let inner = ZipBuilder([.init("root/data/0", [1, 2, 3, 4])]).bytes
        var nested = ZipBuilder([.init("root/data.pkl", inner), .init("root/data/0", [1, 2, 3, 4])])
        nested.entries[1].localHeader = UInt32(30 + 13 + 3)
        #expect(try error(opening: nested.bytes) == .archive(.overlap(name: "root/data/0")))
    }

    @Test func localHeadersLieBeforeTheDirectory() throws {
        #expect(try fault { $0.entries[2].localHeader = 0x7FFF_FFFF } == .truncated)
        #expect(try fault { $0.entries[2].localHeader = .max } == .archive(.contradiction(name: "root/data/0")))
    }

    @Test(
        "Names outside of one root folder are refused",
        arguments: [
            "/etc/passwd", "root/../etc", "../root/a", "root/..", "root//a", "root/", "root", "other/a", "root/a\\b",
            "root/a\nb", "",
        ])
    func names(name: String) throws {
        #expect(
            try fault { $0.entries.append(.init(name, [])) } == .archive(.name(String(printable: Array(name.utf8)))))
    }

    @Test func namesComeOnce() throws {
        #expect(
            try fault { $0.entries.append(.init("root/data/0", [])) } == .archive(.repeatedName("root/data/0")))
    }

    @Test("The end record tells the number of entries", arguments: [0, 1, 2, 4, 0xFFFF] as [UInt16])
    func counts(count: UInt16) throws {
        let got = try fault { $0.count = count }
        guard case .archive(.entryCount(expected: Int(count), got: _)) = got else {
            Issue.record("\(String(describing: got))")
            return
        }
    }

    @Test func nothingLiesAroundTheDirectory() throws {
        #expect(try fault { $0.gap = [0] } == .archive(.structure))
        #expect(try fault { $0.comment = Array("hello".utf8) } == .archive(.structure))
        #expect(try error(opening: honest.bytes + [0]) == .archive(.structure))
    }

    @Test func limitsOnEntriesHold() throws {
        var limits = CheckpointLimits()
        limits.archiveEntries = 3
        #expect(try error(opening: honest.bytes, limits: limits) == nil)
        limits.archiveEntries = 2
        #expect(try error(opening: honest.bytes, limits: limits) == .overLimit(.archiveEntries, got: 3, limit: 2))
    }

    @Test func recordsArePresentAndLittleEndian() throws {
        #expect(try fault { $0.entries.remove(at: 0) } == .archive(.missingRecord("data.pkl")))
        #expect(try fault { $0.entries.remove(at: 2) } == .pickle(.storage(key: "0")))
        #expect(try fault { $0.entries[1].data = Array("big".utf8) } == .archive(.byteOrder))
    }

    @Test func storagesHaveTheSizeThatThePickleSays() throws {
        for bytes in [0, 4, 7, 9, 12] {
            let expected = CheckpointError.pickle(.storageSize(key: "0", expected: 8, got: bytes))
            #expect(try error(opening: archive(pickle, storages: [bytes])) == expected)
        }
    }
}
