extension Collection<UInt8> {
    /// The bytes with every `%XX` replaced by the byte it stands for (RFC 3986 section 2.1); nil if a `%` is not followed
    /// by two hexadecimal digits.
    public func percentDecoded() -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(count)
        var bytes = makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = bytes.next()?.hexadecimalDigit, let low = bytes.next()?.hexadecimalDigit else {
                return nil
            }
            decoded.append(high << 4 | low)
        }
        return decoded
    }
}
