/// Reads a range of a file from front to back, through a window of `windowBytes`.
///
/// Every method throws `truncated` rather than leave the range, before it allocates anything.
struct FileCursor {
    /// Where the next byte is, counted from the start of the file.
    private(set) var position: Int
    private let end: Int
    private let file: CheckpointFile
    private let windowBytes: Int
    private var window: [UInt8] = []
    private var windowStart: Int

    init(_ file: CheckpointFile, _ range: Range<Int>, windowBytes: Int = 1 << 16) {
        self.file = file
        self.windowBytes = windowBytes
        position = range.lowerBound
        end = range.upperBound
        windowStart = range.lowerBound
    }

    /// The bytes that are left in the range.
    var remaining: Int { end - position }

    mutating func byte() throws(CheckpointError) -> UInt8 {
        if position - windowStart >= window.count {
            guard remaining > 0 else { throw .truncated }
            window = try file.bytes(position..<position + min(remaining, windowBytes))
            windowStart = position
        }
        defer { position += 1 }
        return window[position - windowStart]
    }

    mutating func bytes(_ count: Int) throws(CheckpointError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .truncated }
        let start = position - windowStart
        let bytes =
            if count <= window.count - start {
                Array(window[start..<start + count])
            } else {
                try file.bytes(position..<position + count)
            }
        position += count
        return bytes
    }

    /// The bytes up to the next line feed, which is taken but not returned.
    mutating func line(limit: Int) throws(CheckpointError) -> [UInt8] {
        var line: [UInt8] = []
        while line.count <= limit {
            let byte = try byte()
            if byte == UInt8(ascii: "\n") { return line }
            line.append(byte)
        }
        throw .overLimit(.nameBytes, got: line.count, limit: limit)
    }

    mutating func skip(_ count: Int) throws(CheckpointError) {
        guard count >= 0, count <= remaining else { throw .truncated }
        position += count
    }

    /// An integer of the width of `Value`, least significant byte first.
    mutating func littleEndian<Value: FixedWidthInteger>(_: Value.Type) throws(CheckpointError) -> Value {
        var value: Value = 0
        for index in 0..<Value.bitWidth / 8 {
            value |= Value(truncatingIfNeeded: try byte()) << Value(truncatingIfNeeded: 8 * index)
        }
        return value
    }
}
