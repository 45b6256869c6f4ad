import FoveaTensor
import Testing

@testable import FoveaNN

@Suite struct LegacyTorchFileTests {
    /// The five pickles, with what may be told wrongly about them.
    private func file(
        version: Int = 1001, littleEndian isLittle: Bool = true, keys: [String] = ["7"],
        counts: [Int] = [2], trailing: [UInt8] = []
    ) -> [UInt8] {
        var bytes = LegacyTorchFile.magic
        bytes += PickleBuilder.make { $0.integer(version) }
        bytes += PickleBuilder.make { pickle in
            pickle.op(.emptyDict)
            pickle.string("little_endian")
            pickle.op(isLittle ? .newTrue : .newFalse, .setItem)
        }
        bytes += PickleBuilder.make { pickle in
            pickle.op(.emptyDict)
            pickle.string("a")
            pickle.tensor(key: "7", count: 2, shape: [2], strides: [1])
            pickle.op(.setItem)
        }
        bytes += PickleBuilder.make { pickle in
            pickle.op(.emptyList, .mark)
            for key in keys { pickle.string(key) }
            pickle.op(.appends)
        }
        for count in counts { bytes += FoveaNNTests.littleEndian(count) + [UInt8](repeating: 0, count: 8) }
        return bytes + trailing
    }

    @Test func honestFilesAreRead() throws {
        #expect(try Checkpoint(bytes: file()).tensor(named: "a").values == [0, 0])
    }

    @Test func theHeaderIsChecked() throws {
        #expect(try error(opening: file(version: 1000)) == .pickle(.legacyHeader))
        #expect(try error(opening: file(littleEndian: false)) == .pickle(.legacyHeader))
    }

    @Test func theListOfStoragesIsComplete() throws {
        #expect(try error(opening: file(keys: [], counts: [])) == .pickle(.storage(key: "7")))
        #expect(try error(opening: file(keys: ["8"])) == .pickle(.storage(key: "8")))
        #expect(try error(opening: file(keys: ["7", "7"], counts: [2, 2])) == .pickle(.storage(key: "7")))
        #expect(try error(opening: file(keys: ["7", "8"], counts: [2, 2])) == .pickle(.storage(key: "8")))
    }

    @Test("A storage has as many elements as the pickle says", arguments: [0, 1, 3, -1, Int.max])
    func counts(count: Int) throws {
        let got = Int(clamping: UInt64(bitPattern: Int64(count)))
        #expect(
            try error(opening: file(counts: [count])) == .pickle(.storageSize(key: "7", expected: 2, got: got)))
    }

    @Test func theFileEndsWithItsLastStorage() throws {
        #expect(try error(opening: file(trailing: [0])) == .pickle(.trailingBytes))
        #expect(try error(opening: Array(file().dropLast())) == .truncated)
    }
}
