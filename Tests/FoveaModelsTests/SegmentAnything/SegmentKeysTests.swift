import FoveaNN
import FoveaTensor
import Testing

@testable import FoveaModels

/// The keys of `transformers`, made of segment-anything's as `convert_sam_to_hf.py` makes them.
@Suite struct SegmentKeysTests {
    private func theirs(_ key: String) -> String {
        var key = key
        let layers = key.split(separator: ".").dropLast(2).last == "layers"
        if layers, key.contains("iou_prediction_head") || key.contains("hypernetworks_mlps") {
            key.replace("layers.0", with: "proj_in")
            key.replace("layers.1", with: "layers.0")
            key.replace("layers.2", with: "proj_out")
        }
        let pairs = [
            ("mask_decoder.output_upscaling.0", "mask_decoder.upscale_conv1"),
            ("mask_decoder.output_upscaling.1", "mask_decoder.upscale_layer_norm"),
            ("mask_decoder.output_upscaling.3", "mask_decoder.upscale_conv2"),
            ("mask_downscaling.0", "mask_embed.conv1"),
            ("mask_downscaling.1", "mask_embed.layer_norm1"), ("mask_downscaling.3", "mask_embed.conv2"),
            ("mask_downscaling.4", "mask_embed.layer_norm2"), ("mask_downscaling.6", "mask_embed.conv3"),
            ("point_embeddings", "point_embed"),
            ("pe_layer.positional_encoding_gaussian_matrix", "shared_embedding.positional_embedding"),
            ("image_encoder", "vision_encoder"), ("neck.0", "neck.conv1"), ("neck.1", "neck.layer_norm1"),
            ("neck.2", "neck.conv2"), ("neck.3", "neck.layer_norm2"), ("patch_embed.proj", "patch_embed.projection"),
            (".norm", ".layer_norm"), ("blocks", "layers"),
        ]
        for (ours, theirs) in pairs { key.replace(ours, with: theirs) }
        return key
    }

    private func checkpoint(_ shapes: [String: [Int]]) -> Checkpoint {
        Checkpoint(entries: shapes.map { .init(name: $0, shape: $1, type: "F32") }) { name throws(CheckpointError) in
            // The tensor tells which it is.
            Tensor([Float(name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) % 65536 })], shape: [1])
        }
    }

    @Test("A checkpoint of transformers has segment-anything's keys", arguments: ["vit_b", "vit_32_256"])
    func renamed(encoder: String) throws {
        let shapes = try #require(SegmentFixture.networks[encoder])
            .merging(try #require(SegmentFixture.networks["decoder"])) { first, _ in first }
        var other = Dictionary(uniqueKeysWithValues: shapes.map { (theirs($0), $1) })
        #expect(other.count == shapes.count)
        #expect(other["vision_encoder.layers.1.layer_norm2.weight"] != nil)
        #expect(other["mask_decoder.output_hypernetworks_mlps.2.proj_out.bias"] == [32])
        for isTwice in [false, true] {
            if isTwice { other["shared_image_embedding.positional_embedding"] = [2, 128] }
            let original = checkpoint(other)
            let renamed = original.withSegmentAnythingKeys
            #expect(renamed.entries.count == shapes.count)
            for entry in renamed.entries { #expect(entry.shape == shapes[entry.name], "\(entry.name)") }
            let key = "mask_decoder.iou_prediction_head.layers.1.weight"
            #expect(
                try renamed.tensor(named: key).values
                    == original.tensor(named: "mask_decoder.iou_prediction_head.layers.0.weight").values)
        }
        // That layout may have the matrix under its second name only.
        other["prompt_encoder.shared_embedding.positional_embedding"] = nil
        #expect(checkpoint(other).withSegmentAnythingKeys.entries.count == shapes.count)
    }

    @Test("A checkpoint of segment-anything stays as it is")
    func unchanged() throws {
        let original = checkpoint(try #require(SegmentFixture.networks["decoder"]))
        #expect(original.withSegmentAnythingKeys.entries == original.entries)
        #expect(throws: CheckpointError.missing(key: "none")) {
            try checkpoint(["mask_decoder.iou_prediction_head.proj_in.weight": [1]]).withSegmentAnythingKeys
                .tensor(named: "none")
        }
    }
}
