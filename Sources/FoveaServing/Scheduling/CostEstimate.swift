import Synchronization

/// What a model's jobs are expected to take: learnt from those that ran.
///
/// Times are those of one job on as many cores as were idle; under load, when they matter, that is one.
final class CostEstimate: Sendable {
    private struct Values {
        var inference: Duration
        var decodePerMegabyte: Duration
    }

    /// The weight of a new observation: about the last ten count.
    private static let weight = 0.1

    private let values: Mutex<Values>

    /// - Parameter inference: of one image, as the warm-up measured it.
    init(inference: Duration) {
        // What libjpeg-turbo takes on one core for a usual photograph.
        values = Mutex(Values(inference: inference, decodePerMegabyte: .milliseconds(15)))
    }

    /// The cost of the network for `images` images.
    func inference(images: Int = 1) -> Duration { values.withLock(\.inference) * images }

    /// The cost of decoding and resizing a file of `bytes` bytes.
    func decode(bytes: Int) -> Duration { values.withLock(\.decodePerMegabyte) * (Double(bytes) / 1e6) }

    func learn(inference: Duration, images: Int) {
        values.withLock { $0.inference = Self.blend($0.inference, inference / max(images, 1)) }
    }

    func learn(decode: Duration, bytes: Int) {
        // What small files take says little about large ones.
        guard bytes >= 20_000 else { return }
        values.withLock {
            $0.decodePerMegabyte = Self.blend($0.decodePerMegabyte, decode * (1e6 / Double(bytes)))
        }
    }

    private static func blend(_ old: Duration, _ new: Duration) -> Duration { old * (1 - weight) + new * weight }
}
