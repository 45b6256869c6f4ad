import FoveaTensor
import Synchronization
import Testing

@Suite struct RoIAlignTests {
    @Test("torchvision's roi_align", arguments: [1, 3])
    func goldens(threads: Int) throws {
        let table = try BoxFixtures.table("roi_aligned.tsv")
        #expect(table.count == 7)
        for row in table {
            let n = try row[0...7].map { try #require(Int($0)) }
            let x = BoxFixtures.features(seed: n[0], Shape(1, n[1], n[2], n[3]))
            let boxes = BoxFixtures.regions(seed: n[0] + 100, count: n[4], width: 16 * n[2], height: 16 * n[1])
            let y = onPool(threads: threads) {
                x.roiAligned(boxes, pooled: n[5], scale: 1 / 16, samplingRatio: n[6], isAligned: n[7] == 1)
            }
            #expect(y.shape == [n[4], n[5], n[5], n[3]])
            #expect(y.largestDifference(from: row[8].floats.map(Double.init)) < 4e-6, "\(row[0...7])")
        }
    }

    @Test("torchvision's ps_roi_align and the maximum of ThunderNet's authors", arguments: [1, 3])
    func positionSensitiveGoldens(threads: Int) throws {
        let table = try BoxFixtures.table("ps_roi_aligned.tsv")
        #expect(table.count == 9)
        for row in table {
            let n = try row[1...7].map { try #require(Int($0)) }
            let x = BoxFixtures.features(seed: n[0], Shape(1, n[1], n[2], n[3]))
            var boxes = BoxFixtures.regions(seed: n[0] + 100, count: n[4], width: 16 * n[2], height: 16 * n[1])
            if row[0] == "maximum" {
                boxes[0] = Box(x0: boxes[0].x0, y0: boxes[0].y0, x1: boxes[0].x0, y1: boxes[0].y1)
            }
            let style: PositionSensitivePooling = row[0] == "maximum" ? .maximum : .average(samplingRatio: n[6])
            let inputs = boxes
            let y = onPool(threads: threads) { x.positionSensitiveRoIAligned(inputs, pooled: n[5], style: style) }
            #expect(y.shape == [n[4], n[3]])
            // The maximum's numbers were made in double precision.
            #expect(y.largestDifference(from: row[8].floats.map(Double.init)) < 2e-5, "\(row[0...7])")
        }
    }

    private static let worked = [
        Box(x0: 16, y0: 16, x1: 64, y1: 80), Box(x0: 0, y0: 0, x1: 20, y1: 20), Box(x0: -40, y0: -8, x1: 100, y1: 120),
        Box(x0: 30, y0: 30, x1: 30, y1: 30),
    ]

    /// 100 times the channel, 10 times the row, and the column, of 6 × 5 pixels.
    private func ramp(channels: Int) -> Tensor {
        Tensor(
            (0..<6 * 5 * channels).map { index in
                let (pixel, c) = index.quotientAndRemainder(dividingBy: channels)
                return Float(100 * c + 10 * (pixel / 5) + pixel % 5)
            }, shape: [1, 6, 5, channels])
    }

    @Test("Worked values of position-sensitive pooling, with samples by number and by size")
    func workedPositionSensitive() {
        let two = ramp(channels: 8).positionSensitiveRoIAligned(
            Self.worked, pooled: 2, style: .average(samplingRatio: 2))
        #expect(
            two.largestDifference(from: [
                16.25, 117.75, 236.25, 337.75, 416.25, 517.75, 636.25, 737.75,
                0, 100.4375, 204.375, 304.8125, 400, 500.4375, 604.375, 704.8125,
                5.140625, 113.234375, 122.640625, 348.234375, 205.140625, 513.234375, 322.640625, 748.234375,
                15.125, 115.125, 215.125, 315.125, 415.125, 515.125, 615.125, 715.125,
            ]) < 1e-4)
        let bySize = ramp(channels: 8).positionSensitiveRoIAligned(
            Self.worked, pooled: 2, style: .average(samplingRatio: -1))
        #expect(
            bySize.largestDifference(from: [
                16.25, 117.75, 236.25, 337.75, 416.25, 517.75, 636.25, 737.75,
                0, 100.4375, 204.375, 304.8125, 400, 500.4375, 604.375, 704.8125,
                6.95, 91.4125, 109.65, 207.80937, 246.95, 411.41251, 289.64999, 447.80939,
                0, 0, 0, 0, 0, 0, 0, 0,
            ]) < 1e-4)
    }

    @Test("Worked values of RoI-Align")
    func workedAlign() {
        let loose = ramp(channels: 1).roiAligned(
            Self.worked, pooled: 2, scale: 1 / 16, samplingRatio: 2, isAligned: false)
        #expect(
            loose.largestDifference(from: [
                21.75, 23.25, 41.75, 43.25, 3.4375, 4.0625, 9.6875, 10.3125, 7.890625, 8.984375, 11.4453125, 11.9921875,
                23.375, 23.875, 28.375, 28.875,
            ]) < 1e-5)
        let aligned = ramp(channels: 1).roiAligned(
            Self.worked, pooled: 2, scale: 1 / 16, samplingRatio: 2, isAligned: true)
        #expect(
            aligned.largestDifference(from: [
                16.25, 17.75, 36.25, 37.75, 0, 0.4375, 4.375, 4.8125, 5.140625, 13.234375, 22.640625, 48.234375,
                15.125, 15.125, 15.125, 15.125,
            ]) < 1e-5)
    }

    private static let odd: [Box] = [Float.nan, .infinity, -.infinity, 3e38, -3e38].flatMap { number in
        [
            Box(x0: number, y0: 8, x1: 40, y1: 40), Box(x0: 8, y0: number, x1: 40, y1: 40),
            Box(x0: 8, y0: 8, x1: number, y1: 40), Box(x0: 8, y0: 8, x1: 40, y1: number),
            Box(x0: -number, y0: -number, x1: number, y1: number),
        ]
    }

    @Test("No box traps or costs without limit, and one that isn't finite gives zeros", arguments: [-1, 2])
    func oddBoxes(samplingRatio: Int) {
        for isAligned in [false, true] {
            let x = ramp(channels: 9)
            let y = x.roiAligned(Self.odd, pooled: 3, scale: 1 / 16, samplingRatio: samplingRatio, isAligned: isAligned)
            let styles: [PositionSensitivePooling] = [.average(samplingRatio: samplingRatio), .maximum]
            let pooled = [y] + styles.map { x.positionSensitiveRoIAligned(Self.odd, pooled: 3, style: $0) }
            for y in pooled {
                #expect(y.values.allSatisfy { $0.isFinite })
                #expect(y.sliced(0, 0..<15).values.allSatisfy { $0 == 0 })
            }
        }
    }

    @Test("A box that is upside down gives numbers, no box an empty tensor")
    func degenerate() {
        let x = ramp(channels: 8)
        for samplingRatio in [-1, 2] {
            let y = x.positionSensitiveRoIAligned(
                [Box(x0: 40, y0: 40, x1: 20, y1: 10)], pooled: 2, style: .average(samplingRatio: samplingRatio))
            #expect(y.values.allSatisfy { $0.isFinite })
            #expect(samplingRatio > 0 || y.values.allSatisfy { $0 == 0 })
        }
        #expect(x.positionSensitiveRoIAligned([], pooled: 2, style: .maximum).shape == [0, 8])
        #expect(x.roiAligned([], pooled: 2, scale: 1, samplingRatio: 2, isAligned: true).shape == [0, 2, 2, 8])
    }
}
