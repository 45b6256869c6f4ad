import FoveaTensor
import Testing

@testable import FoveaNN

@Suite struct UnpicklerTests {
    /// What opening an archive of this pickle throws.
    private func fault(
        storages: [Int] = [8], limits: CheckpointLimits = .default, _ build: (inout PickleBuilder) -> Void
    ) throws -> CheckpointError? {
        try error(opening: archive(PickleBuilder.make(build), storages: storages), limits: limits)
    }

    @Test(
        "Names that are not on the list are refused by name",
        arguments: [
            ("os", "system"), ("posix", "system"), ("nt", "system"), ("builtins", "eval"), ("builtins", "exec"),
            ("__builtin__", "eval"), ("subprocess", "Popen"), ("runpy", "_run_code"), ("pty", "spawn"),
            ("torch", "load"), ("torch.hub", "load"), ("collections", "Counter"), ("torch._utils", "_rebuild_qtensor"),
            ("torch", "FloatStorage.__class__"), ("torch", ""), ("", "OrderedDict"), ("argparse", "Namespace"),
            ("numpy.core.multiarray", "scalar"), ("torch._utils._rebuild_tensor_v2", "__globals__"),
        ])
    func forbiddenGlobals(module: String, name: String) throws {
        let expected = CheckpointError.pickle(.forbidden(global: "\(module).\(name)"))
        let got = try fault { pickle in
            pickle.global(module, name)
            pickle.string("touch /tmp/pwned")
            pickle.op(.tuple1, .reduce)
        }
        #expect(got == expected)
        #expect(got?.description.contains("\(module).\(name) is not allowed in a weights file") == true)
    }

    @Test func namesInErrorsArePrintable() throws {
        let got = try fault { pickle in
            pickle.op(.global)
            pickle.raw([0x1B, 0xFF] + Array("\rx\ny\u{301}\n".utf8))
        }
        #expect(got == .pickle(.forbidden(global: "???x.y??")))
    }

    @Test(
        "Instructions that torch.save doesn't write are refused",
        arguments: [
            Array("(iposix\nsystem\n".utf8), Array("(oI1\n".utf8), Array("I1\n".utf8), Array("F1\n".utf8),
            Array("L1L\n".utf8), Array("S'a'\n".utf8), Array("Va\n".utf8), Array("g0\n".utf8), Array("p0\n".utf8),
            Array("P0\n".utf8), Array("0".utf8), Array("1".utf8), Array("2".utf8), Array("d".utf8), Array("l".utf8),
            [0x82, 1], [0x83, 1, 0], [0x84, 1, 0, 0, 0], [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], [0x8C, 0], [0x8D], [0x8E],
            [0x90], [0x91], [0x92], [0x93], [0x94], [0x95], [0x96], [0x97], [0x98], [0x54], [0x42], [0x43], [0x00],
            [0xFF],
        ] as [[UInt8]])
    func forbiddenInstructions(code: [UInt8]) throws {
        // Text after a mark needs the mark to be the instruction in question.
        let isMarked = code[0] == UInt8(ascii: "(")
        let expected = CheckpointError.pickle(
            .opcode(code[isMarked ? 1 : 0], offset: 30 + 13 + 3 + 2 + (isMarked ? 1 : 0)))
        #expect(try fault { $0.raw(code) } == expected)
    }

    @Test("Only protocol 2 is read", arguments: [0, 1, 3, 4, 5, 255] as [UInt8])
    func protocols(version: UInt8) throws {
        #expect(try fault { $0.raw([0x80, version]) } == .pickle(.version(version)))
    }

    @Test("Instructions check their operands")
    func operands() throws {
        let misuses: [(PickleOpcode, [PickleOpcode])] = [
            (.append, [.append]), (.append, [.none, .none, .append]), (.append, [.emptyDict, .none, .append]),
            (.appends, [.emptyList, .none, .appends]), (.appends, [.none, .mark, .none, .appends]),
            (.setItem, [.setItem]), (.setItem, [.emptyList, .none, .none, .setItem]),
            (.setItem, [.emptyTuple, .none, .none, .setItem]), (.setItem, [.emptySet, .none, .none, .setItem]),
            (.setItems, [.emptyList, .mark, .none, .none, .setItems]),
            (.setItems, [.emptyDict, .mark, .none, .setItems]),
            (.tuple, [.tuple]), (.tuple1, [.tuple1]), (.tuple2, [.none, .tuple2]), (.tuple3, [.none, .none, .tuple3]),
            (.tuple1, [.none, .mark, .tuple1]), (.reduce, [.reduce]), (.reduce, [.none, .emptyTuple, .reduce]),
            (.reduce, [.emptyDict, .emptyTuple, .reduce]), (.build, [.emptyList, .none, .build]),
            (.build, [.none, .build]), (.newObj, [.emptyDict, .emptyTuple, .newObj]),
            (.binPersID, [.none, .binPersID]),
            (.binPersID, [.emptyTuple, .binPersID]), (.stop, []), (.stop, [.none, .none]), (.stop, [.mark, .none]),
        ]
        for (opcode, code) in misuses {
            let got = try fault { pickle in for opcode in code { pickle.op(opcode) } }
            guard case .pickle(.operands(opcode, offset: _)) = got else {
                Issue.record("\(code): \(String(describing: got))")
                continue
            }
        }
    }

