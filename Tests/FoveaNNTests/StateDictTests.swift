import FoveaTensor
import Testing

@testable import FoveaNN

@Suite struct StateDictTests {
    /// What opening an archive of one tensor `a` throws.
    private func fault(
        count: Int = 12, offset: Int = 0, shape: [Int], strides: [Int], type: String = "FloatStorage", bytes: Int = 48
    ) throws -> CheckpointError? {
        let pickle = PickleBuilder.make { pickle in
            pickle.op(.emptyDict)
            pickle.string("a")
            pickle.tensor(count: count, offset: offset, shape: shape, strides: strides, type: type)
            pickle.op(.setItem)
        }
        return try error(opening: archive(pickle, storages: [bytes]))
    }

    @Test(
        "Views that fit their storage to the last element are read",
        arguments: [(0, [12], [1]), (11, [], []), (0, [3, 4], [4, 1]), (1, [2, 2], [9, 1]), (12, [0, 5], [9, 9])]
            as [(Int, [Int], [Int])])
    func fitting(offset: Int, shape: [Int], strides: [Int]) throws {
        #expect(try fault(offset: offset, shape: shape, strides: strides) == nil)
    }

    @Test(
        "Views that reach outside are refused",
        arguments: [
            (0, [13], [1]), (1, [12], [1]), (12, [], []), (-1, [1], [1]), (Int.max, [1], [1]), (0, [3, 4], [5, 1]),
            (0, [2], [-1]), (3, [2], [-1]), (0, [2], [Int.max]), (0, [3], [Int.max]), (0, [2, 2], [Int.max, Int.max]),
            (0, [Int.max], [Int.max]), (13, [0], [1]), (0, [2, 2], [1]), (0, [2], [1, 1]), (0, [], [1]),
        ] as [(Int, [Int], [Int])])
    func reachingOutside(offset: Int, shape: [Int], strides: [Int]) throws {
        #expect(
            try fault(offset: offset, shape: shape, strides: strides) == .pickle(.view(shape: shape, strides: strides)))
    }

    @Test func shapesMadeToExhaustMemoryAreImpossible() throws {
        for shape in [[1 << 40], [1 << 62, 1 << 62], [0, 1 << 62, 4], [Int.max, 2]] {
            let strides = [Int](repeating: 0, count: shape.count)
            #expect(try fault(shape: shape, strides: strides) == .impossibleShape(shape))
        }
        #expect(try fault(shape: [-1], strides: [1]) == .impossibleShape([-1]))
        let nine = [Int](repeating: 1, count: 9)
        #expect(try fault(shape: nine, strides: nine) == .overLimit(.rank, got: 9, limit: 8))
    }

    @Test func storagesHaveTheirAnnouncedBytes() throws {
        #expect(
            try fault(count: 13, shape: [13], strides: [1]) == .pickle(.storageSize(key: "0", expected: 52, got: 48)))
        #expect(try fault(count: 12, shape: [1], strides: [1], type: "DoubleStorage", bytes: 96) == nil)
        #expect(
            try fault(count: 12, shape: [1], strides: [1], type: "HalfStorage")
                == .pickle(.storageSize(key: "0", expected: 24, got: 48)))
        #expect(
            try fault(count: Int.max, shape: [1], strides: [1])
                == .pickle(.storageSize(key: "0", expected: Int.max, got: 48)))
        guard case .pickle(.operands(.binPersID, offset: _)) = try fault(count: -1, shape: [], strides: []) else {
            Issue.record("a negative count was accepted")
            return
        }
    }

    @Test func onlyDictionariesOfTensorsAreStateDicts() throws {
        let roots: [[PickleOpcode]] = [
            [.none], [.emptyList], [.emptyTuple], [.emptyDict], [.emptyDict, .none, .none, .setItem],
        ]
        for root in roots {
            let pickle = PickleBuilder.make { pickle in for opcode in root { pickle.op(opcode) } }
            #expect(try error(opening: archive(pickle)) == .pickle(.noStateDict))
        }
        let deeper = PickleBuilder.make { pickle in
            pickle.op(.emptyDict)
            pickle.string("net")
            pickle.op(.emptyDict)
            pickle.string("a")
            pickle.tensor(count: 1, shape: [], strides: [])
            pickle.op(.setItem, .setItem)
        }
        #expect(try error(opening: archive(deeper, storages: [4])) == .pickle(.noStateDict))
    }

    @Test func keysAreDistinctText() throws {
        func fault(_ keys: (inout PickleBuilder) -> Void...) throws -> CheckpointError? {
            let pickle = PickleBuilder.make { pickle in
                pickle.op(.emptyDict)
                for key in keys {
                    key(&pickle)
                    pickle.tensor(count: 1, shape: [], strides: [])
                    pickle.op(.setItem)
                }
            }
            return try error(opening: archive(pickle, storages: [4]))
        }
        #expect(try fault { $0.string("a") } == nil)
        #expect(try fault({ $0.string("a") }, { $0.string("a") }) == .duplicate(key: "a"))
        // Equal to Swift, though not in bytes.
        #expect(try fault({ $0.string("\u{E9}") }, { $0.string("e\u{301}") }) == .duplicate(key: "\u{E9}"))
        #expect(try fault { $0.integer(1) } == .pickle(.key))
        #expect(try fault { $0.raw([0x55, 1, 0xFF]) } == .pickle(.key))
        #expect(try fault { $0.string(String(repeating: "a", count: 1024)) } == nil)
        #expect(try fault { $0.string(String(repeating: "a", count: 1025)) } == .pickle(.key))
    }

    @Test func dictionariesThatPython2WroteAreRead() throws {
        let pickle = PickleBuilder.make { pickle in
            pickle.global("collections", "OrderedDict")
            pickle.op(.emptyList, .emptyList)
            pickle.raw([0x55, 1, UInt8(ascii: "a")])
            pickle.op(.append)
            pickle.tensor(count: 1, shape: [], strides: [])
            pickle.op(.append, .append, .tuple1, .reduce)
        }
        #expect(try Checkpoint(bytes: archive(pickle, storages: [4])).entries.map(\.name) == ["a"])
    }

    @Test func bytesBehindThePickleAreRefused() throws {
        let pickle = PickleBuilder.make { pickle in
            pickle.op(.emptyDict)
            pickle.string("a")
            pickle.tensor(count: 1, shape: [], strides: [])
            pickle.op(.setItem)
        }
        #expect(try error(opening: archive(pickle + [0x4E], storages: [4])) == .pickle(.trailingBytes))
    }
}
