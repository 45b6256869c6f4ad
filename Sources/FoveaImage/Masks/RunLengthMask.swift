/// A mask, one bit a pixel, as the run-length encoding of COCO: the form in which masks are kept, compared and sent.
///
/// https://github.com/cocodataset/cocoapi, common/maskApi.h
public struct RunLengthMask: Sendable, Hashable {
    public let height: Int
    public let width: Int
    /// The lengths of runs of background and foreground in turn, column after column from the top left.
    ///
    /// The first may be 0, all others are not: equal masks have equal counts. They add up to `height * width`.
    public let counts: [UInt32]

    /// Takes over `counts` as they are; they must be as promised above.
    init(height: Int, width: Int, canonical counts: [UInt32]) {
        (self.height, self.width, self.counts) = (height, width, counts)
    }

    /// Makes a mask of run lengths that someone sent; runs of length 0 between others join their neighbours.
    public init(height: Int, width: Int, counts: some Sequence<Int>) throws(MaskError) {
        let pixels = try Self.pixels(height: height, width: width)
        var runs = RunBuilder()
        var (total, isForeground) = (0, false)
        for length in counts {
            guard length >= 0 else { throw .negativeRun(length: length) }
            let (sum, overflow) = total.addingReportingOverflow(length)
            guard !overflow, sum <= pixels else { throw .wrongTotal(got: overflow ? .max : sum, expected: pixels) }
            runs.append(isForeground, count: length)
            (total, isForeground) = (sum, !isForeground)
        }
        guard total == pixels else { throw .wrongTotal(got: total, expected: pixels) }
        self.init(height: height, width: width, canonical: runs.counts)
    }

    /// The number of pixels of a mask of this size, which fits an `Int32`.
    static func pixels(height: Int, width: Int) throws(MaskError) -> Int {
        let (pixels, overflow) = height.multipliedReportingOverflow(by: width)
        guard height > 0, width > 0, !overflow, pixels <= Int(Int32.max) else {
            throw .impossibleSize(height: height, width: width)
        }
        return pixels
    }

    /// Pixels of foreground.
    public var area: Int {
        stride(from: 1, to: counts.count, by: 2).reduce(0) { $0 + Int(counts[$1]) }
    }

    /// The smallest rectangle that holds the foreground, as pycocotools' `toBbox`; all zeros if there is none.
    public var bounds: PixelBounds {
        var (left, top, right, bottom) = (width, height, -1, -1)
        forEachRun { run in
            let (first, last) = (run.lowerBound / height, (run.upperBound - 1) / height)
            (left, right) = (min(left, first), max(right, last))
            // A run that goes on in the next column touches the last row of this one and the first row of that.
            top = first == last ? min(top, run.lowerBound % height) : 0
            bottom = first == last ? max(bottom, (run.upperBound - 1) % height) : height - 1
        }
        guard right >= 0 else { return PixelBounds(x: 0, y: 0, width: 0, height: 0) }
        return PixelBounds(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
    }

    /// Foreground and background exchanged.
    var inverted: RunLengthMask {
        let inverted = counts.first == 0 ? Array(counts.dropFirst()) : [0] + counts
        return RunLengthMask(height: height, width: width, canonical: inverted)
    }

    /// Calls `body` with each run of foreground, as a range of pixels counted column by column.
    func forEachRun(_ body: (Range<Int>) -> Void) {
        var end = 0
        for (index, count) in counts.enumerated() {
            let start = end
            end += Int(count)
            if index % 2 == 1 { body(start..<end) }
        }
    }
}

/// A rectangle of whole pixels.
public struct PixelBounds: Sendable, Hashable {
    /// The left column and the top row.
    public let x: Int
    public let y: Int
    public let width: Int
    public let height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
}
