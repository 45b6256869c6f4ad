import FoveaTensor

@testable import FoveaModels
@testable import FoveaNN
@testable import FoveaServing

/// A segmenter with the whole prompt encoder and mask decoder and an encoder of two narrow blocks, with the weights that
/// `Scripts/automatic_mask_goldens.py` gives them.
final class SyntheticSegmenter: Sendable {
    let model: LoadedModel
    let pool: ComputePool
    private let folder: TemporaryFolder

    /// The shapes of `ImageEncoderViT` with `embed_dim=32, depth=2, num_heads=2, global_attn_indexes=(1,)`.
    private static let encoder: [String: [Int]] = {
        var shapes: [String: [Int]] = [
            "pos_embed": [1, 64, 64, 32], "patch_embed.proj.weight": [32, 3, 16, 16], "patch_embed.proj.bias": [32],
            "neck.0.weight": [256, 32, 1, 1], "neck.2.weight": [256, 256, 3, 3],
        ]
        for norm in ["neck.1", "neck.3"] { (shapes["\(norm).weight"], shapes["\(norm).bias"]) = ([256], [256]) }
        for (block, places) in [(0, 27), (1, 127)] {
            for (layer, output, input) in [
                ("attn.qkv", 96, 32), ("attn.proj", 32, 32), ("mlp.lin1", 128, 32), ("mlp.lin2", 32, 128),
            ] {
                shapes["blocks.\(block).\(layer).weight"] = [output, input]
                shapes["blocks.\(block).\(layer).bias"] = [output]
            }
            for axis in ["h", "w"] { shapes["blocks.\(block).attn.rel_pos_\(axis)"] = [places, 16] }
            for norm in ["norm1", "norm2"] {
                (shapes["blocks.\(block).\(norm).weight"], shapes["blocks.\(block).\(norm).bias"]) = ([32], [32])
            }
        }
        return Dictionary(uniqueKeysWithValues: shapes.map { ("image_encoder.\($0.key)", $0.value) })
    }()

    private static let architecture = Architecture(
        name: "synthetic", task: .segment,
        input: { _ in Architecture.named("sam_vit_b")?.input ?? Toy.input },
        makeNetwork: { _, _, _ in
            let shapes = encoder.merging(SegmentFixture.networks["decoder"] ?? [:]) { first, _ in first }
            let weights = Weights(SegmentFixture.checkpoint(shapes))
            let network = try SegmentAnything(weights) { weights throws(CheckpointError) in
                try VisionTransformer(weights)
            }
            try weights.finish()
            return .segmenter(network)
        }, fits: { _ in false })

    /// - Parameter threads: of the pool that it computes on.
    init(threads: Int = 2, limits: JobLimits = JobLimits()) throws {
        folder = try TemporaryFolder()
        pool = ComputePool(threads: threads)
        let card = #"{"task":"segment","architecture":"synthetic","weights":"w.safetensors"}"#
        try folder.write(card, to: "synthetic/model.json")
        try folder.write(Toy.safetensors(), to: "synthetic/w.safetensors")
        let repository = ModelRepository(directory: folder.path, architectures: [Self.architecture])
        model = try LoadedModel(
            try repository.model(nil, for: .segment), scheduler: Scheduler(pool: pool), limits: limits)
    }
}
