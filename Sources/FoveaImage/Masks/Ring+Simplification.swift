extension Ring {
    /// Returns a ring of some of these vertices, from which none of the others is more than `tolerance` pixels away: the method
    /// of Douglas and Peucker, on the two halves between the first vertex and the one farthest from it.
    ///
    /// If nothing of the area were left, or it were turned inside out, the tolerance is halved until it is not.
    func simplified(tolerance: Double) -> Ring {
        var tolerance = tolerance
        while tolerance > 0.25 {
            let simple = Ring(kept(tolerance: tolerance))
            if simple.twiceSignedArea.signum() == twiceSignedArea.signum() { return simple }
            tolerance /= 2
        }
        return self
    }

    private func kept(tolerance: Double) -> [Vertex] {
        guard let first = vertices.first, vertices.count > 3 else { return vertices }
        let farthest = vertices.indices.max {
            first.squaredDistance(to: vertices[$0]) < first.squaredDistance(to: vertices[$1])
        }
        let halves = [0..<(farthest ?? 0), (farthest ?? 0)..<vertices.count]
        var isKept = [Bool](repeating: false, count: vertices.count)
        // Ranges from one vertex that stays to another, of which the last may be the first again.
        var ranges = halves.map { (range: $0, depth: 0) }
        while let (range, depth) = ranges.popLast() {
            isKept[range.lowerBound] = true
            guard let split = farthestVertex(in: range, beyond: tolerance) else { continue }
            // A line that always splits near its end would take quadratic time.
            let middle = depth < Self.greedyDepth ? split : range.lowerBound + range.count / 2
            ranges.append((range.lowerBound..<middle, depth + 1))
            ranges.append((middle..<range.upperBound, depth + 1))
        }
        return zip(vertices, isKept).filter(\.1).map(\.0)
    }

    /// Splits of a line where it is farthest, before it is split in the middle.
    private static let greedyDepth = 48

    /// The vertex farther than `tolerance` from the line between the ends of `range`, and farther than all others.
    private func farthestVertex(in range: Range<Int>, beyond tolerance: Double) -> Int? {
        let (from, to) = (vertices[range.lowerBound], vertices[range.upperBound % vertices.count])
        let (dx, dy) = (Double(to.x - from.x), Double(to.y - from.y))
        let squaredLength = dx * dx + dy * dy
        var (farthest, distance): (Int?, Double) = (nil, tolerance * tolerance)
        for index in range.dropFirst() {
            let (x, y) = (Double(vertices[index].x - from.x), Double(vertices[index].y - from.y))
            let along = squaredLength > 0 ? min(max((x * dx + y * dy) / squaredLength, 0), 1) : 0
            let (offX, offY) = (x - along * dx, y - along * dy)
            let squared = offX * offX + offY * offY
            if squared > distance { (farthest, distance) = (index, squared) }
        }
        return farthest
    }
}

extension Ring.Vertex {
    fileprivate func squaredDistance(to other: Ring.Vertex) -> Int {
        let (dx, dy) = (Int(x) - Int(other.x), Int(y) - Int(other.y))
        return dx * dx + dy * dy
    }
}
