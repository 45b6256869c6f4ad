import FoveaImage
import FoveaTensor
import Foundation
import Testing

@testable import FoveaModels
@testable import FoveaServing

/// Everything on a photograph against what the reference's `SamAutomaticMaskGenerator` finds.
@Suite(.serialized) struct AutomaticMaskGoldenTests {
    static let segmenter = Result { try SyntheticSegmenter() }
    static let runs = Fixture.rows("automatic-runs.tsv")

    /// A mask that the reference found.
    struct Expected {
        let area: Int
        /// x and y, width and height, each one less than COCO's.
        let box: [Int]
        let predictedIoU, stabilityScore: Double
        let point: [Double]
        let crop: [Int]
        /// COCO's compressed counts, or of the noisy masks of a network the pixels at 16 × 32 places, in hexadecimal digits.
        let pixels: String
    }

    private func expected(_ run: String) throws -> [Expected] {
        try Fixture.rows("automatic-masks.tsv").filter { $0[0] == run }.map { row in
            Expected(
                area: try #require(Int(row[1])), box: row[2].split(separator: ",").compactMap { Int($0) },
                predictedIoU: try #require(Double(row[3])), stabilityScore: Double(row[4]) ?? .nan,
                point: row[5].split(separator: ",").compactMap { Double($0) },
                crop: row[6].split(separator: ",").compactMap { Int($0) }, pixels: row[7])
        }
    }

    private func options(_ text: String) throws -> AutomaticMaskOptions {
        var options = AutomaticMaskOptions()
        for field in text.split(separator: " ") {
            let parts = field.split(separator: "=").map(String.init)
            try options.set(
                try #require(AutomaticMaskOptions.parameter(parts[0])), to: try #require(Double(parts[1])))
        }
        return options
    }

    private func numbers(_ dropped: DroppedMasks) -> [Int] {
        [
            dropped.predictedIoU, dropped.stabilityScore, dropped.cropEdge, dropped.boxNMS, dropped.cropNMS,
            dropped.smallRegions,
        ]
    }

    @Test("The fixtures are there, and every filter but the last drops something in one of them")
    func fixtures() throws {
        #expect(Self.runs.count == 6)
        let dropped = Self.runs.map { $0[3].split(separator: ",").compactMap { Int($0) } }
        for filter in 0..<5 { #expect(dropped.contains { $0[filter] > 0 }, "filter \(filter)") }
    }

    @Test(
        "Of drawn things the same masks are found, in the same order, and as many dropped by each filter",
        arguments: runs.filter { $0[1].contains("x") })
    func drawn(run: [String]) async throws {
        let segmenter = try Self.segmenter.get()
        let size = run[1].split(separator: "x").compactMap { Int($0) }
        let image = Image(width: size[0], height: size[1], pixels: [UInt8](repeating: 0, count: 3 * size[0] * size[1]))
        let bytes = image.pngData()
        let (model, loaded) = (segmenter.model, try segmenter.model.segmenter)
        let embedding = try model.encode(loaded.tensor(of: image), loaded).0
        var search = AutomaticSearch(
            model: model, segmenter: loaded, options: try options(run[2]), terms: JobTerms(), frame: embedding.frame,
            bytes: { bytes[...] }, report: { _ in })
        search.predict = { prompt, _ in DrawnThings.masks(of: prompt) }
        let masks = try await search.masks(embedding)
        let expected = try expected(run[0])
        #expect(numbers(search.dropped).map(String.init).joined(separator: ",") == run[3])
        try #require(masks.count == expected.count)
        for (mask, expected) in zip(masks, expected) {
            #expect(mask.mask.compressedCounts == expected.pixels)
            #expect(mask.mask.area == expected.area)
            let box = [mask.box.x0, mask.box.y0, mask.box.x1 - mask.box.x0, mask.box.y1 - mask.box.y0]
            #expect(box.map { Int($0) } == expected.box)
            #expect(abs(Double(mask.predictedIoU) - expected.predictedIoU) < 1e-6)
            // NaN, where all logits are far below, is nil here.
            #expect(
                mask.stabilityScore.map { abs(Double($0) - expected.stabilityScore) < 1e-6 }
                    ?? expected.stabilityScore.isNaN)
            #expect(abs(mask.x - expected.point[0]) < 1e-3 && abs(mask.y - expected.point[1]) < 1e-3)
            #expect([mask.crop.x, mask.crop.y, mask.crop.width, mask.crop.height] == expected.crop)
        }
    }

    /// In single precision the sums of a network come out otherwise in the last digits, so that pixels whose logit is near
    /// zero may differ, and masks that are near a threshold. Of the recorded runs none of the latter does.
    @Test(
        "With a whole network the same masks are found, but for a few pixels",
        arguments: runs.filter { !$0[1].contains("x") })
    func network(run: [String]) async throws {
        let model = try Self.segmenter.get().model
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Fixtures")
        let bytes = [UInt8](try Data(contentsOf: fixtures.appending(path: "photos/\(run[1])")))
        let found = FoundInTurn()
        let answer = try await model.segmentEverything(
            SHA256Digest(of: bytes[...]), try options(run[2]), bytes: { bytes[...] }, report: found.add)
        let (masks, expected) = (found.masks, try expected(run[0]))
        #expect(answer.masks == masks.count)
        #expect(numbers(answer.dropped).map(String.init).joined(separator: ",") == run[3])
        try #require(masks.count == expected.count)
        for (mask, expected) in zip(masks, expected) {
            #expect([mask.crop.x, mask.crop.y, mask.crop.width, mask.crop.height] == expected.crop)
            #expect(abs(mask.x - expected.point[0]) < 1e-3 && abs(mask.y - expected.point[1]) < 1e-3)
            #expect(abs(Double(mask.predictedIoU) - expected.predictedIoU) < 1e-4)
            #expect(abs(Double(mask.stabilityScore ?? .nan) - expected.stabilityScore) < 2e-3)
            #expect(abs(mask.mask.area - expected.area) * 500 <= mask.mask.area)
            let differing = zip(lattice(mask.mask), expected.pixels).reduce(0) { bits, digits in
                let (a, b) = (digits.0.hexDigitValue ?? 0, digits.1.hexDigitValue ?? 15)
                return bits + (a ^ b).nonzeroBitCount
            }
            #expect(differing <= 2)
        }
    }

    /// The mask at 16 × 32 places, in hexadecimal digits.
    private func lattice(_ mask: RunLengthMask) -> String {
        let pixels = mask.pixels
        let bits = (0..<16 * 32).map { place in
            let (row, column) = (place / 32 * mask.height / 16, place % 32 * mask.width / 32)
            return pixels[row * mask.width + column] == 0 ? 0 : 1
        }
        return stride(from: 0, to: bits.count, by: 4).map { first in
            String(bits[first..<first + 4].reduce(0) { 2 * $0 + $1 }, radix: 16)
        }.joined()
    }
}
