/// Multi-head self-attention among the tokens of an image, all of them or those of square windows.
///
/// What attends is a token's queries, keys and values side by side, each of all heads: `[3][heads][width]`. The scale that
/// scores are multiplied with is left to the weights that make the queries.
public struct GridAttention: Sendable {
    public let heads: Int
    /// Of one head.
    public let width: Int
    /// The side of a window, in tokens; nil where all attend to all.
    public let window: Int?
    public let bias: PositionBias
    /// What a token beyond the border is, `[3 * heads * width]`: windows there are filled up with it. It is attended to.
    let padding: Tensor?

    /// What is added to the score of a query and a key, depending on where they are.
    public enum PositionBias: Sendable {
        case none
        /// The sum of a bias for the distance in rows and one for that in columns, each the product of the query with a
        /// vector: `[2 * side - 1, width]`, for the distances from query to key of -(side - 1) on.
        ///
        /// As SAM has it, but with the distance counted from the query to the key, and vectors to suit scaled queries.
        case decomposed(rows: PackedMatrix, columns: PackedMatrix)
        /// `[heads, side², side²]`: by head, query and key, both in row-major order.
        case table(Tensor)
    }

    /// - Parameter padding: `[3 * heads * width]`; needed where a window may hang over the border.
    public init(heads: Int, width: Int, window: Int?, bias: PositionBias, padding: Tensor? = nil) {
        precondition(heads > 0 && width > 0 && window ?? 1 > 0, "attention needs a head with a width")
        precondition(
            padding.map { $0.shape == Shape(3 * heads * width) } ?? true,
            "a token of shape \(padding?.shape ?? []) does not fit \(heads) heads of width \(width)")
        (self.heads, self.width, self.window, self.bias) = (heads, width, window, bias)
        self.padding = padding?.contiguous()
    }

    /// All heads together.
    var channels: Int { heads * width }

    /// The windows of an image of `H` × `W` tokens.
    func windows(_ H: Int, _ W: Int) -> (side: (rows: Int, columns: Int), rows: Int, columns: Int) {
        guard let window else { return ((H, W), 1, 1) }
        return ((window, window), (H + window - 1) / window, (W + window - 1) / window)
    }

    func check(_ shape: Shape) {
        precondition(
            shape.count == 4 && shape[3] == 3 * channels,
            "attention of \(heads) heads of width \(width) does not fit \(shape)")
        let (side, rows, columns) = windows(shape[1], shape[2])
        precondition(
            padding != nil || (rows * side.rows == shape[1] && columns * side.columns == shape[2]),
            "windows of \(side.rows) hang over the border of \(shape), and there is nothing to fill them with")
        let fits =
            switch bias {
            case .none: true
            case .decomposed(let rows, let columns):
                rows.K == width && columns.K == width && rows.N == 2 * side.rows - 1
                    && columns.N == 2 * side.columns - 1
            case .table(let table):
                table.shape == Shape(heads, side.rows * side.columns, side.rows * side.columns) && table.isContiguous
            }
        precondition(fits, "the position bias does not fit windows of \(side.rows)x\(side.columns)")
    }
}
