/// Images of 8-bit RGB pixels, `[N, H, W, 3]`, and how a network wants them normalised.
///
/// The network's input is `(pixel - mean) / std`. Its first layer can read the pixels themselves, a quarter of the memory.
public struct PixelBatch: Sendable {
    /// N.
    public let count: Int
    /// H.
    public let height: Int
    /// W.
    public let width: Int
    /// Of red, green and blue, on the scale 0…255.
    public let mean: [Float]
    public let std: [Float]
    /// The pixels lie at the start of it.
    private let storage: TensorStorage

    /// `[N, H, W, 3]`.
    public var shape: [Int] { [count, height, width, 3] }
    private var byteCount: Int { 3 * count * height * width }

    /// Makes a batch whose bytes `fill` writes, every one, in row-major order.
    ///
    /// `mean` and `std` have three values each, and no `std` is zero.
    public init<E: Error>(
        count: Int, height: Int, width: Int, mean: [Float], std: [Float],
        filledBy fill: (UnsafeMutableBufferPointer<UInt8>) throws(E) -> Void
    ) throws(E) {
        precondition(count >= 0 && height >= 0 && width >= 0, "\(count) images of \(width)×\(height) are not possible")
        precondition(
            mean.count == 3 && std.count == 3 && !std.contains(0), "mean \(mean), std \(std) of three channels")
        (self.count, self.height, self.width, self.mean, self.std) = (count, height, width, mean, std)
        storage = TensorStorage(count: (3 * count * height * width + 3) / 4)
        let bytes = UnsafeMutableRawBufferPointer(storage.elements).bindMemory(to: UInt8.self)
        try fill(UnsafeMutableBufferPointer(rebasing: bytes[..<byteCount]))
    }

    /// Calls `body` with the bytes in row-major order.
    public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(storage) {} }
        let bytes = UnsafeRawBufferPointer(storage.elements).bindMemory(to: UInt8.self)
        return try body(UnsafeBufferPointer(rebasing: bytes[..<byteCount]))
    }

    /// One batch of all images of `batches`, in order; they must agree on size, mean and std.
    public static func stacked(_ batches: [PixelBatch]) -> PixelBatch {
        guard let first = batches.first else { preconditionFailure("there is nothing to stack") }
        precondition(
            batches.allSatisfy { ($0.height, $0.width) == (first.height, first.width) },
            "images of different sizes can't be stacked")
        precondition(
            batches.allSatisfy { $0.mean == first.mean && $0.std == first.std },
            "images that are normalised differently can't be stacked")
        return PixelBatch(
            count: batches.reduce(0) { $0 + $1.count }, height: first.height, width: first.width, mean: first.mean,
            std: first.std
        ) { bytes in
            var rest = bytes[...]
            for batch in batches {
                batch.withUnsafeBytes { rest = rest[rest.update(fromContentsOf: $0)...] }
            }
        }
    }

    /// The network's input, `[N, H, W, 3]`.
    public func normalised() -> Tensor {
        let levels = (0..<256).flatMap { level in (0..<3).map { (Float(level) - mean[$0]) / std[$0] } }
        return Tensor(shape: shape) { elements in
            withUnsafeBytes { bytes in
                levels.withUnsafeBufferPointer { levels in
                    for pixel in 0..<bytes.count / 3 {
                        for channel in 0..<3 {
                            let i = 3 * pixel + channel
                            elements[i] = levels[3 * Int(bytes[i]) + channel]
                        }
                    }
                }
            }
        }
    }
}
