import FoveaTensor

/// One of the layers or blocks of a network that follow each other.
protocol Layer: Sendable {
    func callAsFunction(_ x: Tensor) -> Tensor
}

extension Array where Element: Layer {
    /// One layer after the other; throws between two of them when nobody waits for the result any more.
    func callAsFunction(_ x: Tensor) throws(Cancelled) -> Tensor {
        var y = x
        for layer in self {
            try Cancellation.check()
            y = layer(y)
        }
        return y
    }
}
