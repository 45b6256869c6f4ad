@testable import FoveaNN

/// Writes stored zip archives, truthfully unless told otherwise.
struct ZipBuilder {
    struct Entry {
        var name: String
        var data: [UInt8]
        var flags: UInt16 = 0
        var method: UInt16 = 0
        /// Whether checksum and sizes stand behind the data.
        var hasDescriptor = false
        /// What the directory says of the checksum, instead of the truth.
        var directoryChecksum: UInt32?
        /// What the local header says of the size.
        var localSize: UInt32?
        /// The name in the local header.
        var localName: String?
        /// Where the directory says that the entry starts.
        var localHeader: UInt32?

        init(_ name: String, _ data: [UInt8]) { (self.name, self.data) = (name, data) }
    }

    var entries: [Entry]
    /// The number of entries that the end record announces.
    var count: UInt16?
    var comment: [UInt8] = []
    /// Bytes between the directory and the end record.
    var gap: [UInt8] = []

    init(_ entries: [Entry]) { self.entries = entries }

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let (start, size, checksum) = (UInt32(file.count), UInt32(entry.data.count), CRC32.checksum(entry.data))
            let flags = entry.flags | (entry.hasDescriptor ? 8 : 0)
            let localName = Array((entry.localName ?? entry.name).utf8)
            let localSize = entry.localSize ?? (entry.hasDescriptor ? 0 : size)
            file += [0x50, 0x4B, 3, 4] + littleEndian(UInt16(20)) + littleEndian(flags) + littleEndian(entry.method)
            file += littleEndian(UInt32(0)) + littleEndian(entry.hasDescriptor ? 0 : checksum)
            file += littleEndian(localSize) + littleEndian(localSize)
            file += littleEndian(UInt16(localName.count)) + littleEndian(UInt16(3)) + localName + [1, 2, 3]
            file += entry.data
            if entry.hasDescriptor {
                file += [0x50, 0x4B, 7, 8] + littleEndian(checksum) + littleEndian(size) + littleEndian(size)
            }
            directory += [0x50, 0x4B, 1, 2] + littleEndian(UInt32(0)) + littleEndian(flags)
            directory += littleEndian(entry.method) + littleEndian(UInt32(0))
            directory += littleEndian(entry.directoryChecksum ?? checksum) + littleEndian(size) + littleEndian(size)
            directory += littleEndian(UInt16(entry.name.utf8.count)) + [UInt8](repeating: 0, count: 12)
            directory += littleEndian(entry.localHeader ?? start) + Array(entry.name.utf8)
        }
        let count = count ?? UInt16(entries.count)
        let end: [UInt8] =
            [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + littleEndian(count) + littleEndian(count)
            + littleEndian(UInt32(directory.count)) + littleEndian(UInt32(file.count))
            + littleEndian(UInt16(comment.count)) + comment
        return file + directory + gap + end
    }
}
