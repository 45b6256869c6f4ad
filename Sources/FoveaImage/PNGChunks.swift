/// The chunks of a PNG file, walked without decoding: size, orientation and limits.
struct PNGChunks {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Text, colour profiles and animation frames: passed over unread, so their size and number don't matter.
    private static let ignored = Set(["tEXt", "zTXt", "iTXt", "iCCP", "acTL", "fcTL", "fdAT"].map(code))

    let width: Int
    let height: Int
    private(set) var orientation = Orientation.upright

    init(of file: ByteReader, limits: ImageLimits) throws(ImageError) {
        guard file.uint32(at: 8) == 13, file.uint32(at: 12) == Self.header,
            let width = file.uint32(at: 16), let height = file.uint32(at: 20), width > 0, height > 0
        else { throw .broken(reason: "the header chunk is missing or wrong") }
        (self.width, self.height) = (width, height)
        try limits.check(width: width, height: height)
        try readAncillary(of: file, limits: limits)
    }

    /// Walks to the end of the file; whether the chunks are whole is libpng's to say.
    private mutating func readAncillary(of file: ByteReader, limits: ImageLimits) throws(ImageError) {
        var (offset, count) = (33, 0)
        while let length = file.uint32(at: offset), let type = file.uint32(at: offset + 4),
            type != Self.end
        {
            let isAncillary = type & 0x2000_0000 != 0
            if isAncillary, !Self.ignored.contains(type) {
                count += 1
                guard count <= limits.ancillaryChunks else { throw .tooManyChunks(limit: limits.ancillaryChunks) }
                guard length <= limits.ancillaryChunkBytes else {
                    throw .chunkTooLong(got: length, limit: limits.ancillaryChunkBytes)
                }
            }
            if type == Self.exif, let tiff = file.run(at: offset + 8, count: length) {
                orientation = Orientation(exif: tiff) ?? .upright
            }
            offset += 12 + length
        }
    }

    private static let header = code("IHDR"), end = code("IEND"), exif = code("eXIf")

    /// A chunk's four letters as the number they are in the file.
    private static func code(_ name: String) -> Int { name.utf8.reduce(0) { $0 << 8 | Int($1) } }
}
