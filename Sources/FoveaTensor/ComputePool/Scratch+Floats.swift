extension ComputePool {
    /// As `withScratch(bytes:_:)`, for floats.
    static func withScratch<R, E: Error>(
        floats: Int, _ body: (UnsafeMutablePointer<Float>) throws(E) -> R
    ) throws(E) -> R {
        try withScratch(bytes: floats * MemoryLayout<Float>.stride) { (bytes) throws(E) in
            try body(bytes.bindMemory(to: Float.self, capacity: floats))
        }
    }
}
