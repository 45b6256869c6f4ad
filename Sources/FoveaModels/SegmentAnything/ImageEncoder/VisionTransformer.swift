import FoveaNN
import FoveaTensor

/// SAM's image encoder (https://arxiv.org/abs/2304.02643 section A), `modeling/image_encoder.py`: a plain ViT most of
/// whose blocks attend within windows. Its size is read from the checkpoint's shapes.
///
/// | Key | Shape |
/// | --- | ----- |
/// | `patch_embed.proj.{weight,bias}` | `[D, 3, 16, 16]`, `[D]` |
/// | `pos_embed` | `[1, grid, grid, D]` |
/// | `blocks.*` | see `VisionTransformerBlock` |
/// | `neck.*` | see `EncoderNeck` |
struct VisionTransformer: ImageEncoder {
    private let patches: ConvNorm
    /// `[1, grid, grid, D]`
    private let position: Tensor
    let blocks: [VisionTransformerBlock]
    let neck: EncoderNeck

    private static let patchSide = 16

    init(_ weights: Weights) throws(CheckpointError) {
        let D = try weights.length(ofFirstAxisOf: "patch_embed.proj.bias")
        let global = try weights.longestPositionTable()
        let grid = (global + 1) / 2
        patches = try ConvNorm(
            weights.at("patch_embed.proj"), hasBias: true,
            .init(input: 3, output: D, kernel: Self.patchSide, stride: Self.patchSide, padding: .valid))
        position = try weights.take("pos_embed", shape: [1, grid, grid, D])
        var blocks: [VisionTransformerBlock] = []
        while weights["blocks"].contains("\(blocks.count)") {
            blocks.append(try VisionTransformerBlock(weights["blocks"][blocks.count], channels: D, grid: grid))
        }
        self.blocks = blocks
        neck = try EncoderNeck(weights["neck"], input: D)
    }

    func embedding(_ x: Tensor) throws(Cancelled) -> Tensor {
        var y = tokens(x)
        for block in blocks { y = try block(y) }
        return neck(y)
    }

    /// The tokens `[1, grid, grid, D]` that the first block sees.
    func tokens(_ x: Tensor) -> Tensor { patches(x) + position }
}

extension Weights {
    /// The most rows that a table of position vectors has: those of a block whose window is the whole grid.
    fileprivate func longestPositionTable() throws(CheckpointError) -> Int {
        var (longest, block) = (0, 0)
        while self["blocks"].contains("\(block)") {
            longest = max(longest, try self["blocks"][block].length(ofFirstAxisOf: "attn.rel_pos_h"))
            block += 1
        }
        return longest
    }
}
