import FoveaNN
import FoveaTensor
import Synchronization
import Testing

@testable import FoveaModels

/// Prompt encoder and mask decoder against what the reference makes of the same prompts with made-up weights.
@Suite struct MaskPredictorTests {
    static let outputs = SegmentFixture.outputs("segment-decoder.tsv")
    static let prompts: [String: Prompt] = Fixture.rows("segment-prompts.tsv").reduce(into: [:]) {
        $0[$1[0]] = prompt($1)
    }
    static let predictor = Result { try MaskPredictor(Weights(SegmentFixture.checkpoint("decoder"))) }
    static let embedding = SyntheticWeights.uniform("embedding", shape: [1, 256, 64, 64], limit: 0.5)
        .permuted([0, 2, 3, 1])

    /// A row: name, points, box, whether there is a mask.
    private static func prompt(_ row: [String]) -> Prompt {
        var prompt = Prompt()
        for point in row[1].split(separator: ";") {
            let numbers = numbers(point)
            prompt.points.append(
                .init(x: numbers[0], y: numbers[1], label: numbers[2] == 1 ? .foreground : .background))
        }
        if !row[2].isEmpty {
            let corners = numbers(row[2][...])
            prompt.box = .init(left: corners[0], top: corners[1], right: corners[2], bottom: corners[3])
        }
        if !row[3].isEmpty { prompt.mask = SyntheticWeights.uniform("mask", shape: [256, 256], limit: 8) }
        return prompt
    }

    private static func numbers(_ text: Substring) -> [Double] { text.split(separator: ",").compactMap { Double($0) } }

    @Test("The fixtures are there")
    func fixtures() {
        #expect(Self.prompts.count == 10)
        #expect(Self.outputs.count == 11)
        #expect(Self.outputs["mixed"]?["iou"]?.samples.count == 32)
    }

