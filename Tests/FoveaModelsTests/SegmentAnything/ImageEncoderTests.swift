import Foundation
import FoveaNN
import FoveaTensor
import Synchronization
import Testing

@testable import FoveaModels

/// The image encoders against what the reference gives with made-up weights, layer by layer.
@Suite struct ImageEncoderTests {
    static let outputs = SegmentFixture.outputs("segment-encoders.tsv")
    /// The large two take gigabytes and minutes.
    static let transformers = outputs.keys.filter { name in
        name.hasPrefix("vit_") && (areLargeWanted || !["vit_l", "vit_h"].contains(name))
    }.sorted()
    private static let areLargeWanted = ProcessInfo.processInfo.environment["FOVEA_TEST_LARGE"] != nil

    private func weights(_ name: String) -> Weights {
        Weights(SegmentFixture.checkpoint(name))["image_encoder"]
    }

    private func input(_ name: String) -> Tensor {
        let side = name.split(separator: "_").last.flatMap { Int($0) } ?? 1024
        return SyntheticWeights.input(side, side)
    }

    /// Compares what `visit` is handed by name with what is recorded; every recorded tensor must come.
    private func expect(_ name: String, _ walk: (_ visit: (String, Tensor) -> Void) throws -> Void) throws {
        let recorded = try #require(Self.outputs[name])
        var left = Set(recorded.keys)
        try walk { tensor, y in
            recorded[tensor]?.expect(y, "\(name) \(tensor)")
            left.remove(tensor)
        }
        #expect(left.isEmpty)
    }

    @Test("SAM's encoders match after every block", arguments: transformers)
    func transformer(name: String) throws {
        let weights = weights(name)
        let encoder = try VisionTransformer(weights)
        try weights.finish()
        let x = input(name)
        try expect(name) { visit in
            var y = encoder.tokens(x)
            for (index, block) in encoder.blocks.enumerated() {
                y = try block(y)
                visit("blocks.\(index)", y)
            }
            visit("neck.0", encoder.neck.reduce(y))
            visit("OUT", encoder.neck(y))
        }
        Self.outputs[name]?["OUT"]?.expect(try encoder.embedding(x), "\(name) as a whole")
    }

    @Test("MobileSAM's encoder matches after every block", .enabled(if: outputs["mobile_sam"] != nil))
    func tinyViT() throws {
        let weights = weights("mobile_sam")
        let encoder = try TinyViT(weights)
        try weights.finish()
        let x = input("mobile_sam")
        let result = Mutex<Tensor?>(nil)
        try expect("mobile_sam") { visit in
            var y = encoder.patches(x)
            visit("patch_embed", y)
            for (index, stage) in encoder.stages.enumerated() {
                for (number, block) in stage.attentions.enumerated() {
                    y = block(y)
                    visit("layers.\(index).blocks.\(number)", y)
                }
                for block in stage.convolutions { y = block(y) }
                if let merging = stage.merging { y = merging(y) }
                if index == 0 { visit("layers.0", y) }
            }
            visit("neck.0", encoder.neck.reduce(y))
            visit("OUT", encoder.neck(y))
        }
        let pool = ComputePool(threads: 2)
        pool.submit { result.withLock { $0 = try? encoder.embedding(x) } }
        pool.shutdown()
        Self.outputs["mobile_sam"]?["OUT"]?.expect(try #require(result.withLock { $0 }), "on two threads")
    }

    @Test("An encoder's tensors must all be there, of the right shape", arguments: ["vit_32_224", "mobile_sam"])
    func wrongTensors(name: String) throws {
        let shapes = try #require(SegmentFixture.networks[name])
        for key in shapes.keys.filter({ !$0.hasSuffix("num_batches_tracked") && !$0.contains("head.") }).shuffled()
            .prefix(12)
        {
            var (missing, misshapen) = (shapes, shapes)
            missing[key] = nil
            misshapen[key] = [3, 5]
            for wrong in [missing, misshapen] {
                let weights = Weights(SyntheticWeights.checkpoint(wrong, variance: 3))["image_encoder"]
                #expect(throws: CheckpointError.self, "\(key)") {
                    _ = try name == "mobile_sam" ? TinyViT(weights) as any ImageEncoder : VisionTransformer(weights)
                    try weights.finish()
                }
            }
        }
    }
}
