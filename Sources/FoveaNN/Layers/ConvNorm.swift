public import FoveaTensor

/// A convolution, its batch norm (folded into it) or its bias, and an activation, in one pass.
///
/// | Key of the convolution | Shape                         |
/// | ---------------------- | ----------------------------- |
/// | `weight`               | `[out, in / groups, KH, KW]`  |
///
/// The keys of the norm are those of `BatchNorm`.
public struct ConvNorm: Sendable {
    /// What the convolution computes, as far as the checkpoint doesn't say.
    public struct Geometry: Sendable {
        public var input: Int
        public var output: Int
        public var kernel: Int
        public var stride: Int
        public var dilation: Int
        public var groups: Int
        public var padding: Padding

        public init(
            input: Int, output: Int, kernel: Int = 1, stride: Int = 1, dilation: Int = 1, groups: Int = 1,
            padding: Padding = .symmetric
        ) {
            (self.input, self.output, self.kernel, self.stride) = (input, output, kernel, stride)
            (self.dilation, self.groups, self.padding) = (dilation, groups, padding)
        }

        /// The shape of the filters in a checkpoint.
        public var filterShape: [Int] { [output, input / groups, kernel, kernel] }

        /// A product of each pixel with one matrix.
        var isPointwise: Bool { kernel == 1 && stride == 1 && groups == 1 }

        /// Whether 3×3 filters are worth transforming: with large dilation, tiles are mostly beyond the border.
        var allowsTiles: Bool { stride == 1 && dilation <= 4 }

        /// One filter per channel.
        var isDepthwise: Bool { groups > 1 && groups == input && input == output }
    }

    private enum Filters {
        /// `[KH, KW, out]`
        case depthwise(Tensor)
        case dense(PackedFilters)

        /// Lays out the elements of `[KH, KW, in / groups, out]`, whatever shape they have.
        init(_ elements: Tensor, _ geometry: Geometry, _ precision: Precision) {
            let (K, M) = (geometry.kernel, geometry.output)
            self =
                geometry.isDepthwise
                ? .depthwise(elements.reshaped([K, K, M]))
                : .dense(
                    PackedFilters(
                        elements.reshaped([K, K, geometry.input / geometry.groups, M]), groups: geometry.groups,
                        precision: geometry.isPointwise ? precision : .float32, transformed: geometry.allowsTiles))
        }
    }

    private let filters: Filters
    /// `[out]`
    private let bias: Tensor
    private let geometry: Geometry
    private let activation: Activation

    /// Takes the filters from `convolution` and the statistics from `norm`.
    public init(
        _ convolution: Weights, norm: Weights, _ geometry: Geometry, epsilon: Double, activation: Activation = .none
    ) throws(CheckpointError) {
        let weight = try convolution.take("weight", shape: geometry.filterShape)
        let norm = try BatchNorm(norm, channels: geometry.output, epsilon: epsilon)
        let M = geometry.output
        // Filters of PyTorch are [out, in, KH, KW]; with the output channels last, folding scales the channels.
        let folded = weight.permuted([2, 3, 1, 0]).reshaped([1, 1, weight.count / M, M])
            .scaled(byChannel: norm.scale.reshaped([1, M]))
        filters = Filters(folded, geometry, convolution.precision)
        bias = norm.shift
        (self.geometry, self.activation) = (geometry, activation)
    }

    /// Takes the filters of a convolution without norm, and its bias if it has one.
    ///
    /// | Key    | Shape                        |
    /// | ------ | ---------------------------- |
    /// | `weight` | `[out, in / groups, KH, KW]` |
    /// | `bias`   | `[out]`                      |
    public init(
        _ convolution: Weights, hasBias: Bool, _ geometry: Geometry, activation: Activation = .none
    ) throws(CheckpointError) {
        let weight = try convolution.take("weight", shape: geometry.filterShape)
        let M = geometry.output
        filters = Filters(weight.permuted([2, 3, 1, 0]), geometry, convolution.precision)
        bias = try hasBias ? convolution.take("bias", shape: [M]) : Tensor([Float](repeating: 0, count: M), shape: [M])
        (self.geometry, self.activation) = (geometry, activation)
    }

    /// The activation of the normalised convolution of `[N, H, W, in]`, plus `residual` before the activation.
    ///
    /// - Parameter scale: `[N, in]`, factors of the channels of the input; only for kernels of 1×1.
    public func callAsFunction(_ x: Tensor, scale: Tensor? = nil, residual: Tensor? = nil) -> Tensor {
        let window = window(over: x.shape[1], x.shape[2])
        switch filters {
        case .depthwise(let filters):
            let y = x.depthwise(
                filters, bias: bias, window: window, activation: residual == nil ? activation : .none)
            return residual.map { y.adding($0, activation: activation) } ?? y
        case .dense(let filters):
            return x.convolved(
                filters, scale: scale, bias: bias, window: window, residual: residual, activation: activation)
        }
    }

    /// The activation of the normalised convolution of three-channel images.
    public func callAsFunction(_ pixels: PixelBatch) -> Tensor {
        guard case .dense(let filters) = filters else { preconditionFailure("pixels have no channels of their own") }
        return pixels.convolved(
            filters, bias: bias, window: window(over: pixels.height, pixels.width), activation: activation)
    }

    /// This depthwise convolution of what `expansion`, a 1×1 one, makes of `[N, H, W, in]`, if there is one.
    public func callAsFunction(_ x: Tensor, after expansion: ConvNorm?) -> Tensor {
        x.depthwise(
            depthwiseFilters, bias: bias, window: window(over: x.shape[1], x.shape[2]), activation: activation,
            after: expansion?.pointwise)
    }

    /// The same and then `projection`, a 1×1 one, to whose result `residual` is added.
    public func callAsFunction(
        _ x: Tensor, after expansion: ConvNorm?, then projection: ConvNorm, residual: Tensor?
    ) -> Tensor {
        x.depthwise(
            depthwiseFilters, bias: bias, window: window(over: x.shape[1], x.shape[2]), activation: activation,
            after: expansion?.pointwise, then: projection.pointwise, residual: residual)
    }

    /// This depthwise convolution with the mean of each channel over the result, `[N, out]`.
    public func withMeans(_ x: Tensor, after expansion: ConvNorm?) -> (images: Tensor, means: Tensor) {
        x.depthwiseWithMeans(
            depthwiseFilters, bias: bias, window: window(over: x.shape[1], x.shape[2]), activation: activation,
            after: expansion?.pointwise)
    }

    private func window(over H: Int, _ W: Int) -> Window {
        let kernel = (height: geometry.kernel, width: geometry.kernel)
        let padding = geometry.padding.around(
            H, W, kernel: kernel, stride: geometry.stride, dilation: geometry.dilation)
        return Window(kernel: kernel, stride: geometry.stride, dilation: geometry.dilation, padding: padding)
    }

    private var depthwiseFilters: Tensor {
        guard case .depthwise(let filters) = filters else { preconditionFailure("not a depthwise convolution") }
        return filters
    }

    private var pointwise: PointwiseConvolution {
        guard case .dense(let filters) = filters, let weights = filters.matrix else {
            preconditionFailure("not a convolution of 1×1")
        }
        return PointwiseConvolution(weights: weights, bias: bias, activation: activation)
    }
}
