import FoveaNN
import FoveaTensor
import Testing

@testable import FoveaModels

/// The small segmenter against what the network of `Training/` makes of the same made-up weights.
@Suite struct LiteSegmenterTests {
    typealias Output = SegmentFixture.Output

    static let outputs = SegmentFixture.outputs("lite-segmenter.tsv")
    static let shapes: [String: [Int]] = Fixture.rows("lite-segmenter-keys.tsv").reduce(into: [:]) { shapes, row in
        let numbers = row[1].split(whereSeparator: { $0 == "x" || $0 == " " }).compactMap { Int($0) }
        guard row[1].hasPrefix("norm ") else { return shapes[row[0]] = numbers }
        for part in ["weight", "bias", "running_mean", "running_var"] { shapes["\(row[0]).\(part)"] = numbers }
        shapes["\(row[0]).num_batches_tracked"] = []
    }
    static let network = Result { try LiteSegmenter(Weights(SegmentFixture.checkpoint(shapes))) }
    /// In the frame of 512.
    static let prompts: [String: Prompt] = MaskPredictorTests.prompts.mapValues { prompt in
        var prompt = prompt
        prompt.points = prompt.points.map { .init(x: $0.x / 2, y: $0.y / 2, label: $0.label) }
        prompt.box = prompt.box.map {
            .init(left: $0.left / 2, top: $0.top / 2, right: $0.right / 2, bottom: $0.bottom / 2)
        }
        prompt.mask = prompt.mask.map { _ in SyntheticWeights.uniform("mask", shape: [128, 128], limit: 8) }
        return prompt
    }
    /// An embedding of made-up numbers, as the network packs them.
    static let embedding: Tensor = {
        let tokens = SyntheticWeights.uniform("embedding", shape: [1, 128, 32, 32], limit: 1)
        let details = SyntheticWeights.uniform("details", shape: [1, 32, 128, 128], limit: 1)
            .permuted([0, 2, 3, 1]).contiguous()
        return .concatenated([
            tokens.permuted([0, 2, 3, 1]).contiguous(), details.inQuarters().reshaped([1, 32, 32, 512]),
        ])
    }()

    @Test("The fixtures are there")
    func fixtures() {
        #expect(Self.prompts.count == 10 && Self.outputs.count == 11)
        #expect(Self.outputs["mixed"]?["masks"]?.samples.count == 32)
    }

    @Test("The tensors fit this architecture alone, and no others do")
    func keys() throws {
        let checkpoint = SegmentFixture.checkpoint(Self.shapes)
        #expect(Architecture.fitting(checkpoint).map(\.name) == ["fovea_sam_lite0"])
        let architecture = try #require(Architecture.named("fovea_sam_lite0"))
        let entries = checkpoint.entries
        #expect(!architecture.fits(entries.filter { $0.name != "prompt_encoder.gate.bias" }))
        #expect(!architecture.fits(entries + [.init(name: "mask_decoder.unknown", shape: [3], type: "F32")]))
        let exported = entries.filter { !$0.name.hasSuffix("num_batches_tracked") }
        #expect(architecture.fits(exported))
    }

