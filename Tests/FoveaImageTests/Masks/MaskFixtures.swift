import FoveaImage
import Foundation
import Testing

/// Tables under Tests/Fixtures/masks, made by Scripts/mask_goldens.py, and masks made by formula.
enum MaskFixtures {
    private static let folder = Fixtures.folder.deletingLastPathComponent().appending(path: "masks")

    /// The rows of a table, split at tabs.
    static func table(_ name: String) throws -> [[String]] {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: "\t").map(String.init)
        }
    }

    /// The mask of height, width and counts.
    static func mask(_ row: some Collection<String>) throws -> RunLengthMask {
        let row = Array(row)
        return try RunLengthMask(
            height: try #require(Int(row[0])), width: try #require(Int(row[1])), compressedCounts: row[2])
    }

    /// The 300 masks of `masks.tsv`.
    static func masks() throws -> [RunLengthMask] { try table("masks.tsv").map { try mask($0[1...3]) } }

    /// 32 well-mixed bits for each index, the same as in Scripts/mask_goldens.py.
    static func mixed(seed: Int, count: Int) -> [Int] {
        (0..<count).map { index in
            var x = UInt32(truncatingIfNeeded: index + seed * 7919)
            for (factor, shift) in [(2_654_435_761, 15), (2_246_822_519, 13)] as [(UInt32, UInt32)] {
                x = x &* factor
                x ^= x >> shift
            }
            return Int(x)
        }
    }

    /// 256×256 logits, the same as in Scripts/mask_goldens.py.
    static func logits(seed: Int, spacing: Int, bias: Int) -> [Float] {
        let side = 256 / spacing + 1
        let nodes = mixed(seed: seed, count: side * side).map { ($0 >> 20) - 2048 }
        return (0..<256 * 256).map { index in
            let (row, y) = (index / 256).quotientAndRemainder(dividingBy: spacing)
            let (column, x) = (index % 256).quotientAndRemainder(dividingBy: spacing)
            let node = row * side + column
            let upper = nodes[node] * (spacing - x) + nodes[node + 1] * x
            let lower = nodes[node + side] * (spacing - x) + nodes[node + side + 1] * x
            let value = upper * (spacing - y) + lower * y + bias * spacing * spacing
            return Float(value) / Float(spacing * spacing * 256)
        }
    }

    /// A disc, from the top left.
    static func disc(height: Int, width: Int, x: Int, y: Int, radius: Int) -> RunLengthMask {
        RunLengthMask(
            height: height, width: width,
            pixels: (0..<height * width).map { index in
                let (dx, dy) = (index % width - x, index / width - y)
                return dx * dx + dy * dy <= radius * radius ? 1 : 0
            })
    }
}
