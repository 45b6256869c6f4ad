import CKernels

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
    public var shape: Shape { Shape(count, height, width, 3) }
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
        storage = TensorMemory.storage(count: (3 * count * height * width + 3) / 4)
        let bytes = UnsafeMutableRawPointer(storage.start).bindMemory(to: UInt8.self, capacity: byteCount)
        try fill(UnsafeMutableBufferPointer(start: bytes, count: byteCount))
    }

    /// Calls `body` with the bytes in row-major order.
    public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(storage) {} }
        let bytes = UnsafeRawPointer(storage.start).bindMemory(to: UInt8.self, capacity: byteCount)
        return try body(UnsafeBufferPointer(start: bytes, count: byteCount))
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

    /// The same pixels, normalised to `scale * x + shift` where this batch's are normalised to `x`.
    public func renormalised(scale: [Float], shift: [Float]) -> PixelBatch {
        precondition(scale.count == 3 && shift.count == 3 && !scale.contains(0), "scale \(scale), shift \(shift)")
        let std = (0..<3).map { self.std[$0] / scale[$0] }
        return PixelBatch(self, mean: (0..<3).map { mean[$0] - shift[$0] * std[$0] }, std: std)
    }

    private init(_ other: PixelBatch, mean: [Float], std: [Float]) {
        (count, height, width, storage) = (other.count, other.height, other.width, other.storage)
        (self.mean, self.std) = (mean, std)
    }

    /// The network's input, `[N, H, W, 3]`.
    public func normalised() -> Tensor {
        Tensor(shape: shape) { elements in
            guard let out = elements.baseAddress else { return }
            withUnsafeBytes { normalise($0, into: out) }
        }
    }

    /// The convolution of the normalised images with `filters`, then `activation(y + bias)`; the normalised images are
    /// never in memory as a whole.
    public func convolved(
        _ filters: PackedFilters, bias: Tensor? = nil, window: Window, activation: Activation = .none
    ) -> Tensor {
        precondition(
            filters.inputs == 3 && window.kernel == filters.kernel,
            "filters of \(filters.kernel) for \(filters.inputs) channels do not fit pixels with \(window)")
        return withUnsafeBytes { pixels in
            convolution(
                of: shape, filters, bias: bias, window: window, residual: nil, activation: activation
            ) { geometry, finish, out in
                WindowedConvolution(
                    filters: filters, window: window, geometry: geometry, count: count, finish: finish, out: out
                ).compute { image, y, row in
                    let first = (image * height + y) * width * 3
                    normalise(UnsafeBufferPointer(rebasing: pixels[first..<first + width * 3]), into: row)
                }
            }
        }
    }

    private func normalise(_ pixels: UnsafeBufferPointer<UInt8>, into out: UnsafeMutablePointer<Float>) {
        guard let start = pixels.baseAddress else { return }
        Kernels.selected.normalise(out, start, pixels.count, mean, std)
    }
}
