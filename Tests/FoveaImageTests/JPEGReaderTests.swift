import Testing

@testable import FoveaImage

@Suite struct JPEGReaderTests {
    /// The bytes of `columns` in the rows from `first` on, four at most, decoded with everything else left out or not.
    static func pixels(
        _ bytes: ArraySlice<UInt8>, denominator: Int, columns: Range<Int>, first: Int, leavingOut: Bool
    ) throws -> [UInt8] {
        try bytes.withUnsafeBufferPointer { buffer in
            let reader = try JPEGReader(buffer, limits: .manyScans)
            let width = (reader.storedWidth + denominator - 1) / denominator
            try reader.start(denominator: denominator, columns: leavingOut ? columns : 0..<width)
            if leavingOut { try reader.skip(rows: first) } else { for _ in 0..<first { _ = try reader.next(rows: 1) } }
            var pixels: [UInt8] = []
            let count = min(4, reader.rows - first)
            let batch = try reader.next(rows: count) + 3 * (columns.lowerBound - reader.firstColumn)
            for row in 0..<count {
                pixels += UnsafeBufferPointer(start: batch + row * reader.rowBytes, count: 3 * columns.count)
            }
            try reader.skip(rows: reader.rows - first - count)
            try reader.finish()
            return pixels
        }
    }

    @Test(
        "What is decoded does not depend on what is left out",
        arguments: Fixtures.pictures.filter { $0.hasSuffix(".jpg") && $0 != "one-pixel.jpg" }, [1, 2, 4, 8])
    func leavingOut(name: String, denominator: Int) throws {
        let bytes = try Fixtures.bytes(name)
        let header = try ImageHeader(reading: bytes)
        let (width, height) = header.orientation < 5 ? (header.width, header.height) : (header.height, header.width)
        for (left, right, first) in [(0, 9, 0), (40, 41, 35), (60, 97, 70), (33, 64, 48), (88, 97, 16), (50, 52, 1)] {
            let columns = left / denominator..<max(min(right, width) / denominator, left / denominator + 1)
            let first = min(first, height - 1) / denominator
            let part = try Self.pixels(
                bytes, denominator: denominator, columns: columns, first: first, leavingOut: true)
            let whole = try Self.pixels(
                bytes, denominator: denominator, columns: columns, first: first, leavingOut: false)
            #expect(fnv(part) == fnv(whole), "columns \(columns), row \(first)")
        }
    }
}
