import FoveaNN
public import FoveaTensor

/// What sees the photograph, once for all prompts: the part of Segment Anything that takes the time.
public protocol ImageEncoder: Sendable {
    /// The embedding `[1, side / 16, side / 16, 256]` of a normalised image `[1, side, side, 3]`; throws when nobody waits
    /// for it any more.
    func embedding(_ x: Tensor) throws(Cancelled) -> Tensor
}

/// Takes an encoder's features to the 256 channels that the mask decoder reads.
///
/// | Key | Shape |
/// | --- | ----- |
/// | `0.weight` | `[256, in, 1, 1]` |
/// | `1.{weight,bias}`, `3.{weight,bias}` | `[256]` |
/// | `2.weight` | `[256, 256, 3, 3]` |
struct EncoderNeck: Layer {
    static let channels = 256

    let reduce: ConvNorm
    private let mix: ConvNorm
    private let norms: (first: LayerNorm, second: LayerNorm)

    init(_ weights: Weights, input: Int) throws(CheckpointError) {
        let C = Self.channels
        reduce = try ConvNorm(weights[0], hasBias: false, .init(input: input, output: C))
        mix = try ConvNorm(weights[2], hasBias: false, .init(input: C, output: C, kernel: 3))
        norms = (
            try LayerNorm(weights[1], width: C, epsilon: 1e-6), try LayerNorm(weights[3], width: C, epsilon: 1e-6)
        )
    }

    func callAsFunction(_ x: Tensor) -> Tensor { norms.second(mix(norms.first(reduce(x)))) }
}
