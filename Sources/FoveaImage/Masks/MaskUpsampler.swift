import CKernels
import FoveaTensor

/// Makes masks at the size of the photograph out of the low-resolution logits of a mask decoder.
///
/// They are those of the reference implementation (segment-anything, `postprocess_masks` with PyTorch on a CPU): a bilinear resize
/// to the network's square input, a crop to the part that the photograph filled, a bilinear resize to the photograph, a
/// threshold. But no picture of floats is ever held: columns of the cropped square are made as they are needed, and of a
/// photograph's column only the pixels between a logit over the threshold and one below it are computed.
public struct MaskUpsampler: Sendable {
    /// Rows and columns of the photograph.
    public let height: Int
    public let width: Int
    private let logitsSide: Int
    private let inputRows: LinearAxis
    private let inputColumns: LinearAxis
    private let rows: LinearAxis
    private let columns: LinearAxis
    /// The rows of the photograph that lie between each row of the crop and the next.
    private let rowsBehind: [Int32]

    /// - Parameters:
    ///   - logitsSide: rows and columns of the logits.
    ///   - inputSide: rows and columns of the network's input.
    ///   - resizedHeight: the rows of the input that the photograph filled, from the top.
    ///   - resizedWidth: the columns of the input that the photograph filled, from the left.
    ///   - height: rows of the photograph.
    ///   - width: columns of the photograph.
    public init(
        logitsSide: Int = 256, inputSide: Int = 1024, resizedHeight: Int, resizedWidth: Int, height: Int, width: Int
    ) {
        precondition(logitsSide > 0 && height > 0 && width > 0, "\(logitsSide) logits to \(width)×\(height) pixels")
        precondition(
            (1...inputSide).contains(resizedHeight) && (1...inputSide).contains(resizedWidth),
            "\(resizedWidth)×\(resizedHeight) pixels are no part of an input of \(inputSide)×\(inputSide)")
        (self.logitsSide, self.height, self.width) = (logitsSide, height, width)
        let input = LinearAxis(count: logitsSide, target: inputSide)
        inputRows = input.prefix(resizedHeight)
        inputColumns = input.prefix(resizedWidth)
        rows = LinearAxis(count: resizedHeight, target: height)
        columns = LinearAxis(count: resizedWidth, target: width)
        rowsBehind = rows.outputs(ofSamples: resizedHeight)
    }

    /// A mask, and how little it depends on the threshold.
    public struct Upsampled: Sendable, Equatable {
        public let mask: RunLengthMask
        /// Pixels whose logit is more than an offset over the threshold by those that are not as much below it; `nil` if
        /// there are none of the latter.
        public let stabilityScore: Float?
    }

    /// Returns the mask of the pixels whose logit is over `threshold`.
    ///
    /// - Parameters:
    ///   - logits: `[logitsSide, logitsSide]`, contiguous, finite.
    ///   - stabilityOffset: the offset of the stability score, in logits.
    public func callAsFunction(
        _ logits: UnsafeBufferPointer<Float>, threshold: Float = 0, stabilityOffset: Float = 1
    ) -> Upsampled {
        precondition(logits.count == logitsSide * logitsSide, "\(logits.count) logits, not \(logitsSide) squared")
        var runs = RunBuilder()
        var (inner, outer) = (0, 0)
        let thresholds = (
            Threshold(threshold), Threshold(threshold + stabilityOffset), Threshold(threshold - stabilityOffset)
        )
        forEachColumn(of: logits) { scan in
            scan(thresholds.0) { runs.append($0, count: $1) }
            scan(thresholds.1) { inner += $0 ? $1 : 0 }
            scan(thresholds.2) { outer += $0 ? $1 : 0 }
        }
        return Upsampled(
            mask: RunLengthMask(height: height, width: width, canonical: runs.counts),
            stabilityScore: outer == 0 ? nil : Float(inner) / Float(outer))
    }

    /// Calls `body` with each column of the crop resized to the width of the photograph.
    private func forEachColumn(of logits: UnsafeBufferPointer<Float>, _ body: (ColumnScan) -> Void) {
        let kernels = Kernels.selected
        let cropHeight = inputRows.first.count
        // A column and its last value again, to whole words of bits.
        let columnFloats = (cropHeight + 63) / 64 * 64 + 1
        withUnsafeTemporaryAllocation(of: Float.self, capacity: logits.count + logitsSide + 1 + 3 * columnFloats) {
            memory in
            guard let transposed = memory.baseAddress, let source = logits.baseAddress else { return }
            memory.initialize(repeating: 0)
            let narrow = transposed + logits.count
            let crop = narrow + logitsSide + 1
            let column = crop + 2 * columnFloats
            for y in 0..<logitsSide {
                for x in 0..<logitsSide { transposed[x * logitsSide + y] = source[y * logitsSide + x] }
            }
            var held = (-1, -1)

            /// Column `x` of the crop, which stays until the next but one is made.
            func cropColumn(_ x: Int) -> UnsafePointer<Float> {
                let target = crop + (x % 2) * columnFloats
                guard (x % 2 == 0 ? held.0 : held.1) != x else { return UnsafePointer(target) }
                if x % 2 == 0 { held.0 = x } else { held.1 = x }
                let (first, fraction) = (Int(inputColumns.first[x]), inputColumns.fraction[x])
                let second = min(first + 1, logitsSide - 1)
                kernels.blend(
                    narrow, transposed + first * logitsSide, transposed + second * logitsSide, fraction, logitsSide)
                narrow[logitsSide] = narrow[logitsSide - 1]
                kernels.interpolate(target, narrow, inputRows.first, inputRows.fraction, cropHeight)
                return UnsafePointer(target)
            }

            let scan = ColumnScan(
                column: column, count: cropHeight, rows: rows, rowsBehind: rowsBehind, kernels: kernels)
            for x in 0..<width {
                let first = Int(columns.first[x])
                let second = min(first + 1, inputColumns.first.count - 1)
                kernels.blend(column, cropColumn(first), cropColumn(second), columns.fraction[x], cropHeight)
                column[cropHeight] = column[cropHeight - 1]
                body(scan)
            }
        }
    }
}
