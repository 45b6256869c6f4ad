import FoveaTensor
import Testing

@testable import FoveaNN

/// A damaged file is refused, or read as something else, but never takes the process down.
@Suite struct DamagedCheckpointTests {
    static let files = [
        "archive.pt", "legacy.pth", "parameters.pt", "tensors.safetensors", "parallel-archive.pt",
        "parallel-legacy.pth",
    ]

    /// Opens `file` and reads every tensor; false if that threw.
    private func isReadable(_ file: TemporaryFile) -> Bool {
        do {
            let checkpoint = try Checkpoint(contentsOf: file.path)
            for entry in checkpoint.entries { _ = try checkpoint.tensor(named: entry.name).values.last }
            return true
        } catch {
            return false
        }
    }

    @Test("A file cut anywhere is refused", arguments: files)
    func cut(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let file = try TemporaryFile(bytes)
        #expect(isReadable(file))
        var readable: [Int] = []
        for end in bytes.indices.reversed() {
            try file.cut(to: end)
            if isReadable(file) { readable.append(end) }
        }
        #expect(readable == [])
    }

    @Test("A file with a byte too many is refused", arguments: files)
    func extended(name: String) throws {
        #expect(try !isReadable(TemporaryFile(Fixture.bytes(name) + [0])))
    }

    @Test("Any flipped bit is refused or read", arguments: files)
    func flipped(name: String) throws {
        let bytes = try Fixture.bytes(name)
        var generator = SeededGenerator(state: 7)
        let file = try TemporaryFile(bytes)
        var refused = 0
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                damaged[Int.random(in: damaged.indices, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            try file.write(damaged)
            if !isReadable(file) { refused += 1 }
        }
        #expect(refused > 500)
    }

    @Test("Any damage to the pickle inside a sound archive is refused or read")
    func damagedPickle() throws {
        let pickle = PickleBuilder.make { pickle in
            pickle.op(.emptyDict, .mark)
            pickle.string("a")
            pickle.tensor(count: 12, offset: 1, shape: [2, 3], strides: [1, 2])
            pickle.string("b")
            pickle.tensor(count: 12, shape: [3, 2, 2], strides: [4, 2, 1])
            pickle.op(.setItems)
        }
        var generator = SeededGenerator(state: 11)
        let file = try TemporaryFile(archive(pickle, storages: [48]))
        #expect(isReadable(file))
        var refused = 0
        for _ in 0..<10_000 {
            var damaged = pickle
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: damaged.indices, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            try file.write(archive(damaged, storages: [48]))
            if !isReadable(file) { refused += 1 }
        }
        #expect(refused > 5000)
    }
}

/// SplitMix64: the same damage in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
