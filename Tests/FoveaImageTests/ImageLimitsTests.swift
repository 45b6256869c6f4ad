import FoveaImage
import FoveaTensor
import Testing

@Suite struct ImageLimitsTests {
    /// A PNG whose header announces a size, and nothing else.
    static func png(_ width: UInt32, _ height: UInt32) -> ArraySlice<UInt8> {
        let sizes = [width, height].flatMap { size in
            stride(from: 24, through: 0, by: -8).map { UInt8(size >> $0 & 255) }
        }
        return
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52] + sizes
            + [8, 2, 0, 0, 0, 0, 0, 0, 0])[...]
    }

    /// A good JPEG whose frame header announces another size or precision.
    static func jpeg(width: Int = 97, height: Int = 75, precision: UInt8 = 8, frame: UInt8 = 0xC0) throws -> ArraySlice<
        UInt8
    > {
        var bytes = Array(try Fixtures.bytes("ycc-444.jpg"))
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0, 0, 17]) })
        bytes[start + 1] = frame
        bytes[start + 4] = precision
        (bytes[start + 5], bytes[start + 6]) = (UInt8(height >> 8), UInt8(height & 255))
        (bytes[start + 7], bytes[start + 8]) = (UInt8(width >> 8), UInt8(width & 255))
        return bytes[...]
    }

    static func error(_ bytes: ArraySlice<UInt8>, _ limits: ImageLimits = .default) -> ImageError? {
        do throws(ImageError) {
            _ = try Image(decoding: bytes, limits: limits)
            return nil
        } catch { return error }
    }

    @Test("Bombs are refused by their header")
    func bombs() throws {
        #expect(Self.error(Self.png(65_000, 65_000)) == .sideTooLong(got: 65_000, limit: 16_384))
        #expect(Self.error(Self.png(1 << 31, 1)) == .sideTooLong(got: 1 << 31, limit: 16_384))
        #expect(Self.error(Self.png(.max, .max)) == .sideTooLong(got: 4_294_967_295, limit: 16_384))
        #expect(Self.error(Self.png(16_384, 16_384)) == .tooManyPixels(got: 1 << 28, limit: 50_000_000))
        #expect(Self.error(Self.png(0, 5)) == .broken(reason: "the header chunk is missing or wrong"))
        #expect(Self.error(try Self.jpeg(width: 65_500, height: 65_500)) == .sideTooLong(got: 65_500, limit: 16_384))
        #expect(Self.error(try Self.jpeg(width: 65_535, height: 65_535)) == .sideTooLong(got: 65_535, limit: 16_384))
        #expect(
            Self.error(try Self.jpeg(width: 9000, height: 9000)) == .tooManyPixels(got: 81_000_000, limit: 50_000_000))
    }

    @Test("Pixels and sides are accepted up to their limits")
    func sizes() throws {
        let bytes = try Fixtures.bytes("ycc-444.jpg")
        for (pixels, side, expected) in [
            (7275, 97, nil), (7274, 97, ImageError.tooManyPixels(got: 7275, limit: 7274)),
            (7275, 96, .sideTooLong(got: 97, limit: 96)),
        ] {
            var limits = ImageLimits()
            (limits.pixels, limits.side) = (pixels, side)
            #expect(Self.error(bytes, limits) == expected)
        }
    }

    @Test("JPEG of other kinds is unsupported")
    func unsupported() throws {
        for bytes in [try Self.jpeg(precision: 12), try Self.jpeg(frame: 0xC3), try Self.jpeg(frame: 0xC5)] {
            guard case .unsupportedVariant = Self.error(bytes) else {
                Issue.record("\(String(describing: Self.error(bytes)))")
                continue
            }
        }
    }

    @Test(
        "What is no JPEG or PNG is of an unsupported type",
        arguments: ["GIF89a\u{1}\0\u{1}\0", "RIFF\0\0\0\0WEBPVP8 ", "BM", "II*\0", "hello, world", "", "x", "<svg/>"])
    func wrongType(text: String) {
        #expect(Self.error(Array(text.utf8)[...]) == .unsupportedType)
    }

    @Test("Scans are counted")
    func scans() throws {
        let bytes = try Fixtures.bytes("many-scans.jpg")
        #expect(Self.error(bytes) == .tooManyScans(limit: 100))
        var limits = ImageLimits()
        for (scans, expected) in [(189, ImageError.tooManyScans(limit: 189)), (190, nil)] {
            limits.progressiveScans = scans
            #expect(Self.error(bytes, limits) == expected)
        }
    }

    @Test("Time runs out", arguments: ["ycc-420.jpg", "progressive-420.jpg", "rgb-8.png", "rgb-8-interlaced.png"])
    func time(name: String) throws {
        var limits = ImageLimits()
        limits.decodeTime = 0
        #expect(Self.error(try Fixtures.bytes(name), limits) == .tooSlow(limit: 0))
    }

    @Test("Memory is added up before it is taken")
    func memory() throws {
        // Interlaced pictures and progressive JPEGs are held whole, and so is what is decoded whole.
        for (name, least) in [
            ("ycc-420.jpg", 21_825), ("progressive-444.jpg", 21_825 + 3 * 14 * 11 * 128),
            ("rgb-8-interlaced.png", 2 * 29 * 23 * 3),
        ] {
            var limits = ImageLimits()
            limits.decodeMemory = least - 1
            guard case .tooMuchMemory(let got, least - 1) = Self.error(try Fixtures.bytes(name), limits) else {
                Issue.record("\(name) was decoded")
                continue
            }
            #expect(got >= least)
        }
        var limits = ImageLimits()
        limits.decodeMemory = 8000
        let preprocessing = PreprocessingTests.identity(8, 8, side: 0, filter: .bilinear)
        #expect(try preprocessing.tensor(decoding: Fixtures.bytes("ycc-420.jpg"), limits: limits).tensor.count == 192)
    }

    @Test("Ancillary chunks are limited in number and length, text is not")
    func chunks() throws {
        let bytes = try Fixtures.bytes("rgb-8.png")
        func inserting(_ name: String, length: Int = 0, count: Int = 1) -> ArraySlice<UInt8> {
            let size = stride(from: 24, through: 0, by: -8).map { UInt8(length >> $0 & 255) }
            let chunk = size + Array(name.utf8) + [UInt8](repeating: 0x61, count: length)
            let checksum = crc(chunk[4...])
            let whole = chunk + stride(from: 24, through: 0, by: -8).map { UInt8(checksum >> UInt32($0) & 255) }
            return bytes.prefix(33) + (0..<count).flatMap { _ in whole } + bytes.dropFirst(33)
        }
        #expect(Self.error(inserting("prVt", count: 128)) == nil)
        #expect(Self.error(inserting("prVt", count: 129)) == .tooManyChunks(limit: 128))
        #expect(Self.error(inserting("prVt", length: 1 << 20)) == nil)
        #expect(Self.error(inserting("prVt", length: 1 << 20 + 1)) == .chunkTooLong(got: 1 << 20 + 1, limit: 1 << 20))
        #expect(Self.error(inserting("tEXt", length: 3 << 20, count: 2)) == nil)
        #expect(Self.error(inserting("iCCP", length: 2 << 20)) == nil)
        #expect(Self.error(inserting("fdAT", length: 4, count: 1000)) == nil)
    }

    /// The checksum of a PNG chunk's name and data.
    private func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
    }
}
