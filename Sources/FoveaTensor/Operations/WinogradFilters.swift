/// 3×3 filters transformed for Winograd's F(4×4, 3×3): 36 matrices `[inputs, outputs]`, four times the memory.
///
/// A tile of 4×4 outputs takes 36 products in place of 144. The points are 0, 1, -1, 1/2, -2 and infinity.
struct WinogradFilters: Sendable {
    let matrices: [PackedMatrix]
    var inputs: Int { matrices[0].K }
    var outputs: Int { matrices[0].N }

    /// The rows of the transformation of three taps: at each point `a`, `(1, a, a²) / ∏(a - b)` over the others.
    private static let transform: [[Double]] = [
        [1, 0, 0], [1.0 / 3, 1.0 / 3, 1.0 / 3], [-1.0 / 3, 1.0 / 3, -1.0 / 3], [-16.0 / 15, -8.0 / 15, -4.0 / 15],
        [1.0 / 15, -2.0 / 15, 4.0 / 15], [0, 0, 1],
    ]

    /// Whether so many channels are worth it: few leave the transformations too little to make up for; with many, reading
    /// four times the weights takes longer than multiplying.
    static func areWorthwhile(inputs: Int, outputs: Int) -> Bool {
        min(inputs, outputs) >= 32 && inputs * outputs <= 384 * 384
    }

    /// Transforms `filters`, `[3, 3, inputs, outputs]`.
    init(_ filters: Tensor) {
        let (C, M) = (filters.shape[2], filters.shape[3])
        let count = C * M
        let g = filters.contiguous()
        matrices = (0..<36).map { number in
            let (rows, columns) = (Self.transform[number / 6], Self.transform[number % 6])
            let weights = (0..<9).map { rows[$0 / 3] * columns[$0 % 3] }
            return PackedMatrix(
                Tensor(shape: Shape(C, M)) { out in
                    for i in 0..<count {
                        var sum = 0.0
                        for tap in 0..<9 { sum += weights[tap] * Double(g.address[tap * count + i]) }
                        out[i] = Float(sum)
                    }
                })
        }
        withExtendedLifetime(g) {}
    }
}
