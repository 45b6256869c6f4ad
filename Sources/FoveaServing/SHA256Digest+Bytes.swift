import Crypto

extension SHA256Digest {
    /// The digest of `bytes`.
    public init(of bytes: ArraySlice<UInt8>) { self.init(SHA256.hash(data: bytes)) }
}
