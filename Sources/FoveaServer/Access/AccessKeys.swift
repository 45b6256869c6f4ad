import Crypto

/// A set of access keys, kept as their SHA-256; the keys themselves are let go of.
struct AccessKeys: Sendable {
    /// The longest file, in bytes.
    static let maxFileBytes = 1 << 20
    static let maxCount = 10_000
    static let maxKeyBytes = 512

    private let digests: [SHA256.Digest]

    /// Reads one key a line. White space around a key, empty lines and lines that start with `#` don't count.
    ///
    /// - Parameter file: the name for errors.
    init(_ text: [UInt8], file: String) throws(AccessKeyError) {
        guard text.count <= Self.maxFileBytes else { throw .tooLong(file: file, limit: Self.maxFileBytes) }
        var digests: [SHA256.Digest] = []
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let key = line.trimmingWhiteSpace
            if key.isEmpty || key.first == UInt8(ascii: "#") { continue }
            guard key.count <= Self.maxKeyBytes, key.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw .malformedKey(file: file, line: index + 1, limit: Self.maxKeyBytes)
            }
            guard digests.count < Self.maxCount else { throw .tooManyKeys(file: file, limit: Self.maxCount) }
            digests.append(SHA256.hash(data: key))
        }
        self.digests = digests
    }

    var count: Int { digests.count }

    /// Whether `key` is one of them, found in a time that says nothing of the keys but how many there are.
    ///
    /// Digests have one length whatever the keys have, their comparison looks at every byte, and the loop goes on after
    /// the key is found.
    func contains(_ key: String) -> Bool {
        let asked = SHA256.hash(data: Array(key.utf8))
        return digests.reduce(0) { found, digest in found | (digest == asked ? 1 : 0) } != 0
    }
}

extension ArraySlice<UInt8> {
    /// Without the spaces, tabs and carriage returns around it.
    fileprivate var trimmingWhiteSpace: ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool {
            [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains(byte)
        }
        let tail = drop(while: isSpace)
        guard let last = tail.lastIndex(where: { !isSpace($0) }) else { return [] }
        return tail[...last]
    }
}
