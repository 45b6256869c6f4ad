/// What an operation computes, for a table of a network's layers.
public struct TracedOperation: Sendable, Equatable {
    /// `conv 3x3/2 112x112x32→64 relu6`: kind, filter and stride, shape, what is applied to the result.
    public let name: String
    /// Floating-point operations, a multiplication with its addition being two; what an activation takes isn't counted.
    public let operations: Double
    /// What has to be moved at least: every input, the weights and the result, once.
    public let bytes: Double

    init(name: String, operations: Double, elements: Int) {
        (self.name, self.operations) = (name, operations)
        bytes = Double(elements) * Double(MemoryLayout<Float>.stride)
    }
}

extension TracedOperation {
    /// A dense or grouped convolution of images `[N, H, W, C]` to `[N, OH, OW, M]`.
    static func convolution(
        _ input: Shape, _ window: Window, outputs M: Int, groups: Int, isResidual: Bool, _ activation: Activation
    ) -> TracedOperation {
        let (N, H, W, C) = (input[0], input[1], input[2], input[3])
        let (OH, OW) = window.outputSize(H, W)
        let taps = window.kernel.height * window.kernel.width * C / groups
        let output = N * OH * OW * M
        return TracedOperation(
            name: "conv \(window.traceName) \(size(N, H, W))x\(C)→\(M)" + (groups > 1 ? " in \(groups) groups" : "")
                + tail(isResidual, activation),
            operations: 2 * Double(output) * Double(taps),
            elements: N * H * W * C + taps * M + output * (isResidual ? 2 : 1))
    }

    /// A depthwise convolution of images `[N, H, W, C]`, or of their product with `[C, E]`, which is never moved as a
    /// whole; then neither is its result, if it is multiplied with `[E, M]` at once.
    static func depthwise(
        _ input: Shape, after expansion: PackedMatrix? = nil, _ window: Window, _ activation: Activation,
        then projection: PointwiseConvolution? = nil, isResidual: Bool = false
    ) -> TracedOperation {
        let (N, H, W, C) = (input[0], input[1], input[2], input[3])
        let E = expansion?.N ?? C
        let (OH, OW) = window.outputSize(H, W)
        let taps = window.kernel.height * window.kernel.width
        let (inputs, outputs) = (N * H * W, N * OH * OW)
        let M = projection?.weights.N ?? E
        var multiplications = Double(outputs * taps) * Double(E)
        var elements = inputs * C + taps * E + outputs * M * (isResidual ? 2 : 1)
        for (pixels, weights) in [(inputs, expansion), (outputs, projection?.weights)] {
            guard let weights else { continue }
            multiplications += Double(pixels * weights.K) * Double(weights.N)
            elements += weights.rowElements * weights.N
        }
        let isBF16 = [expansion, projection?.weights].contains { $0?.precision == .bfloat16 }
        return TracedOperation(
            name: (expansion == nil ? "" : "expand+") + "depthwise" + (projection == nil ? "" : "+project")
                + " \(window.traceName) \(size(N, H, W))x\(C)" + (expansion == nil ? "" : "→\(E)")
                + (projection == nil ? "" : "→\(M)") + tail(isResidual, activation) + (isBF16 ? " bf16" : ""),
            operations: 2 * multiplications, elements: elements)
    }

    /// A product of `[..., K]` with `[K, M]`; of images it is a 1×1 convolution.
    static func linear(
        _ input: Shape, outputs M: Int, precision: Precision, isResidual: Bool, _ activation: Activation
    ) -> TracedOperation {
        let K = input.last ?? 0
        let rows = input.dropLast().reduce(1, *)
        let isConvolution = input.count == 4
        let shape = isConvolution ? size(input[0], input[1], input[2]) : "\(rows)"
        return TracedOperation(
            name: "\(isConvolution ? "conv 1x1" : "linear") \(shape)x\(K)→\(M)" + tail(isResidual, activation)
                + (precision == .bfloat16 ? " bf16" : ""),
            operations: 2 * Double(rows) * Double(K) * Double(M),
            elements: rows * K + (precision == .bfloat16 ? K * M / 2 : K * M) + rows * M * (isResidual ? 2 : 1))
    }

    /// A pass over all elements of `shape` that reads `inputs` arrays of them, with one operation for each but the first.
    static func elementwise(
        _ kind: String, _ shape: Shape, inputs: Int, _ activation: Activation = .none
    ) -> TracedOperation {
        let count = shape.reduce(1, *)
        return TracedOperation(
            name: "\(kind) \(text(shape))" + tail(false, activation), operations: Double(count * (inputs - 1)),
            elements: count * (inputs + 1))
    }

