/// The entries of a zip archive as torch.save writes it: stored, under one root folder, each one checked.
struct ZipArchive {
    static let magic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    private static let headerBytes = 30
    /// Bit 3: checksum and sizes follow the data. Bit 11: the name is UTF-8. No other is used by torch.save.
    private static let allowedFlags: UInt16 = 0x0808
    private static let sizesFollow: UInt16 = 0x0008

    /// The bytes of each entry in the file, by the name without the root folder.
    let records: [String: Range<Int>]

    init(_ file: CheckpointFile, limits: CheckpointLimits) throws(CheckpointError) {
        let directory = try ZipDirectory(file, limits: limits)
        var records: [String: Range<Int>] = [:]
        var root: ArraySlice<UInt8>?
        var end = 0
        for entry in directory.entries.sorted(by: { $0.localHeader < $1.localHeader }) {
            let (folder, name) = try ZipArchive.split(entry)
            guard root == nil || root == folder else { throw .archive(.name(entry.printableName)) }
            root = folder
            guard entry.localHeader >= end else { throw .archive(.overlap(name: entry.printableName)) }
            let space = min(entry.localHeader, directory.start)..<directory.start
            var cursor = FileCursor(file, space, windowBytes: 256)
            let data = try ZipArchive.data(of: entry, &cursor)
            end = cursor.position
            guard try ZipArchive.checksum(of: data, in: file) == entry.checksum else {
                throw .archive(.checksum(name: entry.printableName))
            }
            guard records.updateValue(data, forKey: name) == nil else {
                throw .archive(.repeatedName(entry.printableName))
            }
        }
        self.records = records
    }

    /// The root folder and what is below it.
    private static func split(
        _ entry: ZipDirectory.Entry
    ) throws(CheckpointError) -> (folder: ArraySlice<UInt8>, name: String) {
        let parts = entry.name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isSane = parts.allSatisfy { part in
            !part.isEmpty && part != [0x2E, 0x2E] && !part.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
        }
        guard parts.count > 1, isSane, let folder = parts.first,
            let name = String(validating: entry.name.dropFirst(folder.count + 1), as: UTF8.self)
        else { throw .archive(.name(entry.printableName)) }
        return (folder, name)
    }

    /// The range of an entry's bytes; `cursor` goes from its local header to behind everything that belongs to it.
    ///
    /// The local header must repeat the directory (APPNOTE.TXT section 4.3.7), or leave checksum and size to the
    /// descriptor behind the data (4.3.9).
    private static func data(
        of entry: ZipDirectory.Entry, _ cursor: inout FileCursor
    ) throws(CheckpointError) -> Range<Int> {
        guard entry.flags & ~allowedFlags == 0 else {
            throw .archive(.flags(entry.flags, name: entry.printableName))
        }
        let contradiction = CheckpointError.archive(.contradiction(name: entry.printableName))
        guard try cursor.littleEndian(UInt32.self) == 0x0403_4B50 else { throw contradiction }
        try cursor.skip(2)  // version
        let flags = try cursor.littleEndian(UInt16.self)
        let method = try cursor.littleEndian(UInt16.self)
        try cursor.skip(4)  // time
        let checksum = try cursor.littleEndian(UInt32.self)
        let storedSize = try cursor.littleEndian(UInt32.self)
        let size = try cursor.littleEndian(UInt32.self)
        let nameBytes = Int(try cursor.littleEndian(UInt16.self))
        let extraBytes = Int(try cursor.littleEndian(UInt16.self))
        guard flags == entry.flags, method == entry.method, try cursor.bytes(nameBytes) == entry.name else {
            throw contradiction
        }
        try cursor.skip(extraBytes)
        let start = cursor.position
        try cursor.skip(Int(entry.size))
        let end = cursor.position
        if flags & sizesFollow != 0, (checksum, storedSize, size) == (0, 0, 0) {
            try checkDescriptor(of: entry, &cursor)
        } else if (checksum, storedSize, size) != (entry.checksum, entry.size, entry.size) {
            throw contradiction
        }
        return start..<end
    }

    /// Signature, checksum and both sizes, which some writers spend eight bytes on.
    private static func checkDescriptor(
        of entry: ZipDirectory.Entry, _ cursor: inout FileCursor
    ) throws(CheckpointError) {
        let contradiction = CheckpointError.archive(.contradiction(name: entry.printableName))
        guard try cursor.littleEndian(UInt32.self) == 0x0807_4B50,
            try cursor.littleEndian(UInt32.self) == entry.checksum,
            try cursor.littleEndian(UInt32.self) == entry.size
        else { throw contradiction }
        let second = try cursor.littleEndian(UInt32.self)
        if second == entry.size, entry.size != 0 { return }
        guard second == 0 else { throw contradiction }
        if entry.size == 0 { return }
        guard try cursor.littleEndian(UInt64.self) == UInt64(entry.size) else { throw contradiction }
    }

    private static func checksum(of range: Range<Int>, in file: CheckpointFile) throws(CheckpointError) -> UInt32 {
        var checksum = CRC32()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(range.count, 1 << 18), alignment: 64)
        defer { buffer.deallocate() }
        var position = range.lowerBound
        while position < range.upperBound {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(range.upperBound - position))
            try file.read(into: part, at: position)
            checksum.update(UnsafeRawBufferPointer(part))
            position += part.count
        }
        return checksum.value
    }
}
