import FoveaImage
import Testing

@Suite struct DamagedImageTests {
    static let preprocessing = Preprocessing(
        height: 16, width: 16, resize: .shorterSide(18), filter: .bilinear, mean: [0, 0, 0], std: [1, 1, 1])

    /// Decodes whole and fused: both must agree on whether the bytes are a picture.
    static func outcome(_ bytes: ArraySlice<UInt8>) -> ImageError? {
        do throws(ImageError) {
            _ = try preprocessing.tensor(decoding: bytes)
            return nil
        } catch { return error }
    }

    @Test("A file cut off at any hundredth is refused", arguments: Fixtures.pictures)
    func cutOff(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        for percent in 0..<100 {
            let cut = bytes.prefix(bytes.count * percent / 100)
            #expect(Self.outcome(cut) != nil, "\(percent) %")
            #expect(throws: ImageError.self, "\(percent) %") { try Image(decoding: cut) }
        }
    }

    @Test("A file that lacks only its end mark is refused", arguments: ["ycc-420.jpg", "rgb-8.png", "animated.png"])
    func noEnd(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        #expect(Self.outcome(bytes.dropLast(name.hasSuffix(".jpg") ? 2 : 12)) != nil)
    }

    @Test(
        "Flipped bits give an error or a picture within limits, never a trap",
        arguments: Fixtures.pictures.filter { !$0.hasPrefix("orientation") || $0.contains("6") })
    func flipped(name: String) throws {
        let bytes = Array(try Fixtures.bytes(name))
        var generator = SeededGenerator(seed: 17)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                damaged[Int.random(in: 0..<bytes.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            var limits = ImageLimits()
            limits.pixels = 1_000_000
            if let image = try? Image(decoding: damaged[...], limits: limits) {
                #expect(image.width * image.height <= limits.pixels)
            }
            _ = try? Self.preprocessing.tensor(decoding: damaged[...], limits: limits)
        }
    }
}
