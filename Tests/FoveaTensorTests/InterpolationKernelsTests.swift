import CKernels
import Testing

/// Bilinear interpolation, on every instruction set of this machine.
@Suite struct InterpolationKernelsTests {
    /// `a * b + c` of floats, rounded once.
    static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float { c.addingProduct(a, b) }

    @Test("Blends of columns that don't fill vectors are rounded as said", arguments: KernelTable.all)
    func blend(kernels: KernelTable) {
        var generator = SystemRandomNumberGenerator()
        for count in [1, 3, 4, 15, 16, 17, 33, 64] {
            let a = (0..<count).map { _ in Float.random(in: -9...9, using: &generator) }
            let b = (0..<count).map { _ in Float.random(in: -9...9, using: &generator) }
            let fraction = Float.random(in: 0...1, using: &generator)
            var out = [Float](repeating: 77, count: count + 1)
            kernels.table.blend(&out, a, b, fraction, count)
            let expected = zip(a, b).map { Self.fused($0, 1 - fraction, $1 * fraction) }
            #expect(out == expected + [77])
        }
    }

    @Test("Interpolation between any neighbours is rounded as said", arguments: KernelTable.all)
    func interpolate(kernels: KernelTable) {
        var generator = SystemRandomNumberGenerator()
        for count in [1, 5, 16, 37] {
            let x = (0..<20).map { _ in Float.random(in: -9...9, using: &generator) }
            let first = (0..<count).map { _ in Int32.random(in: 0...18, using: &generator) }
            let fraction = (0..<count).map { _ in Float.random(in: 0...1, using: &generator) }
            var out = [Float](repeating: 77, count: count + 1)
            kernels.table.interpolate(&out, x, first, fraction, count)
            let expected = (0..<count).map { i in
                Self.fused(x[Int(first[i])], 1 - fraction[i], x[Int(first[i]) + 1] * fraction[i])
            }
            #expect(out == expected + [77])
        }
    }

    @Test("Crossings are where two neighbours are not on one side", arguments: KernelTable.all)
    func crossings(kernels: KernelTable) {
        var generator = SystemRandomNumberGenerator()
        let levels: [Float] = [-2, -1, -0.5, 0, 0.5, 1, 2, .nan, .infinity, -.infinity]
        for _ in 0..<200 {
            let x = (0..<65).map { _ in levels.randomElement(using: &generator) ?? 0 }
            let expected = (0..<64).reduce(0 as UInt64) { bits, i in
                let isOver = x[i] > 0.5 && x[i + 1] > 0.5
                let isUnder = !(x[i] > -0.5) && !(x[i + 1] > -0.5)
                return bits | (isOver || isUnder ? 0 : 1 << UInt64(i))
            }
            #expect(kernels.table.crossings(x, 0.5, -0.5) == expected)
        }
    }
}