    @Test("Images are encoded as the network of Training does")
    func encoded() throws {
        let embedding = try Self.network.get().embedding(SyntheticWeights.input(512, 512))
        try #require(Self.outputs[""]?["embedding"]).expect(embedding.sliced(3, 0..<128))
        try #require(Self.outputs[""]?["details"]).expect(
            embedding.sliced(3, 128..<640).reshaped([1024 * 16, 32]).outOfQuarters())
    }

    @Test("Prompts are encoded as the network of Training does", arguments: prompts.keys.sorted())
    func prompted(name: String) throws {
        let (outputs, prompt) = (try #require(Self.outputs[name]), try #require(Self.prompts[name]))
        let image = LiteImage(Self.embedding)
        let prompted = try Self.network.get().prompts(prompt, on: image)
        let count = prompted.tokens.shape[0]
        #expect((count == 0) == (outputs["tokens"] == nil))
        outputs["tokens"]?.expect(prompted.tokens.reshaped([1, count, 128]))
        try #require(outputs["image"]).expect(prompted.image.reshaped([1, 32, 32, 128]))
        let details = Tensor(
            zip(prompted.details.values, image.details.values).map { $0 - $1 }, shape: prompted.details.shape)
        // Far from prompts, and inside of boxes, all places are the same.
        try #require(outputs["details"]).expect(details.outOfQuarters(), hasPeak: false)
    }

    @Test(
        "Masks and overlaps are those of the network of Training", arguments: prompts.keys.sorted(), MaskChoice.allCases
    )
    func masks(name: String, choice: MaskChoice) throws {
        let (outputs, prompt) = (try #require(Self.outputs[name]), try #require(Self.prompts[name]))
        let image = try Self.network.get().prepared(Self.embedding)
        let masks = try image.masks(for: prompt, choice)
        // All four are recorded together: those of the other choice complete them.
        let others = try image.masks(for: prompt, choice == .single ? .multiple : .single)
        let (first, rest) = choice == .single ? (masks, others) : (others, masks)
        let all = Tensor(first.logits.values + rest.logits.values, shape: [4, 128, 128])
        try #require(outputs["masks"]).expect(all.permuted([1, 2, 0]).reshaped([1, 128, 128, 4]))
        let recorded = try #require(outputs["iou"]).samples
        let expected = choice.masks.map { recorded[($0 + 3) % 4] }
        #expect(masks.overlaps.count == expected.count)
        #expect(zip(masks.overlaps, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }

    @Test("Only masks over a predicted overlap are made")
    func threshold() throws {
        let image = try Self.network.get().prepared(Self.embedding)
        let prompt = try #require(Self.prompts["point"])
        let all = try image.masks(for: prompt, .multiple)
        let middle = try #require(all.overlaps.sorted().dropFirst().first)
        let some = try image.masks(for: prompt, .multiple, over: middle)
        #expect(some.overlaps == all.overlaps.filter { $0 > middle })
        #expect(some.logits.shape == [some.overlaps.count, 128, 128])
        #expect(try image.masks(for: prompt, .multiple, over: .infinity).logits.shape == [0, 128, 128])
    }

    @Test("A prompt at each border and corner gives finite masks")
    func borders() throws {
        let image = try Self.network.get().prepared(Self.embedding)
        for (x, y) in [(0.0, 0.0), (512, 0), (0, 512), (512, 512), (511.9, 256)] {
            let points = [Prompt.Point(x: x, y: y, label: .foreground), .init(x: y, y: x, label: .background)]
            let masks = try image.masks(for: Prompt(points: points), .single)
            #expect(masks.logits.values.allSatisfy { $0.isFinite })
        }
    }

    @Test("An image whose tokens are all zero has no likeness, and finite masks")
    func zeros() throws {
        let network = try Self.network.get()
        let image = network.prepared(Tensor(repeating: 0, shape: network.geometry.embedding).contiguous())
        let masks = try image.masks(for: try #require(Self.prompts["mixed"]), .multiple)
        #expect(masks.logits.values.allSatisfy { $0.isFinite })
    }

    @Test("Nobody waits any more: nothing is computed")
    func cancelled() throws {
        let network = try Self.network.get()
        let image = network.prepared(Self.embedding)
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: Cancelled.self) {
            try cancellation.watching { () throws in try image.masks(for: Prompt(), .single) }
        }
        #expect(throws: Cancelled.self) {
            try cancellation.watching { () throws in try network.embedding(SyntheticWeights.input(512, 512)) }
        }
    }
}

extension Tensor {
    /// Undoes `inQuarters` of an image of 128 × 128.
    fileprivate func outOfQuarters() -> Tensor {
        let C = shape[1]
        return reshaped([32, 32, 2, 2, 2, 2, C]).permuted([0, 2, 4, 1, 3, 5, 6]).reshaped([1, 128, 128, C])
    }
}
