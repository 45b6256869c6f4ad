/// The central directory of a zip archive (APPNOTE.TXT sections 4.3.12 to 4.3.16), read strictly.
///
/// The end record is the last thing in the file, the directory stands right before it, one disk, no comment. An
/// entry of 4 GiB or more is not read: its size would only be in an extra field.
struct ZipDirectory {
    /// What the directory says of an entry.
    struct Entry {
        let name: [UInt8]
        let flags: UInt16
        let method: UInt16
        let checksum: UInt32
        let size: UInt32
        let localHeader: Int
    }

    static let endBytes = 22
    private static let locatorBytes = 20
    private static let end64Bytes = 56
    private static let headerBytes = 46

    /// In the directory's order.
    private(set) var entries: [Entry] = []
    /// Where the directory starts and the entries' bytes must have ended.
    let start: Int

    init(_ file: CheckpointFile, limits: CheckpointLimits) throws(CheckpointError) {
        let extent = try ZipDirectory.extent(in: file)
        try CheckpointLimits.check(.archiveEntries, extent.count, atMost: limits.archiveEntries)
        start = extent.range.lowerBound
        var cursor = FileCursor(file, extent.range)
        while cursor.remaining > 0, entries.count <= extent.count {
            entries.append(try ZipDirectory.entry(&cursor))
        }
        guard entries.count == extent.count, cursor.remaining == 0 else {
            throw .archive(.entryCount(expected: extent.count, got: entries.count))
        }
    }

    /// Where the directory is and how many entries it has, by the end record or its 64-bit twin.
    private static func extent(in file: CheckpointFile) throws(CheckpointError) -> (range: Range<Int>, count: Int) {
        let end = file.size - endBytes
        guard end >= 0 else { throw .truncated }
        var cursor = FileCursor(file, end..<file.size)
        guard try cursor.littleEndian(UInt32.self) == 0x0605_4B50 else { throw .archive(.structure) }
        let disks = (try cursor.littleEndian(UInt16.self), try cursor.littleEndian(UInt16.self))
        let counts = (try cursor.littleEndian(UInt16.self), try cursor.littleEndian(UInt16.self))
        let size = try cursor.littleEndian(UInt32.self)
        let offset = try cursor.littleEndian(UInt32.self)
        let comment = try cursor.littleEndian(UInt16.self)
        guard disks == (0, 0), counts.0 == counts.1, comment == 0 else { throw .archive(.structure) }
        if let wide = try extent64(in: file, before: end) {
            guard counts.0 == UInt16.max || Int(counts.0) == wide.count,
                size == UInt32.max || Int(size) == wide.range.count,
                offset == UInt32.max || Int(offset) == wide.range.lowerBound
            else { throw .archive(.structure) }
            return wide
        }
        guard Int(offset) <= end, Int(offset) + Int(size) == end else { throw .archive(.structure) }
        return (Int(offset)..<end, Int(counts.0))
    }

    /// What the 64-bit end record before `end` says, if there is one.
    private static func extent64(
        in file: CheckpointFile, before end: Int
    ) throws(CheckpointError) -> (range: Range<Int>, count: Int)? {
        guard end >= locatorBytes + end64Bytes else { return nil }
        var locator = FileCursor(file, end - locatorBytes..<end)
        guard try locator.littleEndian(UInt32.self) == 0x0706_4B50 else { return nil }
        let start = end - locatorBytes - end64Bytes
        let disk = try locator.littleEndian(UInt32.self)
        guard disk == 0, try locator.littleEndian(UInt64.self) == UInt64(start),
            try locator.littleEndian(UInt32.self) <= 1
        else { throw .archive(.structure) }

        var cursor = FileCursor(file, start..<start + end64Bytes)
        guard try cursor.littleEndian(UInt32.self) == 0x0606_4B50,
            try cursor.littleEndian(UInt64.self) == UInt64(end64Bytes - 12)
        else { throw .archive(.structure) }
        try cursor.skip(4)  // versions
        let disks = (try cursor.littleEndian(UInt32.self), try cursor.littleEndian(UInt32.self))
        let counts = (try cursor.littleEndian(UInt64.self), try cursor.littleEndian(UInt64.self))
        let size = Int(clamping: try cursor.littleEndian(UInt64.self))
        let offset = Int(clamping: try cursor.littleEndian(UInt64.self))
        guard disks == (0, 0), counts.0 == counts.1, offset <= start, size == start - offset else {
            throw .archive(.structure)
        }
        return (offset..<start, Int(clamping: counts.0))
    }

    private static func entry(_ cursor: inout FileCursor) throws(CheckpointError) -> Entry {
        guard try cursor.littleEndian(UInt32.self) == 0x0201_4B50 else { throw .archive(.structure) }
        try cursor.skip(4)  // versions
        let flags = try cursor.littleEndian(UInt16.self)
        let method = try cursor.littleEndian(UInt16.self)
        try cursor.skip(4)  // time
        let checksum = try cursor.littleEndian(UInt32.self)
        let storedSize = try cursor.littleEndian(UInt32.self)
        let size = try cursor.littleEndian(UInt32.self)
        let nameBytes = Int(try cursor.littleEndian(UInt16.self))
        let extraBytes = Int(try cursor.littleEndian(UInt16.self))
        let commentBytes = Int(try cursor.littleEndian(UInt16.self))
        let disk = try cursor.littleEndian(UInt16.self)
        try cursor.skip(6)  // attributes
        let localHeader = try cursor.littleEndian(UInt32.self)
        let name = try cursor.bytes(nameBytes)
        try cursor.skip(extraBytes + commentBytes)
        let entry = Entry(
            name: name, flags: flags, method: method, checksum: checksum, size: size, localHeader: Int(localHeader))
        guard method == 0 else { throw .archive(.compressed(method: method, name: entry.printableName)) }
        guard disk == 0, size != UInt32.max, localHeader != UInt32.max, storedSize == size else {
            throw .archive(.contradiction(name: entry.printableName))
        }
        return entry
    }
}

extension ZipDirectory.Entry {
    /// The name for an error's text.
    var printableName: String { String(printable: name) }
}
