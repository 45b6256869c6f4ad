import FoveaTensor
import Testing

/// Compares with a row of the fixture; `tolerance` is in standard deviations.
func expectRow(_ y: Tensor, _ row: [String], within tolerance: Double = 1e-4) {
    let planar = y.shape.count == 4 ? y.permuted([0, 3, 1, 2]) : y
    #expect(planar.shape.map(String.init).joined(separator: "x") == row[4])
    let values = planar.values.map(Double.init)
    let expected = row[5...12].compactMap(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    let samples = (0..<6).map { values[(7919 * $0 + 17) % values.count] }
    for (got, expected) in zip([mean, variance.squareRoot()] + samples, expected) {
        #expect(abs(got - expected) < tolerance * variance.squareRoot(), "\(row[0]) \(row[1])x\(row[2]) \(row[3])")
    }
    #expect(planar.top(1).first?.index == Int(row[13]))
}
