import FoveaImage
import FoveaTensor
import Synchronization
import Testing

@testable import FoveaServing

@Suite(.serialized) struct SegmentEverythingTests {
    private static let segmenter = Result { try SyntheticSegmenter() }
    private static let image = Image(width: 40, height: 30, pixels: (0..<3600).map { UInt8($0 % 251) }).pngData()

    private func options(points: Int = 6) -> AutomaticMaskOptions {
        var options = AutomaticMaskOptions()
        (options.pointsPerSide, options.predictedIoUThreshold, options.stabilityScoreThreshold) = (points, 0, 0)
        return options
    }

    private func search(
        _ options: AutomaticMaskOptions, image: [UInt8] = image,
        report: @escaping @Sendable (AutomaticMaskEvent) async throws -> Void
    ) async throws -> AutomaticSegmentation {
        try await Self.segmenter.get().model.segmentEverything(
            SHA256Digest(of: image[...]), options, bytes: { image[...] }, report: report)
    }

    @Test("Where nothing is said of masks, those are good enough that the network's thresholds let through")
    func thresholds() async throws {
        var (unsaid, said) = (options(points: 3), options(points: 3))
        (unsaid.predictedIoUThreshold, unsaid.stabilityScoreThreshold) = (nil, nil)
        (said.predictedIoUThreshold, said.stabilityScoreThreshold) = (0.88, 0.95)
        let dropped = try await search(unsaid) { _ in }.dropped
        #expect(dropped == (try await search(said) { _ in }.dropped))
        #expect(dropped.predictedIoU + dropped.stabilityScore > 0)
        #expect(dropped != (try await search(options(points: 3)) { _ in }.dropped))
    }

    @Test("Progress is told from the beginning to the end, then the masks")
    func progress() async throws {
        let found = FoundInTurn()
        let answer = try await search(options(), report: found.add)
        #expect(found.progress.map(\.points) == [0, 16, 32, 36])
        #expect(found.progress.allSatisfy { $0.pointsInAll == 36 })
        #expect(found.progress.last?.candidates == 108)
        #expect(found.masks.count == answer.masks)
        #expect(answer.masks + answer.dropped.boxNMS == 108)
        #expect(answer.points == 36)
        #expect(answer.crops == 1)
        #expect(zip(found.masks, found.masks.dropFirst()).allSatisfy { $0.predictedIoU >= $1.predictedIoU })
    }

    @Test("The embedding of the photograph is kept for the next request, and none of its parts'")
    func embedding() async throws {
        let image = Image(width: 31, height: 40, pixels: [UInt8](repeating: 7, count: 3 * 31 * 40)).pngData()
        var options = options(points: 2)
        options.cropLayers = 1
        let cache = try Self.segmenter.get().model.segmenter.embeddings
        let before = cache.bytes
        #expect(try await search(options, image: image) { _ in }.origin == .miss)
        #expect(cache.bytes == before + (14 << 20))
        let again = try await search(options, image: image) { _ in }
        #expect(again.origin == .memory)
        #expect(again.crops == 5)
        #expect(again.points == 20)
    }

    @Test("A parameter out of its range is refused before anything is read")
    func refused() async throws {
        var options = options()
        options.pointsPerSide = 0
        await #expect(throws: ServingError.invalidPrompt("points_per_side is a whole number in 1…64, not 0")) {
            try await Self.segmenter.get().model.segmentEverything(
                SHA256Digest(of: [][...]), options,
                bytes: {
                    Issue.record("read")
                    return []
                }, report: { _ in })
        }
    }

    @Test("What is no image is refused")
    func noImage() async throws {
        await #expect(throws: ServingError.self) { try await search(options(), image: [1, 2, 3]) { _ in } }
    }

    @Test("A search ends when its task is cancelled, and when nobody listens any more")
    func cancelled() async throws {
        let pool = try Self.segmenter.get().pool
        let batches = Mutex(0)
        let task = Task {
            try await search(options(points: 64)) { event in
                guard case .progress(let progress) = event else { return }
                batches.withLock { $0 += 1 }
                if progress.points > 0 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: ServingError.cancelled) { try await task.value }
        #expect(batches.withLock { $0 } == 2)
        await #expect(throws: Gone()) { try await search(options()) { _ in throw Gone() } }
        #expect(pool.submit {})
    }

    @Test("A click gets its turn while everything is looked for")
    func turns() async throws {
        let segmenter = try SyntheticSegmenter(threads: 1)
        let image = Self.image
        let clicks = Mutex(0)
        let digest = SHA256Digest(of: image[...])
        let answer = try await segmenter.model.segmentEverything(digest, options(), bytes: { image[...] }) { event in
            guard case .progress(let progress) = event, progress.points == 16 else { return }
            // It waits for this, so that the click runs in the middle.
            let click = try await segmenter.model.segment(
                digest, prompts: [SegmentPrompt(points: [.init(x: 20, y: 15)])], bytes: { image[...] })
            clicks.withLock { $0 += click.results.count }
        }
        #expect(clicks.withLock { $0 } == 1)
        #expect(answer.points == 36)
    }
}

private struct Gone: Error, Equatable {}
