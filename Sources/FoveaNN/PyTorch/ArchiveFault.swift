/// What is wrong with a PyTorch zip archive.
public enum ArchiveFault: Equatable, Sendable {
    /// The end record, or a header it leads to, isn't where it must be or contradicts itself.
    case structure
    /// The directory has another number of entries than the end record says.
    case entryCount(expected: Int, got: Int)
    /// A name that is absolute, climbs out of its folder, isn't UTF-8, or lies outside the one root folder.
    case name(String)
    case repeatedName(String)
    /// An encrypted entry, or another feature that torch.save doesn't use; the general purpose flags say which.
    case flags(UInt16, name: String)
    /// torch.save only stores; anything that must be inflated is refused.
    case compressed(method: UInt16, name: String)
    /// The directory and the header before the data tell different stories.
    case contradiction(name: String)
    /// Two entries share bytes.
    case overlap(name: String)
    case checksum(name: String)
    case missingRecord(String)
    /// Numbers in another order than little endian.
    case byteOrder
}

extension ArchiveFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .structure: "the zip directory is broken"
        case .entryCount(let expected, let got): "the zip directory announces \(expected) entries and has \(got)"
        case .name(let name): "an entry may not be called '\(name)'"
        case .repeatedName(let name): "there are two entries '\(name)'"
        case .flags(let flags, let name):
            "'\(name)' is encrypted or otherwise special (flags 0x\(String(flags, radix: 16)))"
        case .compressed(let method, let name):
            "'\(name)' is compressed (method \(method)); torch.save stores entries uncompressed"
        case .contradiction(let name): "the two headers of '\(name)' contradict each other"
        case .overlap(let name): "'\(name)' overlaps another entry"
        case .checksum(let name): "'\(name)' is damaged: its CRC-32 is wrong"
        case .missingRecord(let name): "there is no '\(name)'"
        case .byteOrder: "the numbers are not little endian"
        }
    }
}
