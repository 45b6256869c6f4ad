/// The text that COCO calls compressed `counts`: numbers in groups of five bits, the lowest first, each a character from
/// "0" on; 32 more says that the number goes on. From the fourth count on a number is the difference to the count before
/// the last.
extension RunLengthMask {
    private static let zero = UInt8(ascii: "0")
    /// As many groups as a difference of two 32-bit counts takes.
    private static let longest = 7

    /// The counts as compressed text, as pycocotools writes them.
    public var compressedCounts: String {
        var text: [UInt8] = []
        for (index, count) in counts.enumerated() {
            var number = Int(count) - (index > 2 ? Int(counts[index - 2]) : 0)
            var isLast: Bool
            repeat {
                let group = UInt8(number & 31)
                number >>= 5
                isLast = number == (group & 16 == 0 ? 0 : -1)
                text.append(Self.zero + (isLast ? group : group | 32))
            } while !isLast
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Makes a mask of the size and the compressed text that someone sent.
    ///
    /// It takes memory for the runs only; whether the size is that of a picture is for the caller to check, before pixels are
    /// made of it.
    public init(height: Int, width: Int, compressedCounts text: String) throws(MaskError) {
        let counts = try Self.counts(in: text.utf8, pixels: Self.pixels(height: height, width: width))
        try self.init(height: height, width: width, counts: counts)
    }

    private static func counts(in text: String.UTF8View, pixels: Int) throws(MaskError) -> [Int] {
        var counts: [Int] = []
        var (number, groups) = (0, 0)
        for (offset, byte) in text.enumerated() {
            guard byte >= zero, byte < zero + 64 else { throw .badCharacter(byte: byte, offset: offset) }
            guard groups < longest else { throw .numberTooLong(offset: offset - groups) }
            let group = Int(byte - zero)
            number |= (group & 31) << (5 * groups)
            groups += 1
            guard group & 32 == 0 else { continue }
            if group & 16 != 0 { number -= 1 << (5 * groups) }
            if counts.count > 2 { number += counts[counts.count - 2] }
            guard number >= 0 else { throw .negativeRun(length: number) }
            guard number <= pixels else { throw .wrongTotal(got: number, expected: pixels) }
            counts.append(number)
            (number, groups) = (0, 0)
        }
        guard groups == 0 else { throw .cutOff }
        return counts
    }
}
