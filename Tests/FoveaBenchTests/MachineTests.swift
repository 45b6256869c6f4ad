import FoveaTensor
import Synchronization
import Testing

@testable import FoveaBench

@Suite struct MachineTests {
    @Test(
        "Gangs double up to the most threads", arguments: [(1, [1]), (2, [1, 2]), (4, [1, 2, 4]), (6, [1, 2, 4, 6])])
    func sizes(most: Int, sizes: [Int]) {
        #expect(Gang.sizes(upTo: most) == sizes)
    }

    @Test("Each thread of a gang works once, and all of them at the same time")
    func gang() {
        let numbers = Seen()
        let seconds = Gang(threads: 3).seconds { number in
            numbers.add(number)
            // Ends only if the three are there together.
            while numbers.count < 3 {}
        }
        #expect(numbers.all == [0, 1, 2])
        #expect(seconds > 0)
    }

    @Test("The instruction set in use is among those measured, and every loop computes something")
    func peaks() {
        let peaks = ArithmeticPeak.all(Gang(threads: 1))
        #expect(peaks.count { $0.isInUse && $0.type == "f32" } == 1)
        // The slowest machine worth the name; a loop that the compiler left out would be thousands of times faster.
        for peak in peaks { #expect((0.5...5000).contains(peak.gigaflops), "\(peak)") }
        #expect((0.2...10).contains(ArithmeticPeak.gigahertz(Gang(threads: 1))))
    }

    @Test("Products of the kernels and of OpenBLAS are really computed")
    func products() {
        let rate = ProductRate.measured(40, 30, 20, Gang(threads: 1))
        for rate in [rate.kernels, rate.openBLAS] { #expect((0.01...5000).contains(rate)) }
        var out: [Float] = [0, 0, 0, 0]
        ProductRate.multiply([1, 2, 3, 4, 5, 6], [1, 10, 2, 20, 3, 30], 2, 3, 2, into: &out)
        #expect(out == [14, 140, 32, 320])
    }

    @Test("Memory is read, written and copied at the speed of memory", arguments: [1, 2])
    func bandwidth(threads: Int) {
        let memory = WorkingMemory(bytes: 1 << 20)
        let rates = Bandwidth.measured(bytes: 1 << 20, Gang(threads: threads), in: memory)
        for rate in [rates.read, rates.write, rates.copy] { #expect((0.1...20000).contains(rate)) }
        #expect(memory.part(of: 16384, threads: 3) == 5120)
        #expect(memory.part(of: 16384, threads: 1000) == 2048)
    }

    @Test("A copy really copies, and nothing else")
    func copies() {
        let memory = WorkingMemory(bytes: 8192)
        memory.start.storeBytes(of: 7, as: UInt8.self)
        memory.start.storeBytes(of: 9, toByteOffset: 2047, as: UInt8.self)
        _ = Bandwidth.copy(bytes: 4096, Gang(threads: 1), in: memory)
        #expect(memory.start.load(fromByteOffset: 2048, as: UInt8.self) == 7)
        #expect(memory.start.load(fromByteOffset: 4095, as: UInt8.self) == 9)
        #expect(memory.start.load(fromByteOffset: 4096, as: UInt8.self) == 1)
    }

    @Test("Sharing work costs something, but not milliseconds")
    func poolCosts() throws {
        let costs = PoolCosts.measured(threads: 2)
        #expect(costs.loops.map(\.threads) == [2])
        let loop = try #require(costs.loops.first)
        #expect((0.01...5000).contains(loop.empty))
        #expect((0.01...5000).contains(loop.joined))
        #expect((0.0001...50).contains(costs.wakeUp.median))
    }

    @Test("Two threads that aren't worth two are said to be so")
    func note() throws {
        #expect(MachineReport.note(speedup: 1.95) == nil)
        #expect(MachineReport.note(speedup: 1.3) == nil)
        #expect(try #require(MachineReport.note(speedup: 1.12)).hasPrefix("2 threads reach 1.12x of one"))
    }

    @Test("The roofline is the arithmetic's or the memory's time, whichever is longer")
    func roofline() {
        let roofline = Roofline(peak: 100, bandwidths: [(1000, 50), (100_000, 10)])
        #expect(roofline.milliseconds(operations: 1e9, bytes: 8) == 10)
        #expect(roofline.milliseconds(operations: 0, bytes: 1000) == 1000 / 50 / 1e6)
        #expect(roofline.milliseconds(operations: 0, bytes: 1001) == 1001 / 10 / 1e6)
        #expect(roofline.milliseconds(operations: 0, bytes: 1e6) == 1e6 / 10 / 1e6)
    }

    @Test("The processor's name is found where there is one")
    func processor() {
        #expect(ProcessorName.name(in: "processor\t: 0\nmodel name\t: Some: CPU\nmodel name\t: B\n") == "Some: CPU")
        #expect(ProcessorName.name(in: "processor\t: 0\nBogoMIPS\t: 48.00\n") == nil)
    }
}

private final class Seen: Sendable {
    private let numbers = Mutex<[Int]>([])
    func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    var count: Int { numbers.withLock { $0.count } }
    var all: [Int] { numbers.withLock { $0.sorted() } }
}
