import FoveaNN

extension SegmentAnything {
    /// SAM with its three sizes of encoder, and MobileSAM.
    static let architectures: [Architecture] =
        [("sam_vit_b", 768, 12), ("sam_vit_l", 1024, 24), ("sam_vit_h", 1280, 32)].map { name, width, blocks in
            architecture(name) { shapes in
                shapes["image_encoder.pos_embed"] == [1, side / 16, side / 16, width]
                    && shapes["image_encoder.blocks.\(blocks - 1).norm1.weight"] != nil
                    && shapes["image_encoder.blocks.\(blocks).norm1.weight"] == nil
            } encoder: { weights throws(CheckpointError) in
                try VisionTransformer(weights)
            }
        } + [
            architecture("mobile_sam") { shapes in
                shapes["image_encoder.patch_embed.seq.0.c.weight"] == [32, 3, 3, 3]
            } encoder: { weights throws(CheckpointError) in
                try TinyViT(weights)
            }
        ]

    /// - Parameter fits: tells this size from the others by the tensors' shapes. Making networks of zeros to see which one
    ///   fits would take gigabytes.
    private static func architecture(
        _ name: String, fits: @escaping @Sendable ([String: [Int]]) -> Bool,
        encoder: @escaping @Sendable (Weights) throws(CheckpointError) -> any ImageEncoder
    ) -> Architecture {
        Architecture(
            name: name, task: .segment, geometry: geometry, input: { _ in .segmentAnything },
            makeNetwork: { checkpoint, precision, _ in
                let weights = Weights(checkpoint.withSegmentAnythingKeys, precision: precision)
                let network = try SegmentAnything(weights, encoder: encoder)
                try weights.finish()
                return .segmenter(network)
            },
            fits: { entries in
                let checkpoint = Checkpoint(entries: entries) { name throws(CheckpointError) in
                    throw .missing(key: name)
                }
                let shapes = Dictionary(
                    checkpoint.withSegmentAnythingKeys.entries.map { ($0.name, $0.shape) },
                    uniquingKeysWith: { first, _ in first })
                return fits(shapes) && shapes["mask_decoder.iou_token.weight"] != nil
            })
    }
}

extension InputSpecification {
    /// The longer side becomes 1024 pixels; zeros fill the square up at the bottom and at the right.
    fileprivate static let segmentAnything = InputSpecification(
        height: SegmentAnything.side, width: SegmentAnything.side, resize: .longerSide, filter: .bilinear,
        mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375])
}
