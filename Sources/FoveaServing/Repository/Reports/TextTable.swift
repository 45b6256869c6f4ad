/// Rows for people: aligned columns, two spaces apart, the last one as long as it likes.
public struct TextTable: Sendable {
    public enum Alignment: Sendable { case left, right }

    private let alignments: [Alignment]
    private var rows: [[String]]

    /// A table with a row of titles; `right` are the titles of the columns of numbers.
    public init(_ titles: [String], right: Set<String> = []) {
        alignments = titles.map { right.contains($0) ? .right : .left }
        rows = [titles]
    }

    /// Adds a row with a cell for each title.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == alignments.count, "\(cells.count) cells in \(alignments.count) columns")
        rows.append(cells)
    }

    /// The table, a line a row, each with its end.
    public var text: String {
        let widths = alignments.indices.map { column in rows.reduce(0) { max($0, $1[column].count) } }
        return rows.map { row in
            let cells = row.indices.map { column -> String in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                switch alignments[column] {
                case .right: return padding + row[column]
                case .left: return column == row.count - 1 ? row[column] : row[column] + padding
                }
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}
