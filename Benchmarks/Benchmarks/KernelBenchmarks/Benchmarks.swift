import Benchmark
import FoveaTensor

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput], timeUnits: .microseconds, warmupIterations: 3,
        maxDuration: .milliseconds(500), maxIterations: 10_000)
    matrixProducts()
    depthwiseConvolutions()
    activations()
    parallelLoops()
    images()
}

/// The threads of every benchmark: what this machine allows.
let pool = ComputePool(threads: ComputePool.allowedThreads)

/// Defines a benchmark of `body`, which runs inside a job of the pool, `scale` times for each time taken.
func benchmarkOnPool(
    _ name: String, scale: BenchmarkScalingFactor = .one, _ body: @escaping @Sendable () -> Void
) {
    var configuration = Benchmark.defaultConfiguration
    configuration.scalingFactor = scale
    Benchmark(name, configuration: configuration) { benchmark in
        // The job is over before this closure is.
        nonisolated(unsafe) let benchmark = benchmark
        await withCheckedContinuation { continuation in
            pool.submit {
                body()  // the pool's other threads are awake then, as they are in the middle of a network
                benchmark.startMeasurement()
                for _ in benchmark.scaledIterations { body() }
                benchmark.stopMeasurement()
                continuation.resume()
            }
        }
    }
}

/// Reproducible numbers, evenly spread over -1…1.
func noise(_ lengths: Int...) -> Tensor {
    let shape = Shape(lengths)
    return Tensor((0..<shape.product).map { Float($0 * 7919 % 2001) / 1000 - 1 }, shape: shape)
}
