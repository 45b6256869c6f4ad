import FoveaTensor

/// The operations once more, plainly and in `Double`: what the kernels are compared with.
enum Reference {
    static func activation(_ x: Double, _ activation: Activation) -> Double {
        switch activation {
        case .none: x
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 6)
        case .silu: x * sigmoid(x)
        case .sigmoid: sigmoid(x)
        case .hardSwish: x * min(max(x + 3, 0), 6) / 6
        case .hardSigmoid: min(max(x + 3, 0), 6) / 6
        case .gelu: x * normalShare(below: x)
        }
    }

    /// x is `[N, H, W, C]`, filters `[KH, KW, C / groups, M]`.
    static func convolution(
        _ x: Tensor, _ filters: Tensor, bias: Tensor? = nil, window: Window, groups: Int = 1, residual: Tensor? = nil,
        activation: Activation = .none
    ) -> [Double] {
        let (H, W, C, M) = (x.shape[1], x.shape[2], x.shape[3], filters.shape[3])
        let (OH, OW) = window.outputSize(H, W)
        let (channels, outputs) = (C / groups, M / groups)
        let (xs, ws) = (x.values, filters.values)
        let (biases, residuals) = (bias?.values, residual?.values)
        var out: [Double] = []
        for n in 0..<x.shape[0] {
            for oy in 0..<OH {
                for ox in 0..<OW {
                    for m in 0..<M {
                        var sum = Double(biases?[m] ?? 0) + Double(residuals?[out.count] ?? 0)
                        for i in 0..<window.kernel.height {
                            for j in 0..<window.kernel.width {
                                let y = oy * window.stride - window.padding.top + i * window.dilation
                                let column = ox * window.stride - window.padding.left + j * window.dilation
                                guard y >= 0, y < H, column >= 0, column < W else { continue }
                                let pixel = ((n * H + y) * W + column) * C + m / outputs * channels
                                let tap = (i * window.kernel.width + j) * channels * M + m
                                for c in 0..<channels { sum += Double(xs[pixel + c]) * Double(ws[tap + c * M]) }
                            }
                        }
                        out.append(Reference.activation(sum, activation))
                    }
                }
            }
        }
        return out
    }

    /// The rows of `x`, as long as `scale`.
    static func layerNorm(
        _ x: [Float], scale: [Float], bias: [Float], epsilon: Double, activation: Activation = .none
    ) -> [Double] {
        let C = scale.count
        return stride(from: 0, to: x.count, by: C).flatMap { first in
            let row = x[first..<first + C].map(Double.init)
            let mean = row.reduce(0, +) / Double(C)
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(C)
            return (0..<C).map { c in
                let y = (row[c] - mean) / (variance + epsilon).squareRoot()
                return Reference.activation(y * Double(scale[c]) + Double(bias[c]), activation)
            }
        }
    }

    static func softmax(_ x: [Float]) -> [Double] {
        let largest = Double(x.max() ?? 0)
        let powers = x.map { exponential(Double($0) - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
