import FoveaTensor
import Foundation
import Testing

/// Tables under Tests/Fixtures/boxes, made by Scripts/roi_goldens.py, and the numbers that both sides make by formula.
enum BoxFixtures {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/boxes")

    /// The rows of a table, split at tabs.
    static func table(_ name: String) throws -> [[String]] {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: "\t").map(String.init)
        }
    }

    /// 32 well-mixed bits for each index, the same as in Scripts/roi_goldens.py.
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

    /// Boxes with equal scores and overlaps among them, six numbers each.
    static func crowd(seed: Int, count: Int, classes: Int) -> (boxes: [Box], scores: [Float], classes: [Int]?) {
        let numbers = mixed(seed: seed, count: 6 * count)
        let boxes = (0..<count).map { index in
            let n = numbers[6 * index..<6 * index + 6].map { $0 }
            let (x0, y0) = (n[0] % 97, n[1] % 97)
            return Box(
                x0: Float(x0) / 8, y0: Float(y0) / 8, x1: Float(x0 + n[2] % 60) / 8, y1: Float(y0 + n[3] % 60) / 8)
        }
        return (
            boxes, (0..<count).map { Float(numbers[6 * $0 + 4] % 64) / 64 },
            classes == 1 ? nil : (0..<count).map { numbers[6 * $0 + 5] % classes }
        )
    }

    /// An image of numbers between -4 and 4.
    static func features(seed: Int, _ shape: Shape) -> Tensor {
        Tensor(mixed(seed: seed, count: shape.product).map { Float($0 % 2049 - 1024) / 256 }, shape: shape)
    }

    /// Boxes in and around an image of `width` × `height` pixels, none of them empty.
    static func regions(seed: Int, count: Int, width: Int, height: Int) -> [Box] {
        let numbers = mixed(seed: seed, count: 4 * count)
        return (0..<count).map { index in
            let n = numbers[4 * index..<4 * index + 4].map { $0 }
            let (x0, y0) = (n[0] % (8 * width) - 2 * width, n[1] % (8 * height) - 2 * height)
            let (w, h) = (1 + n[2] % (6 * width), 1 + n[3] % (6 * height))
            return Box(x0: Float(x0) / 8, y0: Float(y0) / 8, x1: Float(x0 + w) / 8, y1: Float(y0 + h) / 8)
        }
    }
}

extension Box {
    /// x0, y0, x1, y1.
    var corners: [Float] { [x0, y0, x1, y1] }
}

extension String {
    /// Numbers with commas between them.
    var floats: [Float] { split(separator: ",").compactMap { Float($0) } }
}