    @Test("Masks and overlaps are the reference's", arguments: prompts.keys.sorted(), MaskChoice.allCases)
    func masks(name: String, choice: MaskChoice) throws {
        let predictor = try Self.predictor.get()
        let (outputs, prompt) = (try #require(Self.outputs[name]), try #require(Self.prompts[name]))
        let masks = try predictor.masks(for: [prompt], on: predictor.prepared(Self.embedding), choice)
        try #require(masks.count == 1)
        let logits = masks[0].logits.permuted([1, 2, 0]).reshaped([1, 256, 256, choice.masks.count])
        try #require(outputs[choice == .single ? "single" : "multiple"]).expect(logits)
        // The samples of four numbers are each of them in turn, from the second on.
        let overlaps = try #require(outputs["iou"]).samples
        let expected = choice.masks.map { overlaps[($0 + 3) % 4] }
        #expect(zip(masks[0].overlaps, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
        #expect(masks[0].overlaps.count == expected.count)
    }

    @Test("Prompts are encoded as the reference does", arguments: prompts.keys.sorted())
    func encoded(name: String) throws {
        let encoder = try Self.predictor.get().prompts
        let (outputs, prompt) = (try #require(Self.outputs[name]), try #require(Self.prompts[name]))
        let count = PromptEncoder.tokenCount(prompt)
        let tokens = Tensor(shape: [1, count, 256]) { encoder.write(prompt, into: $0) }
        #expect((count == 0) == (outputs["sparse"] == nil))
        outputs["sparse"]?.expect(tokens, within: 2e-5)
        if let mask = prompt.mask {
            try #require(outputs["dense"]).expect(encoder.dense(mask).reshaped([1, 64, 64, 256]))
        }
        try #require(Self.outputs[""]?["positions"]).expect(encoder.positions.reshaped([1, 64, 64, 256]), within: 2e-5)
    }

    @Test("Each layer of the transformer gives what the reference's does", arguments: ["point", "mask_points"])
    func layers(name: String) throws {
        let predictor = try Self.predictor.get()
        let (outputs, prompt) = (try #require(Self.outputs[name]), try #require(Self.prompts[name]))
        let (decoder, positions) = (predictor.decoder, predictor.prompts.positions)
        let tokens = decoder.tokens(followedBy: PromptEncoder.tokenCount(prompt)) {
            predictor.prompts.write(prompt, into: $0)
        }
        let start = predictor.prepared(Self.embedding)
        var state = (
            tokens: tokens,
            image: prompt.mask.map {
                ImageTokens(start.embedding + predictor.prompts.dense($0), positions: positions)
            } ?? start.unmasked
        )
        let end = try decoder.transformer(tokens, state.image, positions: positions)
        for (number, block) in decoder.transformer.blocks.enumerated() {
            state = try block(state.tokens, of: tokens, state.image, positions: positions)
            let T = tokens.shape[0]
            try #require(outputs["layers.\(number).tokens"]).expect(state.tokens.reshaped([1, T, 256]))
            try #require(outputs["layers.\(number).image"]).expect(state.image.tokens.reshaped([1, 64, 64, 256]))
        }
        try #require(outputs["transformer.tokens"]).expect(end.prompt.reshaped([1, tokens.shape[0], 256]))
        try #require(outputs["transformer.image"]).expect(end.image.reshaped([1, 64, 64, 256]))
        let units = Tensor((0..<32 * 32).map { $0 % 33 == 0 ? 1 : 0 }, shape: [32, 32])
        let upscaled = decoder.upscaling.masks(end.image, units)
        try #require(outputs["upscaled"]).expect(upscaled.permuted([1, 2, 0]).reshaped([1, 256, 256, 32]))
    }

    @Test("Prompts in one call, whatever they have, get what each gets by itself, on any number of threads")
    func batch() throws {
        let predictor = try Self.predictor.get()
        let image = predictor.prepared(Self.embedding)
        let prompts = Self.prompts.keys.sorted().compactMap { Self.prompts[$0] }
        let together = Mutex<[PredictedMasks]>([])
        let pool = ComputePool(threads: 3)
        pool.submit {
            let masks = try? predictor.masks(for: prompts, on: image, .multiple)
            together.withLock { $0 = masks ?? [] }
        }
        pool.shutdown()
        let masks = together.withLock { $0 }
        try #require(masks.count == prompts.count)
        for (prompt, masks) in zip(prompts, masks) {
            let alone = try predictor.masks(for: [prompt], on: image, .multiple)[0]
            let differences = zip(masks.logits.values, alone.logits.values).map { abs($0 - $1) }
            #expect(differences.max() ?? .infinity < 1e-5)
            #expect(zip(masks.overlaps, alone.overlaps).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("Only masks over a predicted overlap are made, if any, and they are those of a call for all")
    func threshold() throws {
        let predictor = try Self.predictor.get()
        let image = predictor.prepared(Self.embedding)
        let prompts = Self.prompts.keys.sorted().compactMap { Self.prompts[$0] }
        let all = try predictor.masks(for: prompts, on: image, .multiple)
        for threshold in all[0].overlaps + [-.infinity, .infinity] {
            let some = try predictor.masks(for: prompts, on: image, .multiple, over: threshold)
            for (some, all) in zip(some, all) {
                let wanted = all.overlaps.indices.filter { all.overlaps[$0] > threshold }
                #expect(some.overlaps == wanted.map { all.overlaps[$0] })
                #expect(some.logits.shape == [wanted.count, 256, 256])
                for (place, mask) in wanted.enumerated() {
                    let (a, b) = (some.logits.sliced(0, place..<place + 1), all.logits.sliced(0, mask..<mask + 1))
                    #expect(zip(a.values, b.values).map { abs($0 - $1) }.max() ?? .infinity < 1e-5)
                }
            }
        }
    }

    @Test("A point is on the thing or beside it, nothing else")
    func labels() {
        #expect((-2...4).map { Prompt.Label(rawValue: $0) } == [nil, nil, .background, .foreground, nil, nil, nil])
    }

    @Test("No prompts have no masks, and numbers that are none reach their own masks only")
    func strange() throws {
        let predictor = try Self.predictor.get()
        let image = predictor.prepared(Self.embedding)
        #expect(try predictor.masks(for: [], on: image, .single).isEmpty)
        let lost = Prompt(points: [.init(x: .infinity, y: .nan, label: .foreground)])
        let masks = try predictor.masks(for: [lost, Prompt()], on: image, .single)
        #expect(masks[0].overlaps[0].isNaN)
        #expect(masks[1].overlaps[0].isFinite)
    }

    @Test("A call that was cancelled stops")
    func cancelled() throws {
        let predictor = try Self.predictor.get()
        let image = predictor.prepared(Self.embedding)
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: Cancelled()) {
            try cancellation.watching { () throws in try predictor.masks(for: [Prompt()], on: image, .single) }
        }
    }

    @Test(
        "Every tensor is needed, in its shape",
        arguments: [
            "prompt_encoder.no_mask_embed.weight", "prompt_encoder.mask_downscaling.4.bias",
            "mask_decoder.transformer.layers.1.cross_attn_token_to_image.k_proj.bias",
            "mask_decoder.output_hypernetworks_mlps.3.layers.2.bias", "mask_decoder.output_upscaling.3.weight",
        ])
    func strict(key: String) throws {
        var shapes = try #require(SegmentFixture.networks["decoder"])
        let shape = try #require(shapes[key])
        shapes[key] = nil
        #expect(throws: CheckpointError.missing(key: key)) {
            try MaskPredictor(Weights(SyntheticWeights.checkpoint(shapes, variance: 3)))
        }
        shapes[key] = shape + [1]
        #expect(throws: CheckpointError.shape(key: key, expected: shape, got: shape + [1])) {
            try MaskPredictor(Weights(SyntheticWeights.checkpoint(shapes, variance: 3)))
        }
    }

    @Test("No tensor is left over")
    func complete() throws {
        let weights = Weights(SegmentFixture.checkpoint("decoder"))
        _ = try MaskPredictor(weights)
        #expect(throws: Never.self) { try weights.finish() }
    }
}