    /// The largest value in each window over images `[N, H, W, C]`; `result` is the shape of the result.
    static func maxPool(_ input: Shape, _ window: Window, result: Shape) -> TracedOperation {
        TracedOperation(
            name: "maxpool \(window.traceName) \(text(input))",
            operations: Double(result.product * window.kernel.height * window.kernel.width),
            elements: input.product + result.product)
    }

    /// Regions of an image pooled to `result`. Where the number of samples in a bin goes by its size it counts as 2 × 2.
    static func roiAlign(_ input: Shape, samplingRatio: Int, result: Shape) -> TracedOperation {
        let samples = samplingRatio > 0 ? samplingRatio * samplingRatio : 4
        return TracedOperation(
            name: "roi align \(text(input))→\(text(result))", operations: 8 * Double(result.product * samples),
            elements: input.product + result.product)
    }

    /// Images side by side; `result` is the shape of the result.
    static func concatenation(_ result: Shape) -> TracedOperation {
        TracedOperation(name: "concatenate \(text(result))", operations: 0, elements: 2 * result.product)
    }

    /// Images whose pixels are repeated to `H` × `W`.
    static func repetition(_ input: Shape, _ H: Int, _ W: Int) -> TracedOperation {
        TracedOperation(
            name: "repeat \(text(input)) to \(H)x\(W)", operations: 0,
            elements: input.product + input[0] * H * W * input[3])
    }

    /// The channels of `shape`, every second in one of two results.
    static func alternation(_ shape: Shape) -> TracedOperation {
        TracedOperation(name: "alternate \(text(shape))", operations: 0, elements: 2 * shape.product)
    }

    /// Channels in another order.
    static func shuffle(_ shape: Shape, groups: Int) -> TracedOperation {
        TracedOperation(name: "shuffle/\(groups) \(text(shape))", operations: 0, elements: 2 * shape.product)
    }

    /// The images `[N, H, W, C]`, each channel times its factor.
    static func scale(_ shape: Shape) -> TracedOperation {
        let count = shape.reduce(1, *)
        return TracedOperation(name: "scale \(text(shape))", operations: Double(count), elements: 2 * count)
    }

    /// The mean over the pixels of `[N, H, W, C]`.
    static func mean(_ shape: Shape) -> TracedOperation {
        let count = shape.reduce(1, *)
        return TracedOperation(name: "mean \(text(shape))", operations: Double(count), elements: count)
    }

    /// Attention among the tokens of images `[N, H, W, 3 * C]`.
    static func attention(_ qkv: Shape, _ attention: GridAttention) -> TracedOperation {
        let (N, H, W) = (qkv[0], qkv[1], qkv[2])
        let (side, _, _) = attention.windows(H, W)
        let scores = Double(N * H * W * attention.heads) * Double(side.rows * side.columns)
        return TracedOperation(
            name: "attention \(size(N, H, W))x\(attention.channels) in \(attention.heads) heads"
                + (attention.window.map { ", windows of \($0)x\($0)" } ?? ""),
            operations: 4 * scores * Double(attention.width), elements: N * H * W * 4 * attention.channels)
    }

    /// The rows of the last axis with their mean and variance taken out: sum, sum of squares, product and sum.
    static func layerNorm(_ shape: Shape, _ activation: Activation) -> TracedOperation {
        TracedOperation(
            name: "layernorm \(text(shape))" + tail(false, activation), operations: 7 * Double(shape.product),
            elements: 2 * shape.product)
    }

    /// A product of the transpose of `[K, M]` with `[K, N]`.
    static func transposedProduct(K: Int, M: Int, N: Int) -> TracedOperation {
        TracedOperation(
            name: "transposed product \(M)x\(K)→\(N)", operations: 2 * Double(M * K) * Double(N),
            elements: K * (M + N) + M * N)
    }

    /// Softmax over the last axis or the one before.
    static func softmax(_ shape: Shape) -> TracedOperation {
        let count = shape.reduce(1, *)
        return TracedOperation(name: "softmax \(text(shape))", operations: Double(count), elements: 2 * count)
    }

    private static func text(_ shape: Shape) -> String {
        let lengths = shape.count == 4 && shape[0] == 1 ? shape.dropFirst() : shape[...]
        return lengths.map(String.init).joined(separator: "x")
    }

    private static func size(_ N: Int, _ H: Int, _ W: Int) -> String { (N == 1 ? "" : "\(N)x") + "\(H)x\(W)" }

    private static func tail(_ isResidual: Bool, _ activation: Activation) -> String {
        (isResidual ? " +residual" : "") + (activation == .none ? "" : " \(activation)")
    }
}

extension Window {
    /// `3x3`, with stride 2 `3x3/2`, with dilation 4 `3x3@4`.
    fileprivate var traceName: String {
        "\(kernel.height)x\(kernel.width)" + (stride == 1 ? "" : "/\(stride)") + (dilation == 1 ? "" : "@\(dilation)")
    }
}
