import CJPEG
import CPNG

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Image {
    /// The picture as a PNG file.
    public func pngData() -> [UInt8] { Self.png(pixels, width: width, height: height, channels: 3) }

    /// Rows of 8-bit pixels as a PNG file: grey if they have one channel, RGB if they have three.
    static func png(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
        encoded(pixels) { pixels, bytes, count in
            fovea_png_encode(pixels, UInt32(width), UInt32(height), UInt32(channels), bytes, count) == FOVEA_PNG_OK
        }
    }

    /// The picture as a baseline JPEG file with colour at half the resolution; `quality` is libjpeg's, 1…100.
    ///
    /// No side may be over 65500 pixels, the most the format can say.
    public func jpegData(quality: Int = 90) -> [UInt8] {
        precondition(max(width, height) <= 65_500, "a JPEG can't have \(width)×\(height) pixels")
        precondition((1...100).contains(quality), "quality \(quality) is not in 1…100")
        return Self.encoded(pixels) { pixels, bytes, count in
            fovea_jpeg_encode(pixels, UInt32(width), UInt32(height), Int32(quality), bytes, count) == FOVEA_JPEG_OK
        }
    }

    /// Runs a C encoder, whose only possible failure is that there is no memory, and takes over its bytes.
    private static func encoded(
        _ pixels: [UInt8],
        by encode: (
            UnsafePointer<UInt8>?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>
        ) -> Bool
    ) -> [UInt8] {
        var (bytes, count): (UnsafeMutablePointer<UInt8>?, Int) = (nil, 0)
        let isEncoded = pixels.withUnsafeBufferPointer { encode($0.baseAddress, &bytes, &count) }
        guard isEncoded else { preconditionFailure("no memory to encode \(pixels.count) bytes") }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
