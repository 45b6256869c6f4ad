extension ComputePool {
    /// As `withScratch(bytes:_:)`, for floats.
    static func withScratch<R>(floats: Int, _ body: (UnsafeMutablePointer<Float>) throws -> R) rethrows -> R {
        try withScratch(bytes: floats * MemoryLayout<Float>.stride) { bytes in
            try body(bytes.bindMemory(to: Float.self, capacity: floats))
        }
    }
}
