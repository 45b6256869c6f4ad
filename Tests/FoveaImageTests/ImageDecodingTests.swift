import FoveaImage
import Testing

@Suite struct ImageDecodingTests {
    @Test("Every kind of JPEG and PNG decodes to the reference's bytes")
    func decodes() throws {
        let table = try Fixtures.table("decoded.tsv")
        #expect(table.count == Fixtures.pictures.count)
        for row in table {
            let image = try Image(decoding: Fixtures.bytes(row[0]), limits: .manyScans)
            #expect([row[0], "\(image.width)", "\(image.height)", fnv(image.pixels)] == row)
        }
    }

    @Test("The header says the size of the upright picture")
    func header() throws {
        for row in try Fixtures.table("decoded.tsv") {
            let header = try ImageHeader(reading: Fixtures.bytes(row[0]))
            #expect([row[0], "\(header.width)", "\(header.height)"] == Array(row[0..<3]))
            #expect(header.format == (row[0].hasSuffix(".jpg") ? .jpeg : .png))
        }
    }

    @Test("All eight orientations give the same upright picture", arguments: 1...8)
    func orientation(_ orientation: Int) throws {
        let bytes = try Fixtures.bytes("orientation-\(orientation).jpg")
        #expect(try ImageHeader(reading: bytes).orientation == orientation)
        let upright = try Image(decoding: Fixtures.bytes("orientation-1.jpg"))
        let image = try Image(decoding: bytes)
        #expect(image.meanDifference(from: upright) < 15)
    }

    @Test("What follows the end of a file is ignored", arguments: ["ycc-420.jpg", "rgba-8.png", "progressive-444.jpg"])
    func trailingBytes(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        #expect(try Image(decoding: bytes + [0, 1, 2, 0xFF, 0xD8, 0xFF]) == Image(decoding: bytes))
    }

    @Test("A slice that does not begin at index 0 decodes")
    func slice() throws {
        let bytes = try Fixtures.bytes("ycc-420.jpg")
        let shifted = ([1, 2, 3] + bytes + [9])[3..<3 + bytes.count]
        #expect(try Image(decoding: shifted) == Image(decoding: bytes))
    }

    @Test("PNG is written and read without loss")
    func pngRoundTrip() throws {
        let image = Image(width: 31, height: 17, pixels: noise(count: 31 * 17 * 3))
        #expect(try Image(decoding: image.pngData()[...]) == image)
    }

    @Test("JPEG is written and read with little loss")
    func jpegRoundTrip() throws {
        let image = try Image(decoding: Fixtures.bytes("orientation-1.jpg"))
        let fine = try Image(decoding: image.jpegData(quality: 95)[...])
        #expect(fine.meanDifference(from: image) < 8)
        #expect(image.jpegData(quality: 30).count < image.jpegData(quality: 95).count / 2)
    }

    @Test("Cropping keeps the rectangle asked for")
    func crop() {
        let image = Image(width: 4, height: 3, pixels: Array(0..<36))
        let cut = image.cropped(x: 1, y: 1, width: 2, height: 2)
        #expect(cut.pixels == [15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32])
    }
}

extension ImageLimits {
    /// The default, but for the fixture with 190 scans.
    static var manyScans: ImageLimits {
        var limits = ImageLimits()
        limits.progressiveScans = 200
        return limits
    }
}

extension Image {
    /// The mean of the absolute differences of all bytes.
    func meanDifference(from other: Image) -> Double {
        let sum = zip(pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return pixels.count == other.pixels.count ? Double(sum) / Double(pixels.count) : .infinity
    }
}
