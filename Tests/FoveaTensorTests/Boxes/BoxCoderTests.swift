import FoveaTensor
import Testing

@Suite struct BoxCoderTests {
    private func isClose(_ got: [Float], _ expected: [Float], _ tolerance: Float = 2e-6) -> Bool {
        let largest = expected.map(abs).max() ?? 0
        return got.count == expected.count && zip(got, expected).allSatisfy { abs($0 - $1) <= tolerance * largest }
    }

    private func box(_ corners: [Float]) -> Box {
        Box(x0: corners[0], y0: corners[1], x1: corners[2], y1: corners[3])
    }

    @Test("torchvision's numbers, there and back")
    func goldens() throws {
        let table = try BoxFixtures.table("coded.tsv")
        #expect(table.count == 72)
        for row in table {
            let (weights, proposal, input, expected) = (row[1].floats, box(row[3].floats), row[4].floats, row[5].floats)
            let coder = BoxCoder(deviations: 1 / SIMD4(weights), sizeLimit: row[2] == "1" ? .upper : .none)
            if row[0] == "decoded" {
                #expect(isClose(coder.decoded(SIMD4(input), from: proposal).corners, expected), "\(row)")
            } else {
                let code = coder.encoded(box(input), relativeTo: proposal)
                #expect(isClose(code.indices.map { code[$0] }, expected), "\(row)")
                #expect(isClose(coder.decoded(code, from: proposal).corners, input, 1e-5), "\(row)")
            }
        }
    }

    @Test("Growth is limited at no side, above or on both")
    func limits() {
        let proposal = Box(x0: 10, y0: 20, x1: 50, y1: 100)
        let upper = BoxCoder(deviations: [0.1, 0.1, 0.2, 0.2], sizeLimit: .upper)
        #expect(
            isClose(
                upper.decoded([1, -2, 3, 30], from: proposal).corners, [-2.44238, -2456.0002, 70.44238, 2544.0002], 1e-6
            ))
        #expect(
            isClose(
                BoxCoder().decoded([0.1, 0.2, 0.3, -0.4], from: proposal).corners,
                [7.002823, 49.187199, 60.997177, 102.812805], 1e-6))
        let tall: (SIMD4<Float>) -> [Float] = { deltas in
            [BoxCoder.SizeLimit.none, .upper, .both].map { limit in
                let box = BoxCoder(sizeLimit: limit).decoded(deltas, from: proposal)
                return box.y1 - box.y0
            }
        }
        #expect(isClose(tall([0, 0, 0, 5]), [11873.053, 5000, 5000], 1e-4))
        #expect(isClose(tall([0, 0, 0, -5]).map { 1000 * $0 }, [539.0358, 539.0358, 1280], 1e-3))
        #expect(BoxCoder(sizeLimit: .none).decoded([0, 0, 200, 0], from: proposal).isFinite == false)
    }

    @Test("With a pixel more, a box from 3 to 5 is 3 wide")
    func pixelOffset() {
        let coder = BoxCoder(pixelOffset: 1)
        #expect(coder.decoded([0, 0, 0, 0], from: Box(x0: 3, y0: 3, x1: 5, y1: 4)) == Box(x0: 3, y0: 3, x1: 6, y1: 5))
        let proposal = Box(x0: 0, y0: 0, x1: 15, y1: 15)
        #expect(coder.decoded([0.5, -0.25, 0, 0], from: proposal) == Box(x0: 8, y0: -4, x1: 24, y1: 12))
        #expect(coder.encoded(Box(x0: 8, y0: -4, x1: 23, y1: 11), relativeTo: proposal) == [0.5, -0.25, 0, 0])
    }

    @Test("NaN comes through, and what is empty or not finite is found")
    func notFinite() {
        let box = Box(x0: 0, y0: 0, x1: 1, y1: 1)
        for place in 0..<4 {
            var deltas = SIMD4<Float>()
            deltas[place] = .nan
            for limit in [BoxCoder.SizeLimit.none, .upper, .both] {
                let decoded = BoxCoder(sizeLimit: limit).decoded(deltas, from: box)
                #expect(!decoded.isFinite && decoded.isEmpty)
            }
        }
        #expect(box.isFinite && !box.isEmpty)
        #expect(!Box(x0: 0, y0: 0, x1: .infinity, y1: 1).isFinite)
        #expect(Box(x0: 0, y0: 0, x1: 0, y1: 1).isEmpty && Box(x0: 0, y0: 2, x1: 1, y1: 1).isEmpty)
    }

    @Test("A box is clipped to the image, whatever its corners are")
    func clipping() {
        #expect(
            Box(x0: -3, y0: 2, x1: 400, y1: 255.5).clipped(width: 320, height: 256)
                == Box(x0: 0, y0: 2, x1: 320, y1: 255.5))
        #expect(
            Box(x0: -3, y0: 2, x1: 400, y1: 255.5).clipped(width: 320, height: 256, pixelOffset: 1)
                == Box(x0: 0, y0: 2, x1: 319, y1: 255))
        #expect(
            Box(x0: 500, y0: .nan, x1: .infinity, y1: -.infinity).clipped(width: 320, height: 256)
                == Box(x0: 320, y0: 0, x1: 320, y1: 0))
        #expect(
            Box(x0: 0, y0: 0, x1: 9, y1: 9).clipped(width: 0, height: 1, pixelOffset: 1)
                == Box(x0: 0, y0: 0, x1: 0, y1: 0))
    }
}