    @Test func whatIsRememberedMustBeThere() throws {
        for code in [[0x68, 7], [0x6A, 0xFF, 0xFF, 0xFF, 0xFF], [0x71, 0]] as [[UInt8]] {
            guard case .pickle(.operands) = try fault({ $0.raw(code) }) else {
                Issue.record("\(code)")
                continue
            }
        }
    }

    @Test func lengthsBeyondTheFileAllocateNothing() throws {
        #expect(try fault { $0.raw([0x58, 0xFF, 0xFF, 0xFF, 0x03]) } == .truncated)
        #expect(
            try fault { $0.raw([0x58, 0xFF, 0xFF, 0xFF, 0xFF]) }
                == .overLimit(.pickleBytes, got: 0xFFFF_FFFF, limit: 64 << 20))
        #expect(try fault { $0.raw([0x8A, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]) } == .pickle(.longInteger(bytes: 9)))
        #expect(try fault { $0.raw([0x8A, 255]) } == .pickle(.longInteger(bytes: 255)))
        #expect(
            try fault { $0.raw([0x63] + [UInt8](repeating: 0x61, count: 2000)) }
                == .overLimit(.nameBytes, got: 1025, limit: 1024))
    }

    @Test func limitsHold() throws {
        var limits = CheckpointLimits()
        (limits.pickleOpcodes, limits.pickleMemo, limits.pickleDepth, limits.pickleObjects) = (50, 3, 4, 10)
        func fault(_ bytes: [UInt8]) throws -> CheckpointError? { try self.fault(limits: limits) { $0.raw(bytes) } }
        // Values come and go, so that only the number of instructions grows.
        let busy = [UInt8](repeating: 0x29, count: 1) + [UInt8](repeating: 0x71, count: 120)
        #expect(try fault(busy) == .overLimit(.pickleOpcodes, got: 51, limit: 50))
        #expect(
            try fault([0x4E, 0x71, 0, 0x71, 1, 0x71, 2, 0x71, 3]) == .overLimit(.pickleMemo, got: 4, limit: 3))
        #expect(try fault([0x28, 0x28, 0x28, 0x28, 0x28]) == .overLimit(.pickleDepth, got: 5, limit: 4))
        #expect(
            try fault([UInt8](repeating: 0x4E, count: 11)) == .overLimit(.pickleObjects, got: 11, limit: 10))
        #expect(
            try fault([0x5D] + [UInt8](repeating: 0x85, count: 20)) == .overLimit(.pickleObjects, got: 11, limit: 10))

        limits = CheckpointLimits()
        limits.pickleBytes = 20
        let nones = [UInt8](repeating: 0x4E, count: 17)
        #expect(try fault(nones) == .pickle(.operands(.stop, offset: 46 + 2 + 17)))
        #expect(try fault(nones + [0x4E]) == .overLimit(.pickleBytes, got: 21, limit: 20))
    }

    @Test func nestingThatWouldExhaustAStackIsHarmless() throws {
        let tuples = try fault { $0.raw([0x29] + [UInt8](repeating: 0x85, count: 1_000_000)) }
        #expect(tuples == .pickle(.noStateDict))
        let lists = try fault { pickle in
            pickle.raw([UInt8](repeating: 0x5D, count: 1_000_000) + [UInt8](repeating: 0x61, count: 999_999))
        }
        #expect(lists == .pickle(.noStateDict))
        let itself = try fault { $0.raw([0x5D, 0x71, 0, 0x68, 0, 0x61, 0x7D, 0x71, 1, 0x68, 1, 0x68, 1, 0x73, 0x86]) }
        #expect(itself == .pickle(.noStateDict))
        let marks = try fault { $0.raw([UInt8](repeating: 0x28, count: 1_000_000)) }
        #expect(marks == .overLimit(.pickleDepth, got: 513, limit: 512))
    }

    @Test func integersHaveEveryWidthAndSign() throws {
        // Offsets into a storage of 70,000 bytes, each by another instruction.
        let offsets: [([UInt8], Int?)] = [
            ([0x4B, 255], 255), ([0x4D, 0x34, 0x12], 0x1234), ([0x4A, 0x00, 0x01, 0x01, 0x00], 0x10100),
            ([0x8A, 0], 0), ([0x8A, 1, 0x7F], 127), ([0x8A, 2, 0xFF, 0x00], 255),
            ([0x8A, 8, 1, 0, 0, 0, 0, 0, 0, 0], 1), ([0x4A, 0xFF, 0xFF, 0xFF, 0xFF], nil), ([0x8A, 1, 0xFF], nil),
            ([0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x80], nil),
        ]
        let ramp = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
        for (code, offset) in offsets {
            let pickle = PickleBuilder.make { pickle in
                pickle.op(.emptyDict)
                pickle.string("a")
                pickle.global("torch._utils", "_rebuild_tensor_v2")
                pickle.op(.mark)
                pickle.storage("0", count: 70_000, type: "ByteStorage")
                pickle.raw(code)
                pickle.op(.emptyTuple, .emptyTuple, .newFalse, .none, .tuple, .reduce, .setItem)
            }
            let bytes = ZipBuilder([.init("r/data.pkl", pickle), .init("r/data/0", ramp)]).bytes
            if let offset {
                let value = try Checkpoint(bytes: bytes).tensor(named: "a").values
                #expect(value == [Float(offset % 251)], "\(code)")
            } else {
                #expect(try error(opening: bytes) == .pickle(.view(shape: [], strides: [])), "\(code)")
            }
        }
    }
}
