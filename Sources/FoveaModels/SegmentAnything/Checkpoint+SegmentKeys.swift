public import FoveaNN

extension Checkpoint {
    /// This checkpoint with the keys of segment-anything, if its keys are those of Hugging Face's `transformers`
    /// (`models/sam/convert_sam_to_hf.py`); else this checkpoint.
    ///
    /// The frequencies of positions, which that layout has once or twice, are there once.
    public var withSegmentAnythingKeys: Checkpoint {
        guard entries.contains(where: { $0.name == "mask_decoder.iou_prediction_head.proj_in.weight" }) else {
            return self
        }
        var original: [String: String] = [:]
        var renamed: [Entry] = []
        for entry in entries {
            let name = segmentAnythingKey(entry.name)
            if original.updateValue(entry.name, forKey: name) == nil {
                renamed.append(Entry(name: name, shape: entry.shape, type: entry.type))
            }
        }
        return Checkpoint(entries: renamed) { [original] name throws(CheckpointError) in
            guard let theirs = original[name] else { throw .missing(key: name) }
            return try tensor(named: theirs)
        }
    }
}

/// What segment-anything calls the tensor that `transformers` calls `key`.
private func segmentAnythingKey(_ key: String) -> String {
    renamings.reduce(key) { key, renaming in key.replacing(renaming.theirs, with: renaming.ours) }
}

/// Parts of keys, to be replaced in this order.
private let renamings: [(theirs: String, ours: String)] = {
    // The layers between have numbers of their own: here there is one.
    let perceptrons = ["iou_prediction_head"] + (0..<4).map { "output_hypernetworks_mlps.\($0)" }
    let layers = perceptrons.flatMap { perceptron in
        [("layers.0", "layers.1"), ("proj_in", "layers.0"), ("proj_out", "layers.2")].map { layer in
            (theirs: "\(perceptron).\(layer.0)", ours: "\(perceptron).\(layer.1)")
        }
    }
    let others: [(theirs: String, ours: String)] = [
        ("shared_image_embedding.positional_embedding", "prompt_encoder.shared_embedding.positional_embedding"),
        ("shared_embedding.positional_embedding", "pe_layer.positional_encoding_gaussian_matrix"),
        ("point_embed.", "point_embeddings."),
        ("not_a_point_embeddings.", "not_a_point_embed."),
        ("mask_embed.conv1", "mask_downscaling.0"),
        ("mask_embed.layer_norm1", "mask_downscaling.1"),
        ("mask_embed.conv2", "mask_downscaling.3"),
        ("mask_embed.layer_norm2", "mask_downscaling.4"),
        ("mask_embed.conv3", "mask_downscaling.6"),
        ("upscale_conv1", "output_upscaling.0"),
        ("upscale_layer_norm", "output_upscaling.1"),
        ("upscale_conv2", "output_upscaling.3"),
        ("vision_encoder.layers.", "image_encoder.blocks."),
        ("vision_encoder.", "image_encoder."),
        ("neck.conv1", "neck.0"),
        ("neck.layer_norm1", "neck.1"),
        ("neck.conv2", "neck.2"),
        ("neck.layer_norm2", "neck.3"),
        ("patch_embed.projection", "patch_embed.proj"),
        (".layer_norm", ".norm"),
    ]
    return layers + others
}()
