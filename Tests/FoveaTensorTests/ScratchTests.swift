import Glibc
import Synchronization
import Testing

@testable import FoveaTensor

@Suite struct ScratchTests {
    @Test("Nested calls have memory of their own, aligned to a cache line, and the next call finds it again")
    func nesting() {
        func addresses() -> [UInt] {
            ComputePool.withScratch(bytes: 100) { a in
                ComputePool.withScratch(bytes: 1_000_000) { b in
                    memset(b, 2, 1_000_000)
                    return ComputePool.withScratch(bytes: 0) { c in
                        memset(a, 1, 100)
                        #expect((0..<1_000_000).allSatisfy { b.load(fromByteOffset: $0, as: UInt8.self) == 2 })
                        return [a, b, c].map { UInt(bitPattern: $0) }
                    }
                }
            }
        }
        // The first call finds out how much is needed.
        _ = addresses()
        let second = addresses()
        #expect(second.map { $0 % 64 } == [0, 0, 0])
        #expect(Set(second).count == 3)
        #expect(addresses() == second)
        #expect(second[1] - second[0] == 128)
    }

    @Test("What an error leaves is taken back")
    func errors() {
        struct Failure: Error {}
        func address() -> UInt { ComputePool.withScratch(bytes: 64) { UInt(bitPattern: $0) } }
        let first = address()
        #expect(throws: Failure.self) { try ComputePool.withScratch(bytes: 64) { _ in throw Failure() } }
        #expect(address() == first)
    }

    @Test("A thread keeps no more than is bounded, and nothing after trimming")
    func keeping() {
        let scratch = Scratch()
        func use(_ bytes: Int) {
            _ = scratch.take(bytes)
            scratch.giveBack(bytes)
        }
        use(1000)
        #expect(scratch.keptBytes >= 1000)
        use(Scratch.mostKept + 1)
        #expect(scratch.keptBytes <= Scratch.mostKept)
        for _ in 0..<2 { use(500_000) }
        #expect(scratch.keptBytes >= 500_000)
        Scratch.trimAll()
        use(64)
        #expect(scratch.keptBytes == 64)
    }

    @Test("Threads don't share memory")
    func threads() {
        let seen = Mutex<Set<UInt>>([])
        onThreads(2) {
            bothWorkers {
                ComputePool.withScratch(bytes: 64) { memory in
                    _ = seen.withLock { $0.insert(UInt(bitPattern: memory)) }
                }
            }
        }
        #expect(seen.withLock(\.count) == 2)
    }
}
