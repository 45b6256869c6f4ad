import Crypto

extension SHA256Digest {
    /// The digest of `bytes`.
    public init(of bytes: ArraySlice<UInt8>) { self.init(SHA256.hash(data: bytes)) }

    /// The 32 bytes of the digest of `bytes`.
    static func bytes(of bytes: ArraySlice<UInt8>) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
