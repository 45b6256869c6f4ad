/// How far each pixel of a region is from the nearest pixel outside of it; beyond the picture is outside.
///
/// Exact Euclidean distances in time proportional to the pixels (Felzenszwalb and Huttenlocher, Distance Transforms of Sampled
/// Functions, 2012): along columns, then the lower envelope of parabolas along rows.
struct InteriorDistance {
    /// A pixel of the region that is as far inside as any, and the square of its distance; the first row by row.
    struct Deepest: Equatable {
        let x: Int
        let y: Int
        let squared: Int
    }

    /// The deepest pixel where `isInside`, row by row, is true; nil where it is nowhere.
    static func deepest(_ isInside: [Bool], height: Int, width: Int) -> Deepest? {
        precondition(isInside.count == height * width, "\(isInside.count) pixels do not fill \(width)×\(height)")
        var columns = [Int](repeating: 0, count: height * width)
        for x in 0..<width {
            var above = 0
            for y in 0..<height {
                above = isInside[y * width + x] ? above + 1 : 0
                columns[y * width + x] = above
            }
            var below = 0
            for y in (0..<height).reversed() {
                below = isInside[y * width + x] ? below + 1 : 0
                columns[y * width + x] = min(columns[y * width + x], below)
            }
        }
        var best: Deepest?
        var envelope = Envelope(capacity: width + 2)
        for y in 0..<height {
            envelope.removeAll()
            envelope.append(at: -1, height: 0)
            for x in 0..<width { envelope.append(at: x, height: columns[y * width + x] * columns[y * width + x]) }
            envelope.append(at: width, height: 0)
            for x in 0..<width where isInside[y * width + x] {
                let squared = envelope.value(at: x)
                if squared > best?.squared ?? 0 { best = Deepest(x: x, y: y, squared: squared) }
            }
        }
        return best
    }
}

/// The lowest of parabolas (x − at)² + height, which come from left to right.
private struct Envelope {
    private var places: [Int] = []
    private var heights: [Int] = []
    /// From where on each is the lowest.
    private var starts: [Double] = []
    private var current = 0

    init(capacity: Int) {
        places.reserveCapacity(capacity)
        heights.reserveCapacity(capacity)
        starts.reserveCapacity(capacity)
    }

    mutating func removeAll() {
        places.removeAll(keepingCapacity: true)
        heights.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        current = 0
    }

    mutating func append(at place: Int, height: Int) {
        var start = -Double.infinity
        while let last = places.last, let lastHeight = heights.last, let lastStart = starts.last {
            let difference = Double(height + place * place - lastHeight - last * last)
            start = difference / Double(2 * (place - last))
            if start > lastStart { break }
            places.removeLast()
            heights.removeLast()
            starts.removeLast()
            start = -.infinity
        }
        places.append(place)
        heights.append(height)
        starts.append(start)
    }

    /// Asked for from left to right.
    mutating func value(at x: Int) -> Int {
        while current + 1 < starts.count, starts[current + 1] <= Double(x) { current += 1 }
        return (x - places[current]) * (x - places[current]) + heights[current]
    }
}
