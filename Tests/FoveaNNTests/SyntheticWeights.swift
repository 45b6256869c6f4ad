import Foundation
import FoveaNN
import FoveaTensor

/// Weights that are computed from their names, so that a network can be compared with its reference without a file.
enum SyntheticWeights {
    /// The 32-bit FNV-1a hash of a key.
    static func hash(_ key: String) -> UInt32 {
        key.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    /// Element `index` of the sequence of `key`, evenly distributed in 0..<1.
    static func uniform(_ hash: UInt32, _ index: Int) -> Double {
        var x = hash &+ UInt32(truncatingIfNeeded: index)
        x ^= x >> 16
        x &*= 0x85EB_CA6B
        x ^= x >> 13
        x &*= 0xC2B2_AE35
        x ^= x >> 16
        return Double(x) / 4_294_967_296
    }

    /// The tensor of `key`: variances near 1, means near 0, weights scaled by the number of inputs.
    static func tensor(_ key: String, shape: [Int]) -> Tensor {
        let count = shape.reduce(1, *)
        let hash = hash(key)
        let scale = shape.count >= 2 ? (6 / Double(count / shape[0])).squareRoot() : 0
        let element: (Double) -> Double =
            if key.hasSuffix("num_batches_tracked") {
                { _ in 0 }
            } else if key.hasSuffix("running_var") {
                { 0.5 + $0 }
            } else if key.hasSuffix("running_mean") {
                { 0.2 * ($0 - 0.5) }
            } else if shape.count >= 2 {
                { (2 * $0 - 1) * scale }
            } else if key.hasSuffix("weight") {
                { 0.8 + 0.4 * $0 }
            } else {
                { 0.2 * ($0 - 0.5) }
            }
        return Tensor((0..<count).map { Float(element(uniform(hash, $0))) }, shape: Shape(shape))
    }
}

/// A checkpoint of the keys in a manifest, a line each: key, tab, shape (`32x3x3x3` or `scalar`), tab, element type.
///
/// Every tensor is computed when it is asked for.
func syntheticCheckpoint(keysFile path: String) throws -> Checkpoint {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    return syntheticCheckpoint(
        entries: text.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t")
            let shape = fields[1] == "scalar" ? [] : fields[1].split(separator: "x").compactMap { Int($0) }
            return Checkpoint.Entry(name: String(fields[0]), shape: shape, type: fields[2] == "int64" ? "I64" : "F32")
        })
}

/// A checkpoint of these entries; their element types don't matter.
func syntheticCheckpoint(entries: [Checkpoint.Entry]) -> Checkpoint {
    let shapes = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) })
    return Checkpoint(entries: entries) { name throws(CheckpointError) in
        guard let shape = shapes[name] else { throw .missing(key: name) }
        return SyntheticWeights.tensor(name, shape: shape)
    }
}

/// The normalised image that goes with the synthetic weights, `[1, H, W, channels]`.
///
/// Its values are numbered in the reference's order, channels first.
func syntheticInput(height H: Int, width W: Int, channels C: Int = 3) -> Tensor {
    let hash = SyntheticWeights.hash("input")
    return Tensor(shape: [1, H, W, C]) { elements in
        for c in 0..<C {
            for pixel in 0..<H * W {
                let value = 2 * SyntheticWeights.uniform(hash, c * H * W + pixel) - 1
                elements[pixel * C + c] = Float(value)
            }
        }
    }
}
