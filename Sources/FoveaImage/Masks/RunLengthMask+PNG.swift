extension RunLengthMask {
    /// The mask as a PNG file of one channel of 8 bits, 255 for foreground and 0 for background.
    ///
    /// No side may be over 1000000 pixels, the most that libpng writes.
    public func pngData() -> [UInt8] { Image.png(pixels, width: width, height: height, channels: 1) }
}
