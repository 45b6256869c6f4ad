import FoveaModels
public import FoveaTensor

/// Takes the time of one network on one compute pool.
public struct ModelBench: Sendable {
    public let model: BenchedModel
    public let batch: Int
    private let pool: ComputePool
    /// `[batch, H, W, 3]`
    private let input: Tensor

    /// - Parameter input: a file of float32 `[batch, H, W, 3]`; nil for numbers out of a generator.
    public init(_ model: BenchedModel, batch: Int, pool: ComputePool, input: String?) throws(BenchError) {
        if case .segmenter = model.network, batch > 1 { throw .oneImageOnly(model.architecture.name) }
        let shape = Shape(batch, model.input.height, model.input.width, 3)
        (self.model, self.batch, self.pool) = (model, batch, pool)
        self.input = if let input { try RawFloats.read(input, shape: shape) } else { Self.noise(shape) }
    }

    /// How many threads compute.
    public var threads: Int { pool.threads }

    /// Runs the network some times, so that memory and clocks are what they stay.
    public func warmUp() {
        for _ in 0..<2 { _ = output() }
    }

    /// Runs the network once and writes what it gives as float32 to a file: logits `[batch, classes]`, or an embedding
    /// `[64, 64, 256]`.
    public func dump(to path: String) throws(BenchError) { try RawFloats.write(output().values, to: path) }

    /// The milliseconds of `rounds` inferences, one right after the other.
    public func milliseconds(rounds: Int) -> [Double] { milliseconds { times, _ in times < rounds } }

    /// As `milliseconds(rounds:)`, until both 30 rounds and 3 seconds are over.
    public func milliseconds() -> [Double] { milliseconds { $0 < 30 || $1 < .seconds(3) } }

    private func output() -> Tensor {
        pool.result { [model, input] in Self.output(model, input) }
    }

    private static func output(_ model: BenchedModel, _ input: Tensor) -> Tensor {
        do {
            switch model.network {
            case .classifier(let network): return try network.logits(input)
            case .segmenter(let network): return try network.encoder.embedding(input)
            }
        } catch { preconditionFailure("nobody cancels a benchmark") }
    }

    /// Takes the times inside one job, as those of an inference are in the daemon.
    private func milliseconds(while goesOn: @escaping @Sendable (Int, Duration) -> Bool) -> [Double] {
        pool.result { [model, input] in
            let begin = ContinuousClock.now
            var times: [Double] = []
            while goesOn(times.count, .now - begin) {
                let start = ContinuousClock.now
                _ = Self.output(model, input)
                times.append((.now - start) / .milliseconds(1))
            }
            return times
        }
    }

    /// The operations of some inferences, and the milliseconds each inference took as a whole.
    func traced() -> [(milliseconds: Double, records: [OperationTrace.Record])] {
        pool.result { [model, input] in
            let begin = ContinuousClock.now
            var passes: [(Double, [OperationTrace.Record])] = []
            while passes.count < 3 || (passes.count < 11 && .now - begin < .seconds(1)) {
                let start = ContinuousClock.now
                let records = OperationTrace.recording { _ = Self.output(model, input) }.records
                passes.append(((.now - start) / .milliseconds(1), records))
            }
            return passes
        }
    }

    /// Reproducible numbers, evenly spread over -1…1, as normalised pixels are.
    private static func noise(_ shape: Shape) -> Tensor {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let values = (0..<shape.reduce(1, *)).map { _ -> Float in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Float(state >> 40) / Float(1 << 23) - 1
        }
        return Tensor(values, shape: shape)
    }
}
