public import FoveaNN
public import FoveaTensor

/// Prompts on an image to masks: what all networks of the Segment Anything family (https://arxiv.org/abs/2304.02643) have
/// after their different encoders of images.
///
/// | Key                | |
/// | ------------------ | --- |
/// | `prompt_encoder.*` | see `PromptEncoder` |
/// | `mask_decoder.*`   | see `MaskDecoder` |
public struct MaskPredictor: Sendable {
    /// The shape of an encoded image.
    public static let embeddingShape = Shape(1, PromptEncoder.side, PromptEncoder.side, PromptEncoder.width)
    /// The rows and columns of a mask of logits.
    public static let maskSide = 4 * PromptEncoder.side

    let prompts: PromptEncoder
    let decoder: MaskDecoder

    /// Takes the tensors of both parts from the root of a checkpoint.
    public init(_ weights: Weights) throws(CheckpointError) {
        prompts = try PromptEncoder(weights["prompt_encoder"])
        decoder = try MaskDecoder(weights["mask_decoder"], .segmentAnything)
    }

    /// What is the same for every prompt on an image, of its embedding `[1, 64, 64, 256]`.
    public func prepared(_ embedding: Tensor) -> PreparedEmbedding {
        precondition(
            embedding.shape == Self.embeddingShape, "an embedding is \(Self.embeddingShape), not \(embedding.shape)")
        let embedding = embedding.reshaped(prompts.positions.shape)
        let noMask = prompts.noMask.reshaped([1, PromptEncoder.width]).expanded(to: embedding.shape)
        return PreparedEmbedding(
            embedding: embedding.kept(),
            unmasked: ImageTokens(embedding + noMask, positions: prompts.positions).kept())
    }

    /// The masks of each prompt by itself, as if it were the only one; throws when nobody waits for them any more.
    ///
    /// - Parameter threshold: masks with no higher predicted overlap are left out, and so is most of the work for them.
    public func masks(
        for prompts: [Prompt], on image: PreparedEmbedding, _ choice: MaskChoice, over threshold: Float? = nil
    ) throws(Cancelled) -> [PredictedMasks] {
        var answers: [PredictedMasks] = []
        for prompt in prompts {
            try Cancellation.check()
            let tokens = decoder.tokens(followedBy: PromptEncoder.tokenCount(prompt)) {
                self.prompts.write(prompt, into: $0)
            }
            answers.append(
                try decoder(
                    tokens, self.image(image, for: prompt), positions: self.prompts.positions, choice, over: threshold))
        }
        return answers
    }

    /// The image's tokens as a prompt with this mask, or without one, sees them.
    private func image(_ image: PreparedEmbedding, for prompt: Prompt) -> ImageTokens {
        guard let mask = prompt.mask else { return image.unmasked }
        return ImageTokens(image.embedding + prompts.dense(mask), positions: prompts.positions)
    }
}

/// What prompts on one image share: three maps of 4 MiB.
public struct PreparedEmbedding: Sendable {
    static let bytes = 3 * MaskPredictor.embeddingShape.product * MemoryLayout<Float>.stride

    /// `[4096, 256]`
    let embedding: Tensor
    /// The image as prompts without a mask see it.
    let unmasked: ImageTokens
}
