import FoveaTensor
import Logging
import Synchronization
import Testing

@testable import FoveaModels
@testable import FoveaServing
@testable import FoveaStore

@Suite struct EmbeddingCacheTests {
    private let scheduler = Scheduler(pool: ComputePool(threads: 1))

    private func key(_ image: String, encoder: String = "m") -> EmbeddingCache.Key {
        .init(encoder: SHA256Digest(of: Array(encoder.utf8)[...]), image: SHA256Digest(of: Array(image.utf8)[...]))
    }

    private let geometry = SegmentAnything.geometry

    private func embedding(_ value: Float = 0.1) -> ImageEmbedding {
        ImageEmbedding(
            Tensor([Float](repeating: value, count: geometry.embedding.product), shape: geometry.embedding),
            frame: ImageFrame(width: 3, height: 2, side: geometry.side))
    }

    private func ask(
        _ cache: EmbeddingCache, _ key: EmbeddingCache.Key,
        compute: @escaping @Sendable () async throws -> ImageEmbedding
    ) async throws -> EmbeddingOrigin {
        try await cache.embedding(key, geometry, scheduler: scheduler, until: .now + .seconds(60)) { _ in
            try await compute()
        }.1
    }

    @Test("However many ask for a photograph at once, it is computed once; later askers get what is kept")
    func once() async throws {
        let (cache, gate) = (EmbeddingCache(), Gate())
        let runs = Count()
        let made = embedding()
        let origins = try await withThrowingTaskGroup(of: EmbeddingOrigin.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await ask(cache, key("a")) {
                        runs.increase()
                        await gate.opened()
                        return made
                    }
                }
            }
            while cache.requests.values.reduce(0, +) < 20 { await Task.yield() }
            gate.open()
            return try await group.reduce(into: [EmbeddingOrigin]()) { $0.append($1) }
        }
        #expect(runs.value == 1)
        #expect(origins.count { $0 == .miss } == 1)
        #expect(origins.count { $0 == .joined } == 19)
        #expect(
            try await ask(cache, key("a")) {
                Issue.record("computed again"); return made
            } == .memory)
        #expect(try await ask(cache, key("a", encoder: "other")) { made } == .miss)
        #expect(cache.requests == [.miss: 2, .joined: 19, .memory: 1])
    }

    @Test("What was used least recently goes when the budget is full")
    func budget() async throws {
        let cache = EmbeddingCache(budget: 2 * embedding().bytes)
        let made = embedding()
        for image in ["a", "b"] { #expect(try await ask(cache, key(image)) { made } == .miss) }
        #expect(try await ask(cache, key("a")) { made } == .memory)
        #expect(try await ask(cache, key("c")) { made } == .miss)
        #expect(cache.bytes == 2 * made.bytes)
        #expect(try await ask(cache, key("a")) { made } == .memory)
        #expect(try await ask(cache, key("b")) { made } == .miss)
        cache.forget(key("a").image)
        #expect(try await ask(cache, key("a")) { made } == .miss)
    }

    @Test("A failure is told to all who wait, and not kept")
    func failure() async throws {
        let cache = EmbeddingCache()
        await #expect(throws: ServingError.cancelled) {
            try await ask(cache, key("a")) { throw ServingError.cancelled }
        }
        let made = embedding()
        #expect(try await ask(cache, key("a")) { made } == .miss)
    }

    @Test("A computation goes on when the one who began it leaves, and ends when the last does")
    func leaving() async throws {
        let (cache, gate) = (EmbeddingCache(), Gate())
        let made = embedding()
        let cancellations = Count()
        let compute: @Sendable () async throws -> ImageEmbedding = {
            await withTaskCancellationHandler {
                await gate.opened()
            } onCancel: {
                cancellations.increase()
                gate.open()
            }
            return made
        }
        let first = Task { try await ask(cache, key("a"), compute: compute) }
        while cache.requests[.miss] != 1 { await Task.yield() }
        let second = Task { try await ask(cache, key("a"), compute: compute) }
        while cache.requests[.joined] != 1 { await Task.yield() }
        first.cancel()
        await #expect(throws: ServingError.cancelled) { try await first.value }
        #expect(cancellations.value == 0)
        second.cancel()
        await #expect(throws: ServingError.cancelled) { try await second.value }
        await gate.opened()
        #expect(cancellations.value == 1)
        #expect(cache.bytes == 0)
    }

    @Test(
        "What is on disk outlives the cache, for the same encoder alone, unless it is damaged or its photograph forgotten"
    )
    func disk() async throws {
        let folder = try TemporaryFolder()
        func open() throws -> (cache: EmbeddingCache, files: EmbeddingFiles) {
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let files = try EmbeddingFiles(directory: folder.path + "/e", budget: 1 << 30, logger: logger)
            return (EmbeddingCache(files: files), files)
        }
        let made = embedding()
        let first = try open()
        #expect(try await ask(first.cache, key("a")) { made } == .miss)
        #expect(try await ask(first.cache, key("b")) { made } == .miss)
        first.files.close()
        #expect(first.cache.bytesOnDisk == 2 * made.fileBytes.count)

        let second = try open()
        let (kept, origin) = try await second.cache.embedding(
            key("a"), geometry, scheduler: scheduler, until: .now + .seconds(60)
        ) { _ in
            Issue.record("computed again")
            return made
        }
        #expect(origin == .disk)
        #expect(kept.elements == made.elements)
        #expect(kept.frame == made.frame)
        #expect(try await ask(second.cache, key("a")) { made } == .memory)
        #expect(try await ask(second.cache, key("a", encoder: "other")) { made } == .miss)
        second.files.close()

        let path = folder.path + "/e/\(key("b").encoder)/\(key("b").image)"
        var bytes = made.fileBytes
        bytes[1000] ^= 1
        try folder.write(bytes, to: String(path.dropFirst(folder.path.count + 1)))
        let third = try open()
        third.cache.forget(key("a").image)
        third.files.close()
        #expect(try await ask(third.cache, key("a")) { made } == .miss)
        let computed = Count()
        _ = try await ask(third.cache, key("b")) {
            computed.increase()
            return made
        }
        #expect(computed.value == 1)
        third.files.close()
        #expect(try await ask(try open().cache, key("b")) { made } == .disk)
    }

    @Test("Only a whole file of this version is read as an embedding")
    func file() throws {
        let bytes = embedding().fileBytes
        func read(_ bytes: [UInt8]) -> ImageEmbedding? { ImageEmbedding(fileBytes: bytes, geometry) }
        #expect(read(bytes)?.frame == ImageFrame(width: 3, height: 2, side: 1024))
        #expect(ImageEmbedding(fileBytes: bytes, LiteSegmenter.geometry) == nil)
        for cut in [0, 1, 18, bytes.count - 32, bytes.count - 1] {
            #expect(read(Array(bytes[..<cut])) == nil)
        }
        #expect(read(bytes + [0]) == nil)
        for position in [0, 6, 10, 14, 18, bytes.count - 1] {
            var changed = bytes
            changed[position] ^= 0x40
            #expect(read(changed) == nil)
        }
        // A right sum does not make up for another version or a frame without pixels.
        for position in [6, 10] {
            var changed = Array(bytes.dropLast(32))
            changed[position] = position == 6 ? 2 : 0
            #expect(read(changed + SHA256Digest.bytes(of: changed[...])) == nil)
        }
    }

    @Test("Elements are kept in half precision")
    func precision() {
        let kept = embedding(0.1)
        #expect(kept.elements.allSatisfy { $0 == Float16(0.1) })
        #expect(kept.bytes == 2 << 20)
    }

    @Test("A mask's logits are there under its name, for its photograph alone, until newer ones need the room")
    func masks() {
        let shelf = MaskShelf(capacity: 2)
        let logits = (0..<3).map { Tensor([Float($0)], shape: [1]) }
        let ids = logits.map { shelf.keep($0, of: key("a")) }
        #expect(Set(ids).count == 3)
        #expect(shelf.logits(ids[0], of: key("a")) == nil)
        #expect(shelf.logits(ids[1], of: key("a"))?.values == [1])
        #expect(shelf.logits(ids[2], of: key("b")) == nil)
        #expect(shelf.logits("", of: key("a")) == nil)
        shelf.forget(key("b").image)
        #expect(shelf.logits(ids[2], of: key("a")) != nil)
        shelf.forget(key("a").image)
        #expect(shelf.logits(ids[2], of: key("a")) == nil)
    }
}

private final class Count: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increase() { count.withLock { $0 += 1 } }
}

/// Lets those who wait go on once it is open.
private final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func opened() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
