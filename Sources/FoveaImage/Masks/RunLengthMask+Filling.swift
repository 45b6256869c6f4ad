extension RunLengthMask {
    /// Makes the mask that COCO's rasteriser (`rleFrPoly` of common/maskApi.c) makes of a ring with whole coordinates inside
    /// of the picture; of several rings, what an odd number of them encloses.
    public init(height: Int, width: Int, filling rings: [Ring]) {
        precondition(
            height > 0 && width > 0 && height <= Int(Int32.max) / width, "a mask can't have \(width)×\(height) pixels")
        var filling = RingFilling(height: height, width: width)
        for ring in rings {
            filling.add(
                ring.vertices.map { vertex in
                    precondition(
                        0...width ~= Int(vertex.x) && 0...height ~= Int(vertex.y),
                        "(\(vertex.x), \(vertex.y)) lies outside of \(width)×\(height) pixels")
                    return (x: 5 * Int(vertex.x), y: 5 * Int(vertex.y))
                })
        }
        self.init(height: height, width: width, canonical: filling.counts)
    }

    /// Makes the mask that COCO's rasteriser makes of a polygon of an annotation, `[x0, y0, x1, y1, …]`, and joins those of
    /// several; what lies outside of the picture is cut off.
    ///
    /// - Throws: `MaskError.malformedPolygon` where a polygon has fewer than three corners, half a corner, or one a million
    ///   pixels away.
    public init(height: Int, width: Int, cocoPolygons polygons: [[Double]]) throws(MaskError) {
        precondition(
            height > 0 && width > 0 && height <= Int(Int32.max) / width, "a mask can't have \(width)×\(height) pixels")
        var mask = RunLengthMask(height: height, width: width, canonical: [UInt32(height * width)])
        for polygon in polygons {
            guard polygon.count >= 6, polygon.count.isMultiple(of: 2), polygon.allSatisfy({ abs($0) < 1e6 }) else {
                throw .malformedPolygon(numbers: polygon.count)
            }
            var filling = RingFilling(height: height, width: width)
            filling.add(
                stride(from: 0, to: polygon.count, by: 2).map { index in
                    (x: Int(5 * polygon[index] + 0.5), y: Int(5 * polygon[index + 1] + 0.5))
                })
            let piece = RunLengthMask(height: height, width: width, canonical: filling.counts)
            mask = mask.union(with: piece)
        }
        self = mask
    }
}

/// Finds the pixels inside of closed lines as `rleFrPoly` of COCO's common/maskApi.c does, on a grid of fifths of pixels.
private struct RingFilling {
    let height: Int
    let width: Int
    private var borders: [Int] = []

    init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

    /// Adds a closed line; what an odd number of lines encloses is inside.
    ///
    /// - Parameter corners: in fifths of pixels.
    mutating func add(_ corners: [(x: Int, y: Int)]) {
        guard var last = corners.last else { return }
        for corner in corners {
            addCrossings(from: last, to: corner)
            last = corner
        }
    }

    /// The run lengths of what is inside.
    var counts: [UInt32] {
        var runs = RunBuilder()
        var (position, isInside) = (0, false)
        for border in borders.sorted() {
            runs.append(isInside, count: border - position)
            (position, isInside) = (border, !isInside)
        }
        runs.append(isInside, count: height * width - position)
        return runs.counts
    }

    /// Adds the first pixel below a line for each column whose centre the line crosses.
    ///
    /// A line is drawn one step at a time on its longer axis, with the other rounded to nearest; the centre of a column lies
    /// between its steps 2 and 3, and the higher of the two points there counts.
    private mutating func addCrossings(from: (x: Int, y: Int), to: (x: Int, y: Int)) {
        let (dx, dy) = (abs(to.x - from.x), abs(to.y - from.y))
        guard dx > 0 else { return }
        let isFlat = dx >= dy
        let isForward = isFlat ? from.x < to.x : from.y < to.y
        let (start, end) = isForward ? (from, to) : (to, from)
        if isFlat {
            let slope = Double(end.y - start.y) / Double(dx)
            let first = max(0, (start.x + 2) / 5)
            for column in first..<max(first, min(width, (end.x + 2) / 5)) where 5 * column + 2 >= start.x {
                let step = 5 * column + 2 - start.x
                let left = Int(Double(start.y) + slope * Double(step) + 0.5)
                let right = Int(Double(start.y) + slope * Double(step + 1) + 0.5)
                add(column, min(left, right))
            }
        } else {
            let slope = Double(end.x - start.x) / Double(dy)
            var last = Int(Double(start.x) + 0.5)
            for step in 1...dy {
                let next = Int(Double(start.x) + slope * Double(step) + 0.5)
                let smaller = min(next, last)
                if next != last, smaller >= 0, smaller % 5 == 2, smaller / 5 < width {
                    add(smaller / 5, start.y + step - 1)
                }
                last = next
            }
        }
    }

    /// - Parameter y: in fifths of pixels.
    private mutating func add(_ column: Int, _ y: Int) {
        borders.append(column * height + min(max(y + 2, 0) / 5, height))
    }
}
