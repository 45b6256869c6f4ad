extension ComputePool {
    static func withScratch<R>(bytes: Int, _ body: (UnsafeMutableRawPointer) throws -> R) rethrows -> R {
        let storage = TensorStorage(count: (bytes + 3) / 4)
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeMutableRawPointer(storage.elements.baseAddress.unsafelyUnwrapped))
    }
}
