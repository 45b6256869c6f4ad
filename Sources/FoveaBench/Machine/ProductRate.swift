import COpenBLAS
import FoveaTensor

/// How fast one thread multiplies matrices: with the kernels, whose weights are packed once, and with OpenBLAS.
///
/// Layers take the kernels at every size, because these were the faster ones on every machine and instruction set that was
/// measured (Benchmarks/RESULTS.md). This shows whether that holds here.
public struct ProductRate: Sendable {
    /// The product of `[M, K]` with `[K, N]`.
    public let M, K, N: Int
    /// 10⁹ floating-point operations a second.
    public let kernels: Double
    public let openBLAS: Double

    /// Layers of mobile networks from first to last, and one of a vision transformer.
    private static let sizes = [
        (12_544, 32, 16), (3_136, 24, 144), (784, 240, 40), (196, 112, 672), (49, 1_152, 192), (4_096, 768, 768),
    ]

    static func all() -> [ProductRate] {
        let gang = Gang(threads: 1)
        return sizes.map { measured($0.0, $0.1, $0.2, gang) }
    }

    static func measured(_ M: Int, _ K: Int, _ N: Int, _ gang: Gang) -> ProductRate {
        let x = Tensor(repeating: 0.5, shape: [M, K]).contiguous()
        let matrix = Tensor(repeating: 0.25, shape: [K, N]).contiguous()
        let weights = PackedMatrix(matrix)
        let operations = 2 * Double(M * K * N)
        let kernels = gang.bestRate(amount: operations) { _, rounds in
            for _ in 0..<rounds { _ = x.linear(weights) }
        }
        let (left, right) = (x.values, matrix.values)
        let openBLAS = gang.bestRate(amount: operations) { _, rounds in
            var out = [Float](repeating: 0, count: M * N)
            for _ in 0..<rounds { multiply(left, right, M, K, N, into: &out) }
        }
        return ProductRate(M: M, K: K, N: N, kernels: kernels / 1e9, openBLAS: openBLAS / 1e9)
    }

    /// The product of `left` and `right`, by OpenBLAS.
    static func multiply(_ left: [Float], _ right: [Float], _ M: Int, _ K: Int, _ N: Int, into out: inout [Float]) {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(M), Int32(N), Int32(K), 1, left, Int32(K), right, Int32(N),
            0, &out, Int32(N))
    }
}
