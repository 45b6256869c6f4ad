/// Puts runs of pixels together to the counts of a `RunLengthMask`.
struct RunBuilder {
    private var finished: [UInt32] = []
    private var isForeground = false
    private var length = 0

    /// All counts up to here.
    var counts: [UInt32] { finished + [UInt32(length)] }

    /// Appends `count` pixels, which may be none.
    @inline(__always)
    mutating func append(_ isForeground: Bool, count: Int) {
        guard count > 0 else { return }
        if isForeground != self.isForeground {
            finished.append(UInt32(length))
            (self.isForeground, length) = (isForeground, 0)
        }
        length += count
    }
}
