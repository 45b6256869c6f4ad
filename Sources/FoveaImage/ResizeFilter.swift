/// Pillow's resampling filters. Both widen when shrinking, so that every source pixel counts.
public enum ResizeFilter: String, Sendable, CaseIterable {
    /// A triangle of radius 1.
    case bilinear
    /// Keys' cubic with a = -0.5, of radius 2.
    case bicubic

    var radius: Double { self == .bilinear ? 1 : 2 }

    /// The weight at distance `t`; operations in Pillow's order, since results must agree to the last bit.
    func weight(at t: Double) -> Double {
        let t = abs(t)
        switch self {
        case .bilinear: return t < 1 ? 1 - t : 0
        case .bicubic:
            let a = -0.5
            if t < 1 { return ((a + 2) * t - (a + 3)) * t * t + 1 }
            if t < 2 { return (((t - 5) * t + 8) * t - 4) * a }
            return 0
        }
    }
}
