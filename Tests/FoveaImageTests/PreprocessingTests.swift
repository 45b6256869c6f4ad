import FoveaImage
import FoveaTensor
import Testing

@Suite struct PreprocessingTests {
    /// Inputs that are the pixels themselves.
    static func identity(
        _ width: Int, _ height: Int, side: Int, filter: ResizeFilter, exact: Bool = true
    ) -> Preprocessing {
        Preprocessing(
            height: height, width: width, resize: side == 0 ? .stretch : .shorterSide(side), filter: filter,
            mean: [0, 0, 0], std: [1, 1, 1], exactDecoding: exact)
    }

    @Test("Fused decoding, resizing and cropping gives the reference's pixels, in every orientation")
    func goldens() throws {
        for row in try Fixtures.table("prepared.tsv") {
            let numbers = row[1...3].compactMap { Int($0) }
            let filter = try #require(ResizeFilter(rawValue: row[4]))
            let preprocessing = Self.identity(numbers[0], numbers[1], side: numbers[2], filter: filter)
            let (tensor, _, timings) = try preprocessing.tensor(decoding: Fixtures.bytes(row[0]))
            #expect(tensor.shape == [1, numbers[1], numbers[0], 3])
            #expect([fnv(tensor.bytes)] == [row[5]], "\(row)")
            #expect(timings.decode > 0 && timings.resize > 0)
        }
    }

    @Test("Fused is the same as decode everything, then resize and crop", arguments: Fixtures.pictures)
    func fused(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let image = try Image(decoding: bytes, limits: .manyScans)
        for (width, height, side) in [(8, 8, 9), (24, 24, 24), (16, 40, 0), (5, 60, 64), (60, 5, 64), (33, 33, 20)] {
            for filter in ResizeFilter.allCases {
                let preprocessing = Self.identity(width, height, side: side, filter: filter)
                let fused = try preprocessing.tensor(decoding: bytes, limits: .manyScans).tensor
                #expect(fnv(fused.bytes) == fnv(preprocessing.tensor(from: image).bytes), "\(width)×\(height) \(side)")
            }
        }
    }

    @Test("Columns and rows left out of a large JPEG change nothing", arguments: [true, false])
    func leftOut(isWide: Bool) throws {
        let (width, height) = isWide ? (900, 160) : (160, 900)
        let bytes = Image(width: width, height: height, pixels: noise(count: width * height * 3)).jpegData()[...]
        let image = try Image(decoding: bytes)
        for side in [100, 160, 320] {
            let preprocessing = Self.identity(90, 90, side: side, filter: .bicubic)
            let fused = try preprocessing.tensor(decoding: bytes).tensor
            #expect(fnv(fused.bytes) == fnv(preprocessing.tensor(from: image).bytes), "\(side)")
        }
    }

    /// A JPEG of a picture whose levels say where they are, in the given orientation.
    static func ramp(orientation: UInt8) -> ArraySlice<UInt8> {
        let (width, height) = (331, 217)
        let pixels = (0..<width * height).flatMap { pixel in
            let (x, y) = (pixel % width, pixel / width)
            return [UInt8(x * 255 / width), UInt8(y * 255 / height), UInt8(255 - (x + y) * 255 / (width + height))]
        }
        let jpeg = Image(width: width, height: height, pixels: pixels).jpegData(quality: 95)
        let exif =
            Array("Exif\0\0MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
        return (jpeg.prefix(2) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + jpeg.dropFirst(2))[...]
    }

    @Test("A JPEG decoded at a fraction of its size stays in place", arguments: 1...8)
    func scaledDecoding(orientation: UInt8) throws {
        let bytes = Self.ramp(orientation: orientation)
        for (width, height, side) in [(36, 34, 0), (36, 24, 0), (17, 17, 0), (9, 9, 0), (24, 24, 30), (24, 20, 26)] {
            let exact = try Self.identity(width, height, side: side, filter: .bilinear).tensor(decoding: bytes)
            let scaled = try Self.identity(width, height, side: side, filter: .bilinear, exact: false)
                .tensor(decoding: bytes)
            #expect(scaled.header.orientation == Int(orientation))
            let differences = zip(exact.tensor.values, scaled.tensor.values).map { abs($0 - $1) }
            #expect(differences.max() ?? 0 <= 2, "\(width)×\(height) \(side)")
            #expect(differences.contains { $0 > 0 })
        }
    }

    @Test(
        "A JPEG is decoded smaller only where three times what is seen is left on both axes",
        arguments: [(10, 10, false), (11, 10, true), (10, 11, true), (5, 5, false), (33, 33, true)])
    func smallerOnly(width: Int, height: Int, isExact: Bool) throws {
        let bytes = Image(width: 64, height: 64, pixels: noise(count: 64 * 64 * 3)).jpegData()[...]
        let exact = try Self.identity(width, height, side: 0, filter: .bilinear).tensor(decoding: bytes).tensor
        let scaled = try Self.identity(width, height, side: 0, filter: .bilinear, exact: false)
            .tensor(decoding: bytes).tensor
        #expect((exact.values == scaled.values) == isExact)
    }

    @Test("Pixels are the input before it is normalised, borders black")
    func pixels() throws {
        let bytes = try Fixtures.bytes("orientation-6.jpg")
        let preprocessing = Preprocessing(
            height: 40, width: 90, resize: .shorterSide(50), filter: .bicubic, mean: [127, 5, 120], std: [128, 50, 3])
        let (pixels, header, timings) = try preprocessing.pixels(decoding: bytes)
        #expect(pixels.shape == [1, 40, 90, 3])
        #expect(pixels.mean == preprocessing.mean && pixels.std == preprocessing.std)
        #expect(timings.decode > 0 && timings.resize > 0)
        let input = try preprocessing.tensor(decoding: bytes)
        #expect(header == input.header)
        #expect(zip(pixels.normalised().values, input.tensor.values).filter { $0 != $1 }.count == 0)
        let identity = Self.identity(90, 40, side: 50, filter: .bicubic, exact: false)
        let levels = try identity.tensor(decoding: bytes).tensor.bytes
        #expect(pixels.withUnsafeBytes { fnv($0) } == fnv(levels))
        #expect(levels.prefix(3) == [0, 0, 0])
    }

    @Test("Pixels are normalised by channel, the border as black")
    func normalises() {
        let image = Image(width: 2, height: 2, pixels: [10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30])
        let preprocessing = Preprocessing(
            height: 4, width: 3, resize: .shorterSide(2), filter: .bilinear, mean: [10, 0, 10], std: [1, 10, 5])
        let (seen, border): ([Float], [Float]) = ([0, 2, 4], [-10, 0, -2])
        let empty = border + border + border
        #expect(preprocessing.tensor(from: image).values == empty + seen + seen + border + seen + seen + border + empty)
    }
}

extension Tensor {
    /// Elements that are whole numbers of 0…255, as bytes.
    var bytes: [UInt8] { values.map { UInt8($0) } }
}
