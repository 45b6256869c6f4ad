import FoveaNN
import FoveaTensor
import Testing

@testable import FoveaModels

/// Networks of ThunderNet with made-up weights, the same here and in `Scripts/thundernet_goldens.py`.
enum ThunderNetFixture {
    /// Each reference network's tensors by key; `norm` stands for the five of a batch norm.
    static let networks = Fixture.networks("thundernet-networks.tsv")

    /// What the weights and biases of the region proposal's last layers are multiplied with in the recorded stages.
    static let recordedFactors = "rpn_head.rpn_cls=0.01 rpn_head.rpn_reg=0.0005"

    /// - Parameter factors: what weights and biases of the last layers are multiplied with, so that boxes stay near their
    ///   anchors and scores away from 0 and 1: `LAYER=FACTOR`, with spaces between.
    static func checkpoint(_ reference: String, factors: String = recordedFactors) throws -> Checkpoint {
        let shapes = try #require(networks[reference])
        let made = SyntheticWeights.checkpoint(shapes, variance: 6)
        let factors = Dictionary(
            uniqueKeysWithValues: factors.split(separator: " ").map { $0.split(separator: "=").map(String.init) }
                .compactMap { parts in Float(parts[1]).map { (parts[0], $0) } })
        return Checkpoint(entries: made.entries) { name throws(CheckpointError) in
            let tensor = try made.tensor(named: name)
            guard let layer = name.lastIndex(of: ".").map({ String(name[..<$0]) }), let factor = factors[layer] else {
                return tensor
            }
            return Tensor(tensor.values.map { $0 * factor }, shape: tensor.shape)
        }
    }

    /// The network of a reference's name: `daybreak_thundernet_snet49` or `thundernet_snet146_fc2`.
    static func architecture(_ reference: String) throws -> Architecture {
        let size = try #require(reference.split(separator: "_").first { $0.hasPrefix("snet") })
        return try #require(Architecture.named(reference == size ? String(size) : "thundernet_\(size)"))
    }

    static func network(
        _ reference: String, habits: DetectorHabits = DetectorHabits(), factors: String = recordedFactors
    ) throws -> ThunderNet {
        let network = try architecture(reference).makeNetwork(
            checkpoint(reference, factors: factors), habits: habits)
        guard case .detector(let detector) = network else { throw NoDetector() }
        return try #require(detector as? ThunderNet)
    }

    private struct NoDetector: Error {}
}
