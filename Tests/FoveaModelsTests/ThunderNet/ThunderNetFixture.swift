import FoveaNN
import FoveaTensor
import Testing

@testable import FoveaModels

/// Networks of ThunderNet with made-up weights, the same here and in `Scripts/thundernet_goldens.py`.
enum ThunderNetFixture {
    /// Each reference network's tensors by key; `norm` stands for the five of a batch norm.
    static let networks = Fixture.networks("thundernet-networks.tsv")

    /// What the last layers' weights are multiplied with, so that boxes stay near their anchors and scores away from 0 and 1;
    /// by the beginnings of keys.
    static let factors: [(start: String, factor: Float)] = [
        ("rpn_head.rpn_cls.", 0.01), ("rpn_head.rpn_reg.", 0.0005), ("roi_head.bbox_head.fc_cls.", 0.01),
        ("roi_head.bbox_head.fc_reg.", 0.005), ("RCNN_rpn.RPN_cls_score.", 0.01), ("RCNN_rpn.RPN_bbox_pred.", 0.0005),
        ("RCNN_cls_score.", 0.01), ("RCNN_bbox_pred.", 0.005), ("rpn.head.cls_logits.", 0.005),
        ("rpn.head.bbox_pred.", 0.00025), ("roi_heads.box_predictor.cls_score.", 0.01),
        ("roi_heads.box_predictor.bbox_pred.", 0.005),
    ]

    /// - Parameter isTame: whether the head's last layers have factors, and not the region proposal's alone.
    static func checkpoint(_ reference: String, isTame: Bool = true) throws -> Checkpoint {
        let shapes = try #require(networks[reference])
        let made = SyntheticWeights.checkpoint(shapes, variance: 6)
        return Checkpoint(entries: made.entries) { name throws(CheckpointError) in
            let tensor = try made.tensor(named: name)
            let factor = factors.first { name.hasPrefix($0.start) && (isTame || name.hasPrefix("rpn_head")) }?.factor
            return factor.map { factor in Tensor(tensor.values.map { $0 * factor }, shape: tensor.shape) } ?? tensor
        }
    }

    /// The network of a reference's name: `daybreak_thundernet_snet49` or `thundernet_snet146_fc2`.
    static func architecture(_ reference: String) throws -> Architecture {
        let size = try #require(reference.split(separator: "_").first { $0.hasPrefix("snet") })
        return try #require(Architecture.named(reference == size ? String(size) : "thundernet_\(size)"))
    }

    static func network(
        _ reference: String, habits: DetectorHabits = DetectorHabits(), isTame: Bool = true
    ) throws -> ThunderNet {
        let network = try architecture(reference).makeNetwork(
            checkpoint(reference, isTame: isTame), habits: habits)
        guard case .detector(let detector) = network else { throw NoDetector() }
        return try #require(detector as? ThunderNet)
    }

    private struct NoDetector: Error {}
}
