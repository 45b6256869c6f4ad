import FoveaTensor

@testable import FoveaModels

/// What is asked instead of a network: discs with holes and islands, the same as those of
/// `Scripts/automatic_mask_goldens.py`.
enum DrawnThings {
    static func masks(of prompt: Prompt) -> PredictedMasks {
        let point = prompt.points[0]
        let (column, row) = (Int((point.x + 0.01) / 128), Int((point.y + 0.01) / 128))
        let key = "thing \(column) \(row)"
        let shape = numbers(key, 4)
        let (x, y) = (Double(128 * column + 64) + 24 * shape[0], Double(128 * row + 64) + 24 * shape[1])
        let level = 1 + 1.5 * (shape[3] + 1)
        let overlaps = numbers("point \(Int(point.x * 4 + 0.1)) \(Int(point.y * 4 + 0.1))", 3)
        var logits: [Float] = []
        for (mask, radius) in [24.0, 48, 90].enumerated() {
            let radius = radius * (1 + shape[2] / 4)
            logits += disc(x, y, radius: radius, level: level, noise: numbers("\(key) \(mask)", 33 * 33))
        }
        return PredictedMasks(
            logits: Tensor(logits, shape: [3, 256, 256]), overlaps: overlaps.map { Float(0.9 + 0.1 * $0) })
    }

    private static func numbers(_ key: String, _ count: Int) -> [Double] {
        SyntheticWeights.uniform(key, shape: [count], limit: 1).values.map(Double.init)
    }

    /// - Parameter noise: at 33 × 33 places, 8 pixels apart.
    private static func disc(_ x: Double, _ y: Double, radius: Double, level: Double, noise: [Double]) -> [Float] {
        (0..<256 * 256).map { index in
            let (row, column) = (index / 256, index % 256)
            let (dx, dy) = (Double(4 * column + 2) - x, Double(4 * row + 2) - y)
            let (distance, square) = (dx * dx + dy * dy, radius * radius)
            let value = distance < 4 * square ? min(max(60 * (1 - distance / square), -level), level) : -8
            let (below, right) = (Double(row % 8), Double(column % 8))
            let node = row / 8 * 33 + column / 8
            let upper = noise[node] * (8 - right) + noise[node + 1] * right
            let lower = noise[node + 33] * (8 - right) + noise[node + 34] * right
            return Float(value + 1.75 * ((upper * (8 - below) + lower * below) / 64))
        }
    }
}
