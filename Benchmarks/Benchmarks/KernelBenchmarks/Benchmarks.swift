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
func noise(_ shape: Int...) -> Tensor {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    let values = (0..<shape.reduce(1, *)).map { _ -> Float in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Float(state >> 40) / Float(1 << 23) - 1
    }
    return Tensor(values, shape: shape)
}
