extension RunLengthMask {
    /// Makes the mask that COCO's rasteriser (`rleFrPoly` of common/maskApi.c) makes of a ring with whole coordinates inside
    /// of the picture; of several rings, what an odd number of them encloses.
    public init(height: Int, width: Int, filling rings: [Ring]) {
        precondition(
            height > 0 && width > 0 && height <= Int(Int32.max) / width, "a mask can't have \(width)×\(height) pixels")
        var borders: [Int] = []
        for ring in rings {
            guard var last = ring.vertices.last else { continue }
            for vertex in ring.vertices {
                precondition(
                    0...width ~= Int(vertex.x) && 0...height ~= Int(vertex.y),
                    "(\(vertex.x), \(vertex.y)) lies outside of \(width)×\(height) pixels")
                Self.forEachCrossing(from: last, to: vertex) { x, y in borders.append(x * height + y) }
                last = vertex
            }
        }
        borders.sort()
        var runs = RunBuilder()
        var (position, isInside) = (0, false)
        for border in borders {
            runs.append(isInside, count: border - position)
            (position, isInside) = (border, !isInside)
        }
        runs.append(isInside, count: height * width - position)
        self.init(height: height, width: width, canonical: runs.counts)
    }

    /// Calls `body` with the column and the row of the first pixel below a line, for each column whose centre it crosses.
    ///
    /// The line is drawn on a grid of fifths of pixels, one step at a time on its longer axis, with the other rounded to
    /// nearest; the centre of a column lies between its steps 2 and 3, and the higher of the two points there counts.
    @inline(__always)
    private static func forEachCrossing(from: Ring.Vertex, to: Ring.Vertex, _ body: (Int, Int) -> Void) {
        let (dx, dy) = (5 * abs(Int(to.x) - Int(from.x)), 5 * abs(Int(to.y) - Int(from.y)))
        guard dx > 0 else { return }
        let isFlat = dx >= dy
        let isForward = isFlat ? from.x < to.x : from.y < to.y
        let (start, end) = isForward ? (from, to) : (to, from)
        let (x, y) = (5 * Int(start.x), 5 * Int(start.y))
        if isFlat {
            let slope = Double(5 * Int(end.y) - y) / Double(dx)
            for column in Int(start.x)..<Int(end.x) {
                let step = 5 * column + 2 - x
                let (left, right) = (Double(y) + slope * Double(step), Double(y) + slope * Double(step + 1))
                body(column, (Int(min(left, right) + 0.5) + 2) / 5)
            }
        } else {
            let slope = Double(5 * Int(end.x) - x) / Double(dy)
            var last = x
            for step in 1...dy {
                let next = Int(Double(x) + slope * Double(step) + 0.5)
                if next != last, min(next, last) % 5 == 2 { body(min(next, last) / 5, (y + step - 1 + 2) / 5) }
                last = next
            }
        }
    }
}
