import Benchmark
import FoveaTensor

/// The 1×1 convolutions of EfficientNet-Lite0, with a classifier's product at the end.
func matrixProducts() {
    let shapes = [
        (side: 112, input: 16, output: 96), (56, 24, 144), (56, 144, 24), (28, 40, 240), (28, 240, 40), (14, 80, 480),
        (14, 480, 112), (14, 672, 112), (7, 192, 1152), (7, 1152, 192), (7, 320, 1280),
    ]
    for (side, input, output) in shapes {
        let (x, weights, bias) = (noise(1, side, side, input), PackedMatrix(noise(input, output)), noise(output))
        benchmarkOnPool("linear \(side)x\(side)x\(input)→\(output) relu6") {
            blackHole(x.linear(weights, bias: bias, activation: .relu6))
        }
    }
    let (x, weights, bias) = (noise(1, 1280), PackedMatrix(noise(1280, 1000)), noise(1000))
    benchmarkOnPool("linear 1x1280→1000") { blackHole(x.linear(weights, bias: bias)) }
    let (image, filters) = (noise(1, 224, 224, 3), PackedFilters(noise(3, 3, 3, 32)))
    let window = Window(kernel: 3, stride: 2, padding: .init(top: 0, left: 0, bottom: 1, right: 1))
    benchmarkOnPool("conv 3x3/2 224x224x3→32 relu6") {
        blackHole(image.convolved(filters, window: window, activation: .relu6))
    }
}

/// Depthwise filters 3×3 and 5×5, with strides 1 and 2.
func depthwiseConvolutions() {
    let shapes = [(side: 112, channels: 32), (56, 144), (28, 240), (14, 672), (7, 1152)]
    for (side, channels) in shapes {
        for kernel in [3, 5] {
            for stride in [1, 2] {
                let x = noise(1, side, side, channels)
                let (filters, bias) = (noise(kernel, kernel, channels), noise(channels))
                let window = Window(kernel: kernel, stride: stride, padding: .init(kernel / 2))
                benchmarkOnPool("depthwise \(kernel)x\(kernel)/\(stride) \(side)x\(side)x\(channels) relu6") {
                    blackHole(x.depthwise(filters, bias: bias, window: window, activation: .relu6))
                }
            }
        }
    }
}

/// Every activation over the elements of a large layer.
func activations() {
    let x = noise(1, 112, 112, 96)
    for activation in Activation.allCases {
        benchmarkOnPool("activation \(activation) 112x112x96") { blackHole(x.applying(activation)) }
    }
}

/// What entering and leaving a parallel loop costs.
func parallelLoops() {
    benchmarkOnPool("parallel loop with nothing to do", scale: .kilo) {
        ComputePool.parallel(count: ComputePool.allowedThreads * 2) { blackHole($0) }
    }
}
