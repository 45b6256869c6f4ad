/// The outlines of runs of foreground, as rings.
///
/// Every run has two horizontal edges: its top, followed to the right, and its bottom, followed to the left. Their ends meet
/// on the vertical lines between columns, where those of one column join those of the next, or turn back.
struct Outlines {
    private(set) var rings: [Ring] = []
    /// For each ring the first ring around the same piece of foreground, connected by edges of pixels.
    private(set) var pieces: [Int] = []

    init(of runs: ColumnRuns) {
        let next = Self.links(of: runs)
        // An edge has the number of its row in `runs.rows`: tops are even, bottoms odd.
        var ringOfEdge = [Int32](repeating: -1, count: runs.rows.count)
        for x in 0..<runs.width {
            for first in runs.offsets[x]..<runs.offsets[x + 1] where ringOfEdge[first] < 0 {
                rings.append(
                    Self.ring(from: first, column: x, runs: runs, next: next) { edge in
                        ringOfEdge[edge] = Int32(rings.count)
                    })
            }
        }
        // Rings that have edges of the same run are around the same piece, and that connects all rings of a piece.
        var sets = DisjointSets(count: rings.count)
        for run in 0..<runs.count { sets.join(Int(ringOfEdge[2 * run]), Int(ringOfEdge[2 * run + 1])) }
        pieces = rings.indices.map { sets.first(of: $0) }
    }

    /// For each edge the one that follows it.
    private static func links(of runs: ColumnRuns) -> [Int32] {
        let rows = runs.rows
        var next = [Int32](repeating: -1, count: rows.count)
        for line in 0...runs.width {
            var left = line == 0 ? 0..<0 : runs.offsets[line - 1]..<runs.offsets[line]
            var right = line == runs.width ? 0..<0 : runs.offsets[line]..<runs.offsets[line + 1]
            // The edge at the upper end of a stretch where one column is foreground and the other is not.
            var open: Int?
            while let edge = nextEdge(&left, &right, rows: rows) {
                guard let upper = open else {
                    open = edge.number
                    continue
                }
                let (from, to) = edge.arrives ? (edge.number, upper) : (upper, edge.number)
                next[from] = Int32(to)
                open = nil
            }
        }
        return next
    }

    /// Takes the upper one of the next edges of the columns left and right of a line, and says whether it arrives there.
    ///
    /// Where both are at the same height, and foreground touches at a corner only, the ring turns right.
    private static func nextEdge(
        _ left: inout Range<Int>, _ right: inout Range<Int>, rows: [Int32]
    ) -> (number: Int, arrives: Bool)? {
        guard let l = left.first else { return right.popFirst().map { ($0, $0 % 2 == 1) } }
        guard let r = right.first else { return left.popFirst().map { ($0, $0 % 2 == 0) } }
        let isLeftNext = rows[l] == rows[r] ? l % 2 == 1 : rows[l] < rows[r]
        return isLeftNext ? left.popFirst().map { ($0, $0 % 2 == 0) } : right.popFirst().map { ($0, $0 % 2 == 1) }
    }

    /// The ring through the edge `first` of column `column`; `visit` is called with each of its edges.
    private static func ring(
        from first: Int, column: Int, runs: ColumnRuns, next: [Int32], visit: (Int) -> Void
    ) -> Ring {
        var vertices: [Ring.Vertex] = []
        var (edge, x) = (first, column)
        repeat {
            visit(edge)
            let following = Int(next[edge])
            // Tops end on the line right of their column, bottoms on that left of it.
            let line = edge % 2 == 0 ? x + 1 : x
            if runs.rows[edge] != runs.rows[following] {
                vertices.append(Ring.Vertex(x: line, y: Int(runs.rows[edge])))
                vertices.append(Ring.Vertex(x: line, y: Int(runs.rows[following])))
            }
            x = following % 2 == 0 ? line : line - 1
            edge = following
        } while edge != first
        return Ring(vertices)
    }
}
