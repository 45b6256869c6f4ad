extension Orientation {
    /// Finds the orientation tag in a TIFF structure, the content of an EXIF segment or chunk.
    ///
    /// Anything wrong with it means no tag: the picture itself may still be good.
    init?(exif tiff: ByteReader) {
        var tiff = tiff
        switch tiff.uint16(at: 0) {
        case 0x4949: tiff.isLittleEndian = true
        case 0x4D4D: tiff.isLittleEndian = false
        default: return nil
        }
        guard tiff.uint16(at: 2) == 42, let directory = tiff.uint32(at: 4), let count = tiff.uint16(at: directory)
        else { return nil }
        for entry in 0..<count {
            let offset = directory + 2 + entry * 12
            guard let tag = tiff.uint16(at: offset) else { return nil }
            guard tag == 0x0112 else { continue }
            // One value of type 3 (16 bit) lies in the entry itself.
            guard tiff.uint16(at: offset + 2) == 3, tiff.uint32(at: offset + 4) == 1,
                let value = tiff.uint16(at: offset + 8)
            else { return nil }
            self.init(rawValue: value)
            return
        }
        return nil
    }

    /// Finds the orientation in the first EXIF segment (APP1) of a JPEG file.
    init?(jpeg file: ByteReader) {
        var offset = 2
        while let marker = file.byte(at: offset) {
            guard marker == 0xFF, let code = file.byte(at: offset + 1) else { return nil }
            if code == 0xFF {  // a fill byte
                offset += 1
                continue
            }
            let hasNoLength = code == 0x01 || (0xD0...0xD7).contains(code)
            if hasNoLength {
                offset += 2
                continue
            }
            let isEndOfHeader = code == 0xDA || code == 0xD9
            guard !isEndOfHeader, let length = file.uint16(at: offset + 2), length >= 2 else { return nil }
            if code == 0xE1, let segment = file.run(at: offset + 4, count: length - 2),
                segment.bytes.starts(with: Array("Exif\0\0".utf8)),
                let tiff = segment.run(at: 6, count: segment.bytes.count - 6)
            {
                self.init(exif: tiff)
                return
            }
            offset += 2 + length
        }
        return nil
    }
}
