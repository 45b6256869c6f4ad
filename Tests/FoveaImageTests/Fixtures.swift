import Foundation

/// Files under Tests/Fixtures/images, made by Scripts/image_goldens.py.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/images")

    static func bytes(_ name: String) throws -> ArraySlice<UInt8> {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))[...]
    }

    /// The rows of a table, split at tabs.
    static func table(_ name: String) throws -> [[String]] {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: "\t").map(String.init)
        }
    }

    /// The names of all pictures.
    static let pictures: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") }.sorted()
}

/// FNV-1a, 64 bit, in hexadecimal: how the tables state pixels.
func fnv(_ bytes: some Sequence<UInt8>) -> String {
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// Pixels by formula, the same as in Scripts/image_goldens.py.
func noise(count: Int, hard: Bool = false) -> [UInt8] {
    (0..<UInt32(count)).map { index in
        let level = UInt8((index &* 2_654_435_761) >> 24)
        return hard ? (level > 127 ? 255 : 0) : level
    }
}

/// A small generator of numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
