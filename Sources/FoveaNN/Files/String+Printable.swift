extension String {
    /// The ASCII letters, digits and signs of `bytes`, others as `?`: text of unknown origin for an error's description.
    init(printable bytes: [UInt8]) {
        self.init(
            decoding: bytes.prefix(200).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
