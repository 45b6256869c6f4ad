import FoveaImage
import FoveaTensor
import Testing

@Suite struct MaskUpsamplerTests {
    static func upsampler(_ sizes: [Int]) -> MaskUpsampler {
        MaskUpsampler(resizedHeight: sizes[2], resizedWidth: sizes[3], height: sizes[0], width: sizes[1])
    }

    @Test("The reference implementation's masks and stability scores")
    func goldens() throws {
        let table = try MaskFixtures.table("upsampled.tsv")
        #expect(table.count > 60)
        for row in table {
            let numbers = row[0...6].compactMap { Int($0) }
            let logits = MaskFixtures.logits(seed: numbers[0], spacing: numbers[1], bias: numbers[2])
            let upsampled = logits.withUnsafeBufferPointer { Self.upsampler(Array(numbers[3...]))($0) }
            let bounds = upsampled.mask.bounds
            #expect(String(upsampled.mask.area) == row[7], "\(row)")
            #expect("\(bounds.x),\(bounds.y),\(bounds.width),\(bounds.height)" == row[8])
            #expect(fnv(upsampled.mask.compressedCounts.utf8) == row[9])
            if row[10] == "nan" {
                #expect(upsampled.stabilityScore == nil)
            } else {
                #expect(try #require(upsampled.stabilityScore) == #require(Float(row[10])))
            }
        }
    }

    /// One resize in double precision.
    static func resized(_ x: [[Double]], height: Int, width: Int) -> [[Double]] {
        func axis(_ count: Int, _ target: Int) -> [(Int, Int, Double)] {
            (0..<target).map { output in
                let source = max((Double(output) + 0.5) * Double(count) / Double(target) - 0.5, 0)
                return (Int(source), min(Int(source) + 1, count - 1), source - source.rounded(.down))
            }
        }
        let (rows, columns) = (axis(x.count, height), axis(x[0].count, width))
        return rows.map { above, below, down in
            columns.map { left, right, across in
                let upper = x[above][left] * (1 - across) + x[above][right] * across
                let lower = x[below][left] * (1 - across) + x[below][right] * across
                return upper * (1 - down) + lower * down
            }
        }
    }

    @Test(
        "Two resizes in double precision give the same pixels but where the logit is next to the threshold",
        arguments: [[90, 60, 50, 33], [33, 50, 64, 64], [64, 20, 64, 20], [1, 200, 1, 64], [5, 7, 63, 1]])
    func twin(sizes: [Int]) {
        let upsampler = MaskUpsampler(
            logitsSide: 16, inputSide: 64, resizedHeight: sizes[2], resizedWidth: sizes[3], height: sizes[0],
            width: sizes[1])
        var generator = SeededGenerator(seed: 5)
        let logits = (0..<256).map { _ in Float.random(in: -4...4, using: &generator) }
        let input = Self.resized(
            (0..<16).map { y in (0..<16).map { Double(logits[16 * y + $0]) } }, height: 64, width: 64)
        let full = Self.resized(
            input.prefix(sizes[2]).map { Array($0.prefix(sizes[3])) }, height: sizes[0], width: sizes[1]
        ).flatMap { $0 }
        for threshold in [0, 0.75, -1.5] as [Float] {
            let upsampled = logits.withUnsafeBufferPointer { upsampler($0, threshold: threshold, stabilityOffset: 0.5) }
            let wrong = zip(upsampled.mask.pixels, full).filter {
                ($0 != 0) != ($1 > Double(threshold)) && abs($1 - Double(threshold)) > 1e-5
            }
            #expect(wrong.count == 0)
            let inner = full.count { $0 > Double(threshold) + 0.5 }
            let outer = full.count { $0 > Double(threshold) - 0.5 }
            #expect(abs((upsampled.stabilityScore ?? 0) - Float(inner) / Float(max(outer, 1))) < 0.001)
        }
    }

    @Test("Logits that are no numbers are background and stop nothing")
    func notNumbers() {
        let upsampler = Self.upsampler([300, 200, 1024, 683])
        let nan = [Float](repeating: .nan, count: 256 * 256).withUnsafeBufferPointer { upsampler($0) }
        #expect(nan.mask.area == 0 && nan.stabilityScore == nil)
        var mixed = MaskFixtures.logits(seed: 1, spacing: 4, bias: 0)
        for index in stride(from: 0, to: mixed.count, by: 7) {
            mixed[index] = [.nan, .infinity, -.infinity][index % 3]
        }
        let mask = mixed.withUnsafeBufferPointer { upsampler($0) }.mask
        #expect(mask.counts.reduce(0) { $0 + Int($1) } == 300 * 200)
    }
}
