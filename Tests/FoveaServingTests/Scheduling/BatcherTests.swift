import FoveaTensor
import Testing

@testable import FoveaServing

@Suite struct BatcherTests {
    /// An image of one pixel.
    private static func image(_ value: UInt8) -> PixelBatch {
        PixelBatch(count: 1, height: 1, width: 1, mean: [0, 0, 0], std: [1, 1, 1]) { $0.update(repeating: value) }
    }

    /// One logit an image: its first byte.
    private static func network(_ sizes: Recorder) -> @Sendable (PixelBatch) throws -> Tensor {
        { pixels in
            sizes.append(pixels.count)
            let values = pixels.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 3).map { Float(bytes[$0]) }
            }
            return Tensor(values, shape: [pixels.count, 1])
        }
    }

    private static func run(_ batcher: Batcher, _ value: UInt8) async throws -> Batcher.Row {
        try await batcher.run(
            image(value), cost: .zero, priority: .normal, until: .now + .seconds(60), onLeave: {})
    }

    @Test("Images that wait for a core run together, as many as are allowed, and each gets its own answer")
    func together() async throws {
        let (busy, sizes) = (BusyPool(), Recorder())
        let scheduler = Scheduler(pool: busy.pool)
        let batcher = Batcher(.init(maxSize: 4), scheduler: scheduler, network: Self.network(sizes))
        let tasks = (0..<6).map { value in Task { try await Self.run(batcher, UInt8(value)) } }
        while batcher.pending < 6 { await Task.yield() }
        busy.release()
        for (value, task) in tasks.enumerated() {
            #expect(try await task.value.logits.values == [Float(value)])
        }
        #expect(sizes.all == [4, 2])
        #expect(batcher.pending == 0)
    }

    @Test("An idle machine answers an image alone and at once")
    func alone() async throws {
        let sizes = Recorder()
        let batcher = Batcher(
            .init(maxSize: 4), scheduler: Scheduler(pool: ComputePool(threads: 1)), network: Self.network(sizes))
        let row = try await Self.run(batcher, 7)
        #expect(row.logits.values == [7])
        #expect(row.images == 1)
        #expect(sizes.all == [1])
    }

    @Test("A batch that is full does not wait for its delay; one that is not does")
    func delay() async throws {
        let sizes = Recorder()
        let batcher = Batcher(
            .init(maxSize: 2, maxDelay: .milliseconds(40)), scheduler: Scheduler(pool: ComputePool(threads: 1)),
            network: Self.network(sizes))
        let start = ContinuousClock.now
        #expect(try await Self.run(batcher, 1).images == 1)
        #expect(ContinuousClock.now - start >= .milliseconds(40))
        async let first = Self.run(batcher, 2)
        async let second = Self.run(batcher, 3)
        #expect(try await [first.images, second.images] == [2, 2])
        #expect(sizes.all == [1, 2])
    }

    @Test("An image whose caller left is not computed, and its neighbours are")
    func cancelled() async throws {
        let (busy, sizes) = (BusyPool(), Recorder())
        let batcher = Batcher(
            .init(maxSize: 4), scheduler: Scheduler(pool: busy.pool), network: Self.network(sizes))
        let tasks = (0..<3).map { value in Task { try await Self.run(batcher, UInt8(value)) } }
        while batcher.pending < 3 { await Task.yield() }
        tasks[1].cancel()
        await #expect(throws: ServingError.cancelled) { try await tasks[1].value }
        busy.release()
        #expect(try await tasks[0].value.logits.values == [0])
        #expect(try await tasks[2].value.logits.values == [2])
        #expect(sizes.all == [2])
    }

    @Test("What the network throws reaches every image of the batch")
    func broken() async throws {
        struct Broken: Error, Equatable {}
        let busy = BusyPool()
        let batcher = Batcher(.init(maxSize: 2), scheduler: Scheduler(pool: busy.pool)) { _ in throw Broken() }
        let tasks = (0..<2).map { value in Task { try await Self.run(batcher, UInt8(value)) } }
        while batcher.pending < 2 { await Task.yield() }
        busy.release()
        for task in tasks { await #expect(throws: Broken()) { try await task.value } }
    }
}
