/// How long the rounds of a measurement took, in milliseconds.
public struct Timings: Sendable {
    private let sorted: [Double]

    /// - Parameter milliseconds: one for each round, at least one.
    public init(_ milliseconds: [Double]) {
        precondition(!milliseconds.isEmpty, "nothing was measured")
        sorted = milliseconds.sorted()
    }

    public var rounds: Int { sorted.count }
    public var least: Double { sorted[0] }

    /// The mean of the two in the middle where their number is even.
    public var median: Double { (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2 }

    /// The shortest time that nine rounds of ten kept to.
    public var p90: Double { sorted[(sorted.count * 9 + 9) / 10 - 1] }
}

extension Double {
    /// Decimal digits with `decimals` of them behind the point.
    func fixed(_ decimals: Int) -> String {
        guard isFinite, abs(self) < 1e15 else { return "-" }
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let digits = String(Int((abs(self) * scale).rounded()))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let point = decimals == 0 ? "" : "." + padded.suffix(decimals)
        return (self < 0 ? "-" : "") + padded.dropLast(decimals) + point
    }

    /// Itself with at most three decimals.
    var thousandths: Double { (self * 1000).rounded() / 1000 }
}
