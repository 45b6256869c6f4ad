import CAllocationCounter
import FoveaTensor
import Synchronization
import Testing

/// What a job takes from the heap once its memory is warm.
///
/// Serialized: there is one counter.
@Suite(.serialized, .enabled(if: allocation_counter_works()))
struct AllocationTests {
    /// The blocks that ten runs of `body` take on both threads of a pool once all is warm.
    ///
    /// That is the fewest of several rounds: which pieces of a loop a thread gets, and so what memory it needs for the
    /// first time, is chance, and other tests take tensors, too. What each run takes shows in every round.
    private func allocations(_ body: @escaping @Sendable () -> Void) -> Int {
        let fewest = Mutex(Int.max)
        onThreads(2) {
            bothWorkers { allocation_counter_watch_thread(true) }
            for _ in 0..<8 {
                allocation_counter_arm()
                for _ in 0..<10 { body() }
                let count = allocation_counter_disarm()
                fewest.withLock { $0 = min($0, count) }
            }
        }
        return fewest.withLock { $0 }
    }

    @Test("The counter counts, on both threads")
    func counter() {
        #expect(allocations { withExtendedLifetime([Float](repeating: 1, count: numbers.count)) {} } == 10)
        let both = allocations {
            bothWorkers { withExtendedLifetime([Float](repeating: 1, count: numbers.count)) {} }
        }
        #expect(both == 20)
    }

    @Test("A loop takes nothing from the heap, nested or not")
    func loops() {
        let sum = Atomic(0)
        let blocks = allocations {
            ComputePool.parallel(ranges: 1000, grain: 10) { sum.add($0.count, ordering: .relaxed) }
            ComputePool.parallel(count: 10) { i in
                ComputePool.parallel(count: 10) { j in sum.add(i * j, ordering: .relaxed) }
            }
        }
        #expect(blocks == 0)
        let total = sum.load(ordering: .relaxed)
        #expect(total == 80 * (1000 + 45 * 45))
    }

    @Test("Shapes, views and scratch memory take nothing from the heap")
    func plumbing() {
        let x = Tensor.random([2, 30, 40], seed: 1)
        let blocks = allocations {
            let y = x.reshaped([1, 2, 30, 40]).sliced(2, 3..<9).expanded(to: [1, 2, 6, 40]).contiguous()
            let shape = Shape(numbers.count, 4)
            let z = Tensor(repeating: 1, shape: shape) + Tensor(repeating: 2, shape: shape)
            ComputePool.withScratch(bytes: 70_000) { a in
                ComputePool.withScratch(bytes: 70_000) { b in withExtendedLifetime((a, b)) {} }
            }
            withExtendedLifetime((y, z)) {}
        }
        #expect(blocks == 0)
    }

    @Test("An inference takes nothing from the heap", arguments: SmallNetwork.Operation.allCases)
    func inference(operation: SmallNetwork.Operation) {
        let network = SmallNetwork()
        #expect(allocations { network.run(operation) } == 0)
    }
}

/// Something the optimizer doesn't know.
private let numbers = Tensor([1, 2, 3], shape: [3]).values

/// A mobile inverted bottleneck with a stem and a head, and its parts.
struct SmallNetwork: Sendable {
    enum Operation: CaseIterable {
        case pixels, convolved, winograd, small, depthwise, projected, pooled, joined, shuffled, linear, rounded, mean,
            scaled, added, softmax, network
    }

    let image = Tensor.random([1, 64, 64, 3], seed: 1)
    let stem = PackedFilters(Tensor.random([3, 3, 3, 16], seed: 2))
    let stemBias = Tensor.random([16], seed: 3)
    let expand = PackedMatrix(Tensor.random([16, 96], seed: 4))
    let expandBias = Tensor.random([96], seed: 5)
    let filters = Tensor.random([3, 3, 96], seed: 6)
    let squeeze = PackedMatrix(Tensor.random([96, 8], seed: 7))
    let excite = PackedMatrix(Tensor.random([8, 96], seed: 8))
    let project = PackedMatrix(Tensor.random([96, 16], seed: 9))
    let head = PackedMatrix(Tensor.random([16, 1000], seed: 10))
    let x = Tensor.random([1, 32, 32, 16], seed: 11)
    let wide = Tensor.random([1, 32, 32, 96], seed: 12)
    let square = PackedFilters(Tensor.random([3, 3, 96, 64], seed: 16), transformed: true)
    let halvingSquare = PackedFilters(Tensor.random([3, 3, 96, 64], seed: 16))
    let large = Tensor.random([1, 64, 64, 16], seed: 15)
    let factors = Tensor.random([1, 96], seed: 13)
    let rounded = PackedMatrix(Tensor.random([96, 16], seed: 14), precision: .bfloat16)
    let pixels = PixelBatch(
        count: 1, height: 64, width: 64, mean: [0, 0, 0], std: [1, 1, 1]
    ) { bytes in bytes.update(repeating: 9) }
    let same = Window(kernel: 3, padding: .init(1))
    let halving = Window(kernel: 3, stride: 2, padding: .init(top: 0, left: 0, bottom: 1, right: 1))

    func run(_ operation: Operation) {
        let result =
            switch operation {
            case .convolved: image.convolved(stem, bias: stemBias, window: halving, activation: .silu)
            case .depthwise: wide.depthwise(filters, bias: expandBias, window: same, activation: .silu)
            case .projected:
                large.depthwise(
                    filters, bias: expandBias, window: same, after: expansion,
                    then: PointwiseConvolution(weights: rounded, bias: stemBias, activation: .none), residual: large)
            case .winograd: wide.convolved(square, window: same)
            case .small: wide.sliced(1, 0..<5).sliced(2, 0..<5).convolved(halvingSquare, window: halving)
            case .pooled: wide.maxPooled(halving, roundingUp: true)
            case .joined: Tensor.concatenated([wide, x, wide.sliced(3, 3..<9)])
            case .shuffled: wide.shuffled(groups: 2)
            case .linear: wide.linear(project, bias: stemBias, residual: x)
            case .pixels: pixels.convolved(stem, bias: stemBias, window: halving)
            case .rounded: wide.linear(rounded, scale: factors, bias: stemBias)
            case .mean: wide.meanOverPixels()
            case .scaled: wide.scaled(byChannel: factors)
            case .added: x.adding(x, activation: .relu)
            case .softmax: wide.softmax()
            case .network: logits(image).softmax()
            }
        withExtendedLifetime(result) {}
    }

    private var expansion: PointwiseConvolution {
        PointwiseConvolution(weights: expand, bias: expandBias, activation: .silu)
    }

    private func logits(_ image: Tensor) -> Tensor {
        var x = image.convolved(stem, bias: stemBias, window: halving, activation: .silu)
        for _ in 0..<3 { x = block(x) }
        return x.meanOverPixels().linear(head)
    }

    private func block(_ x: Tensor) -> Tensor {
        let (wide, means) = x.depthwiseWithMeans(
            filters, bias: expandBias, window: same, activation: .silu, after: expansion)
        let factors = means.linear(squeeze, activation: .silu).linear(excite, activation: .sigmoid)
        return wide.linear(project, scale: factors, bias: stemBias, residual: x)
    }
}
