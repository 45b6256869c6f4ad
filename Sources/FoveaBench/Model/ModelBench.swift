import FoveaModels
public import FoveaTensor

/// Takes the time of one network on one compute pool.
public struct ModelBench: Sendable {
    public let model: BenchedModel
    public let part: BenchedPart
    public let batch: Int
    private let pool: ComputePool
    /// One inference: throws where nobody waits for it, which is never here.
    private let inference: @Sendable () throws -> Tensor

    /// - Parameter input: a file of float32 `[batch, H, W, 3]`, for a decoder of an embedding's shape; nil for numbers out of
    ///   a generator.
    public init(
        _ model: BenchedModel, part: BenchedPart = .network, batch: Int, pool: ComputePool, input: String?
    ) throws(BenchError) {
        (self.model, self.part, self.batch, self.pool) = (model, part, batch, pool)
        switch (model.network, part) {
        case (.segmenter, _) where batch > 1: throw .oneImageOnly(model.architecture.name)
        case (.classifier, .decoder), (.detector, .decoder): throw .noDecoder(model.architecture.name)
        case (.classifier(let network), .network):
            let input = try Self.input(Shape(batch, model.input.height, model.input.width, 3), input)
            inference = { try network.logits(input) }
        case (.detector(let network), .network):
            let input = try Self.input(Shape(batch, model.input.height, model.input.width, 3), input)
            inference = { Self.table(try network.objects(in: input, DetectionOptions())) }
        case (.segmenter(let network), .network):
            let input = try Self.input(Shape(batch, model.input.height, model.input.width, 3), input)
            inference = { try network.embedding(input) }
        case (.segmenter(let network), .decoder):
            let embedding = try Self.input(network.geometry.embedding, input)
            let image = pool.result { network.prepared(embedding) }
            let centre = Double(network.geometry.side) / 2
            let click = Prompt(points: [.init(x: centre, y: centre, label: .foreground)])
            inference = { try image.masks(for: click, .multiple).logits }
        }
    }

    /// A row for each object: corners, class, score.
    private static func table(_ objects: [[DetectedObject]]) -> Tensor {
        let rows = objects.flatMap(\.self).flatMap { object in
            [object.box.x0, object.box.y0, object.box.x1, object.box.y1, Float(object.classID), object.score]
        }
        return Tensor(rows, shape: Shape(rows.count / 6, 6))
    }

    private static func input(_ shape: Shape, _ file: String?) throws(BenchError) -> Tensor {
        if let file { try RawFloats.read(file, shape: shape) } else { noise(shape) }
    }

    /// How many threads compute.
    public var threads: Int { pool.threads }

    /// Runs the network some times, so that memory and clocks are what they stay.
    public func warmUp() {
        for _ in 0..<2 { _ = output() }
    }

    /// Runs the network once and writes what it gives as float32 to a file: logits `[batch, classes]`, objects `[objects, 6]`
    /// (corners, class, score), an embedding or masks `[3, H, W]`.
    public func dump(to path: String) throws(BenchError) { try RawFloats.write(output().values, to: path) }

    /// The milliseconds of `rounds` inferences, one right after the other.
    public func milliseconds(rounds: Int) -> [Double] { milliseconds { times, _ in times < rounds } }

    /// As `milliseconds(rounds:)`, until both 30 rounds and 3 seconds are over.
    public func milliseconds() -> [Double] { milliseconds { $0 < 30 || $1 < .seconds(3) } }

    private func output() -> Tensor { pool.result(infer) }

    @Sendable private func infer() -> Tensor {
        do { return try inference() } catch { preconditionFailure("nobody cancels a benchmark") }
    }

    /// Takes the times inside one job, as those of an inference are in the daemon.
    private func milliseconds(while goesOn: @escaping @Sendable (Int, Duration) -> Bool) -> [Double] {
        pool.result {
            let begin = ContinuousClock.now
            var times: [Double] = []
            while goesOn(times.count, .now - begin) {
                let start = ContinuousClock.now
                _ = infer()
                times.append((.now - start) / .milliseconds(1))
            }
            return times
        }
    }

    /// The operations of some inferences, and the milliseconds each inference took as a whole.
    func traced() -> [(milliseconds: Double, records: [OperationTrace.Record])] {
        pool.result {
            let begin = ContinuousClock.now
            var passes: [(Double, [OperationTrace.Record])] = []
            while passes.count < 3 || (passes.count < 11 && .now - begin < .seconds(1)) {
                let start = ContinuousClock.now
                let records = OperationTrace.recording { _ = infer() }.records
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
