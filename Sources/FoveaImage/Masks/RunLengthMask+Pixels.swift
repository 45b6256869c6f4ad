/// Masks of pixels and pixels of masks, a byte each, row by row from the top left.
extension RunLengthMask {
    /// Makes a mask whose foreground are the pixels that are not zero; there must be `height * width`.
    public init(height: Int, width: Int, pixels: [UInt8]) {
        precondition(
            height > 0 && width > 0 && height * width == pixels.count && pixels.count <= Int(Int32.max),
            "\(pixels.count) bytes do not fill \(width)×\(height) pixels")
        var runs = RunBuilder()
        // A stripe of columns at a time, down the rows, so that memory is read in lines.
        let stripe = 64
        var changes = [[Int]](repeating: [], count: stripe)
        var last = [Bool](repeating: false, count: stripe)
        pixels.withUnsafeBufferPointer { pixels in
            for left in stride(from: 0, to: width, by: stripe) {
                let columns = min(stripe, width - left)
                for column in 0..<columns {
                    changes[column].removeAll(keepingCapacity: true)
                    last[column] = false
                }
                for y in 0..<height {
                    for column in 0..<columns where (pixels[y * width + left + column] != 0) != last[column] {
                        changes[column].append(y)
                        last[column].toggle()
                    }
                }
                for column in 0..<columns {
                    var (y, isForeground) = (0, false)
                    for change in changes[column] {
                        runs.append(isForeground, count: change - y)
                        (y, isForeground) = (change, !isForeground)
                    }
                    runs.append(isForeground, count: height - y)
                }
            }
        }
        self.init(height: height, width: width, canonical: runs.counts)
    }

    /// The mask as `height * width` bytes, 255 for foreground and 0 for background.
    public var pixels: [UInt8] {
        var pixels = [UInt8](repeating: 0, count: height * width)
        pixels.withUnsafeMutableBufferPointer { pixels in
            // Bytes that say where a column changes, then each row is the one above it with its changes.
            ColumnRuns(self).forEachRun { x, rows in
                pixels[rows.lowerBound * width + x] ^= 255
                if rows.upperBound < height { pixels[rows.upperBound * width + x] ^= 255 }
            }
            guard let start = pixels.baseAddress else { return }
            for y in 1..<height {
                let (above, row) = (start + (y - 1) * width, start + y * width)
                for x in 0..<width { row[x] ^= above[x] }
            }
        }
        return pixels
    }
}
