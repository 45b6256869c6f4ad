import FoveaNN
import FoveaTensor
import Testing

/// Layers made from a checkpoint in memory, against the same computation written out in `Double`.
@Suite struct ConvNormTests {
    private func checkpoint(_ tensors: [String: Tensor]) -> Checkpoint {
        Checkpoint(
            entries: tensors.map { .init(name: $0.key, shape: Array($0.value.shape), type: "F32") },
            read: { name throws(CheckpointError) in
                guard let tensor = tensors[name] else { throw .missing(key: name) }
                return tensor
            })
    }

    /// Numbers between -1 and 1 that differ from one another.
    private func numbers(_ shape: Shape, _ seed: Int) -> Tensor {
        let count = shape.product
        return Tensor((0..<count).map { Float(($0 * 37 + seed * 11) % 101) / 50 - 1 }, shape: shape)
    }

    @Test("The norm is folded into the filters", arguments: [1, 2, 6])
    func folding(groups: Int) throws {
        let (H, W, C, M) = (5, 4, 6, 6)
        let weight = numbers([M, C / groups, 3, 3], 1)
        let norm = [
            "bn.weight": numbers([M], 2), "bn.bias": numbers([M], 3), "bn.running_mean": numbers([M], 4),
            "bn.running_var": Tensor([0.001, 0.5, 1, 2, 3, 100], shape: [M]),
        ]
        let tensors = norm.merging(["conv.weight": weight, "bn.num_batches_tracked": Tensor([9], shape: [])]) { a, _ in
            a
        }
        let weights = Weights(checkpoint(tensors))
        let layer = try ConvNorm(
            weights["conv"], norm: weights["bn"], .init(input: C, output: M, kernel: 3, groups: groups),
            epsilon: 1e-3, activation: .relu6)
        try weights.finish()

        let x = numbers([1, H, W, C], 5)
        let residual = numbers([1, H, W, M], 6)
        let (y, xs, ws) = (layer(x, residual: residual).values, x.values, weight.values)
        let statistics = ["weight", "bias", "running_mean", "running_var"].map { norm["bn.\($0)"]?.values ?? [] }
        for index in y.indices {
            let (m, column, row) = (index % M, index / M % W, index / M / W)
            var sum = 0.0
            for i in 0..<3 {
                for j in 0..<3 where (0..<H).contains(row + i - 1) && (0..<W).contains(column + j - 1) {
                    for c in 0..<C / groups {
                        let from = ((row + i - 1) * W + column + j - 1) * C + m / (M / groups) * (C / groups) + c
                        sum += Double(xs[from]) * Double(ws[((m * (C / groups) + c) * 3 + i) * 3 + j])
                    }
                }
            }
            let scale = Double(statistics[0][m]) / (Double(statistics[3][m]) + 1e-3).squareRoot()
            let normalised = (sum - Double(statistics[2][m])) * scale + Double(statistics[1][m])
            let expected = min(max(normalised + Double(residual.values[index]), 0), 6)
            #expect(abs(Double(y[index]) - expected) < 1e-4)
        }
    }

    @Test("Squeeze and excitation gives each channel a factor")
    func squeezeExcitation() throws {
        let weights = Weights(
            checkpoint([
                "a.weight": Tensor([1, -2], shape: [1, 2, 1, 1]), "a.bias": Tensor([0.5], shape: [1]),
                "b.weight": Tensor([3, 4], shape: [2, 1, 1, 1]), "b.bias": Tensor([-1, -20], shape: [2]),
            ]))
        let layer = try SqueezeExcitation(
            reduce: weights["a"], expand: weights["b"], channels: 2, squeezed: 1, activation: .relu, gate: .hardSigmoid)
        try weights.finish()
        // Means 2 and 1; reduced 2 - 2 + 0.5 = 0.5; expanded 0.5 and -18; gates 3.5 / 6 and 0.
        let factors = layer.factors(means: Tensor([2, 1], shape: [1, 2])).values
        #expect(abs(factors[0] - 3.5 / 6) < 1e-6)
        #expect(factors[1] == 0)
    }

    @Test("A linear layer multiplies with the transposed weights")
    func linear() throws {
        let weights = Weights(
            checkpoint(["weight": Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]), "bias": Tensor([10, 20], shape: [2])]))
        #expect(throws: CheckpointError.shape(key: "weight", expected: [3, 2], got: [2, 3])) {
            try Linear(weights, input: 2, output: 3)
        }
        let layer = try Linear(weights, input: 3, output: 2)
        #expect(layer(Tensor([1, 0, -1], shape: [1, 3])).values == [8, 18])
    }
}
