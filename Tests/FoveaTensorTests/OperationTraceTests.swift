import Testing

@testable import FoveaTensor

/// The recorder is the process's: other suites may compute meanwhile, so these tests look for 37 channels only.
@Suite(.serialized) struct OperationTraceTests {
    private func names(_ body: () -> Void) -> [String] {
        OperationTrace.recording(body).records.map(\.operation.name).filter { $0.contains("37") || $0.contains("148") }
    }

    private func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape) }

    @Test("Every operation is recorded once, in order, with its shape and what is applied to the result")
    func everyOperation() {
        let images = Tensor(repeating: 0.5, shape: [1, 6, 5, 37]).contiguous()
        let two = Tensor(repeating: 0.5, shape: [2, 6, 5, 37]).contiguous()
        let names = names {
            let window = Window(kernel: 3, stride: 2, padding: .init(1))
            _ = images.convolved(PackedFilters(zeros([3, 3, 37, 8])), window: window, activation: .relu6)
            _ = two.convolved(PackedFilters(zeros([1, 1, 37, 4])), window: Window(kernel: 1))
            _ = images.linear(PackedMatrix(zeros([37, 37])), residual: images, activation: .silu)
            _ = images.depthwise(zeros([5, 5, 37]), window: Window(kernel: 5, dilation: 1))
            _ = images.convolved(
                PackedFilters(zeros([1, 1, 1, 37]), groups: 37), window: Window(kernel: 1))
            let expansion = PointwiseConvolution(
                weights: PackedMatrix(zeros([37, 40])), bias: zeros([40]), activation: .relu)
            _ = images.depthwise(zeros([3, 3, 40]), window: Window(kernel: 3), activation: .relu, after: expansion)
            let projection = PointwiseConvolution(
                weights: PackedMatrix(zeros([40, 3])), bias: zeros([3]), activation: .none)
            _ = Tensor(repeating: 0, shape: [1, 90, 90, 37]).contiguous().depthwise(
                zeros([3, 3, 40]), window: Window(kernel: 3, padding: .init(1)), activation: .relu, after: expansion,
                then: projection, residual: zeros([1, 90, 90, 3]))
            _ = images + images
            _ = images.applying(.sigmoid)
            _ = two.scaled(byChannel: two.meanOverPixels())
            _ = two.meanOverPixels().linear(PackedMatrix(zeros([37, 3]))).softmax()
            _ = two.meanOverPixels().softmax()
            _ = two.meanOverPixels().softmaxOfColumns()
            _ = two.meanOverPixels().transposedProduct(zeros([2, 3]))
            _ = two.layerNorm(scale: zeros([37]), bias: zeros([37]), epsilon: 1e-6, activation: .gelu)
            let boxes = [Box(x0: 0, y0: 0, x1: 9, y1: 9), Box(x0: 0, y0: 0, x1: 4, y1: 2)]
            _ = images.roiAligned(boxes, pooled: 2, scale: 0.5, samplingRatio: 2, isAligned: true)
            _ = zeros([1, 6, 5, 4 * 37]).positionSensitiveRoIAligned(boxes, pooled: 2, style: .maximum)
        }
        #expect(
            names == [
                "conv 3x3/2 6x5x37→8 relu6", "conv 1x1 2x6x5x37→4", "conv 1x1 6x5x37→37 +residual silu",
                "depthwise 5x5 6x5x37", "conv 1x1 6x5x37→37 in 37 groups",
                "expand+depthwise 3x3 6x5x37→40 relu",
                "expand+depthwise+project 3x3 90x90x37→40→3 +residual relu", "add 6x5x37", "activation 6x5x37 sigmoid",
                "mean 2x6x5x37", "scale 2x6x5x37", "mean 2x6x5x37", "linear 2x37→3",
                "mean 2x6x5x37", "softmax 2x37", "mean 2x6x5x37", "softmax 2x37", "mean 2x6x5x37",
                "transposed product 37x2→3",
                "layernorm 2x6x5x37 gelu", "roi align 6x5x37→2x2x2x37", "roi align 6x5x148→2x148",
            ])
    }

    @Test("A multiplication with its addition is two operations; everything that must be moved counts once")
    func counts() {
        let window = Window(kernel: 3, stride: 2, padding: .init(1))
        let dense = TracedOperation.convolution(
            [2, 8, 8, 16], window, outputs: 32, groups: 4, isResidual: false, .relu)
        #expect(dense.operations == 73_728)  // 2 · 2 images · 4 · 4 pixels · 32 outputs · 9 taps · 4 channels
        #expect(dense.bytes == 16_896)  // 4 · (2·8·8·16 + 9·4·32 + 2·4·4·32)
        let depthwise = TracedOperation.depthwise([1, 8, 8, 16], window, .none)
        #expect(depthwise.operations == 4_608)  // 2 · 4 · 4 · 16 · 9
        #expect(depthwise.bytes == 5_696)  // 4 · (8·8·16 + 9·16 + 4·4·16)
        let linear = TracedOperation.linear([5, 10], outputs: 20, precision: .float32, isResidual: true, .none)
        #expect(linear.operations == 2_000)
        #expect(linear.bytes == 1_800)  // 4 · (5·10 + 10·20 + 2·5·20)
        let weights = PackedMatrix(zeros([6, 16]))
        let fused = TracedOperation.depthwise([1, 8, 8, 6], after: weights, window, .none)
        #expect(fused.operations == 16_896)  // 2 · 16 · (8·8 · 6 + 4·4 · 9)
        #expect(fused.bytes == 3_520)  // 4 · (8·8·6 + 6·16 + 9·16 + 4·4·16)
        let projection = PointwiseConvolution(
            weights: PackedMatrix(zeros([16, 3])), bias: zeros([3]), activation: .none)
        let block = TracedOperation.depthwise(
            [1, 8, 8, 6], after: weights, window, .none, then: projection, isResidual: true)
        #expect(block.operations == 18_432)  // 16_896 + 2 · 4·4 · 16 · 3
        #expect(block.bytes == 3_072)  // 4 · (8·8·6 + 6·16 + 9·16 + 16·3 + 2·4·4·3)
        let sum = TracedOperation.elementwise("add", [3, 7], inputs: 2)
        #expect(sum.operations == 21)
        #expect(sum.bytes == 252)
        let pooled = TracedOperation.roiAlign([1, 6, 5, 10], samplingRatio: 3, result: [2, 4, 4, 10])
        #expect(pooled.operations == 23_040)  // 8 · 2·4·4·10 · 3·3
        #expect(pooled.bytes == 2_480)  // 4 · (6·5·10 + 2·4·4·10)
    }

    @Test("Nothing is recorded, not even the time, while nobody asks")
    func off() {
        #expect(OperationTrace.start() == 0)
        var evaluations = 0
        func operation() -> TracedOperation {
            evaluations += 1
            return .mean([1, 2, 2, 37])
        }
        OperationTrace.finish(OperationTrace.start(), operation())
        #expect(evaluations == 0)
        #expect(names {} == [])
    }

    @Test("What an operation is made of doesn't count beside it")
    func nested() {
        let names = names {
            let outer = OperationTrace.start()
            _ = Tensor(repeating: 1, shape: [1, 2, 2, 37]).meanOverPixels()
            OperationTrace.finish(outer, .softmax([37, 2]))
            _ = Tensor(repeating: 1, shape: [1, 3, 3, 37]).meanOverPixels()
        }
        #expect(names == ["softmax 37x2", "mean 3x3x37"])
    }

    @Test("Times lie within the recording and follow each other")
    func times() throws {
        let x = Tensor(repeating: 0.5, shape: [1, 64, 64, 37]).contiguous()
        let clock = ContinuousClock()
        var records: [OperationTrace.Record] = []
        let whole = clock.measure {
            records = OperationTrace.recording { _ = (x + x).applying(.silu) }.records
        }
        let ours = records.filter { $0.operation.name.contains("37") }
        let (first, second) = (try #require(ours.first), try #require(ours.last))
        #expect(ours.count == 2)
        #expect(first.nanoseconds > 0)
        #expect(first.start + first.nanoseconds <= second.start)
        #expect(.nanoseconds(first.nanoseconds + second.nanoseconds) <= whole)
    }
}
