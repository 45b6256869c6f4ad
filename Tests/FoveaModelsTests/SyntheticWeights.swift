import FoveaNN
import FoveaTensor

/// Weights computed from their keys, the same here and in `Scripts/model_goldens.py`.
enum SyntheticWeights {
    /// A checkpoint with these shapes and made-up elements; matrices are uniform up to sqrt(`variance` / fan-in), or up to
    /// what `limit` says of a key and its shape.
    static func checkpoint(
        _ shapes: [String: [Int]], variance: Double,
        limit: @escaping @Sendable (String, [Int]) -> Double? = { _, _ in nil }
    ) -> Checkpoint {
        Checkpoint(
            entries: shapes.map { .init(name: $0.key, shape: $0.value, type: "F32") }.sorted { $0.name < $1.name },
            read: { name throws(CheckpointError) in
                guard let shape = shapes[name] else { throw .missing(key: name) }
                if let limit = limit(name, shape) { return uniform(name, shape: shape, limit: limit) }
                return tensor(name, shape: shape, variance: variance)
            })
    }

    /// The normalised image `[1, H, W, 3]`.
    static func input(_ H: Int, _ W: Int) -> Tensor {
        uniform("input", shape: [1, 3, H, W], limit: 1).permuted([0, 2, 3, 1]).contiguous()
    }

    /// Numbers in -`limit`...`limit`.
    static func uniform(_ key: String, shape: [Int], limit: Double) -> Tensor {
        fill(key, shape: shape) { (2 * $0 - 1) * limit }
    }

    private static func tensor(_ key: String, shape: [Int], variance: Double) -> Tensor {
        if key.hasSuffix("num_batches_tracked") { return Tensor(repeating: 0, shape: Shape(shape)) }
        if key.hasSuffix("running_var") || key.contains("deviation") { return fill(key, shape: shape) { 0.5 + $0 } }
        if key.hasSuffix("running_mean") { return fill(key, shape: shape) { 0.2 * ($0 - 0.5) } }
        if shape.count >= 2 {
            let limit = (variance / Double(shape.dropFirst().reduce(1, *))).squareRoot()
            return uniform(key, shape: shape, limit: limit)
        }
        if key.hasSuffix("weight") { return fill(key, shape: shape) { 0.8 + 0.4 * $0 } }
        return fill(key, shape: shape) { 0.2 * ($0 - 0.5) }
    }

    /// `value` of a number in [0, 1) for each element, which depends on the key and the element's index only.
    private static func fill(_ key: String, shape: [Int], _ value: (Double) -> Double) -> Tensor {
        var seed: UInt32 = 0x811C_9DC5
        for byte in key.utf8 { seed = (seed ^ UInt32(byte)) &* 0x0100_0193 }
        return Tensor(shape: Shape(shape)) { elements in
            for i in elements.indices {
                var x = seed &+ UInt32(truncatingIfNeeded: i)
                x ^= x >> 16
                x &*= 0x85EB_CA6B
                x ^= x >> 13
                x &*= 0xC2B2_AE35
                x ^= x >> 16
                elements.initializeElement(at: i, to: Float(value(Double(x) / 4_294_967_296)))
            }
        }
    }
}
