import FoveaNN
import FoveaTensor
import Testing

@testable import FoveaModels

@Suite struct ArchitectureTests {
    private func entries(_ shapes: [String: [Int]]) -> [Checkpoint.Entry] {
        shapes.map { .init(name: $0.key, shape: $0.value, type: "F32") }
    }

    @Test("Every architecture has a name of its own and a square input")
    func names() {
        #expect(Set(Architecture.all.map(\.name)).count == Architecture.all.count)
        #expect(Architecture.all.filter { $0.input.height != $0.input.width }.isEmpty)
        #expect(Architecture.all.filter { $0.input.mean.count != 3 || $0.input.std.count != 3 }.isEmpty)
        #expect(Architecture.named("efficientnet_b8") == nil)
    }

    @Test(
        "The published inputs",
        arguments: [
            ("efficientnet_b0", 224, 256, .bicubic, 123.675), ("efficientnet_b1", 240, 255, .bilinear, 123.675),
            ("efficientnet-b3", 300, 300, .bicubic, 123.675), ("tf_efficientnet_b4", 380, 412, .bicubic, 123.675),
            ("efficientnet_lite0", 224, 256, .bicubic, 127), ("tf_efficientnet_lite3", 300, 331, .bilinear, 127),
            ("tf_efficientnet_lite4", 380, 413, .bilinear, 127),
        ] as [(String, Int, Int, InputSpecification.Filter, Float)])
    func inputs(name: String, side: Int, shorterSide: Int, filter: InputSpecification.Filter, red: Float) throws {
        let input = try #require(Architecture.named(name)).input
        #expect(input.height == side)
        #expect(input.resize == .shorterSide(shorterSide))
        #expect(input.filter == filter)
        #expect(input.mean[0] == red)
    }

    @Test("Networks that share a name are told apart by their keys")
    func sharedNames() throws {
        let lite = try #require(Architecture.named("efficientnet_lite0"))
        let ported = try entries(ReferenceNetwork("lite_pytorch_efficientnet-lite0").shapes())
        let native = try entries(ReferenceNetwork("timm_efficientnet_lite0").shapes())
        #expect(lite.fits(ported))
        #expect(lite.fits(native))
        #expect(lite.input(for: ported).mean[0] == 127)
        #expect(lite.input(for: native).mean[0] == 123.675)
    }

    @Test("A missing, an extra and a misshapen tensor do not fit, and making the network names them")
    func misfits() throws {
        let architecture = try #require(Architecture.named("efficientnet_b0"))
        let shapes = try ReferenceNetwork("torchvision_efficientnet_b0").shapes()
        #expect(architecture.fits(entries(shapes)))
        let key = "features.4.1.block.2.fc2.bias"
        var (missing, extra, misshapen) = (shapes, shapes, shapes)
        missing[key] = nil
        extra["features.9.weight"] = [1]
        misshapen[key] = [481]
        for wrong in [missing, extra, misshapen] { #expect(!architecture.fits(entries(wrong))) }

        func error(_ shapes: [String: [Int]]) -> CheckpointError? {
            #expect(throws: CheckpointError.self) {
                _ = try architecture.makeClassifier(
                    Checkpoint(
                        entries: entries(shapes),
                        read: { name throws(CheckpointError) in Tensor(repeating: 0.5, shape: Shape(shapes[name] ?? []))
                        }))
            }
        }
        #expect(error(missing) == .missing(key: key))
        #expect(error(extra) == .leftOver(keys: ["features.9.weight"], count: 1))
        #expect(error(misshapen) == .shape(key: key, expected: [480], got: [481]))
        #expect(error([:]) == .missing(key: "classifier.1.weight"))
    }

    @Test(
        "A head without classes, or of another rank, is refused", arguments: [[], [0, 1280], [1000], [1000, 1280, 1]])
    func heads(shape: [Int]) throws {
        let architecture = try #require(Architecture.named("efficientnet_b0"))
        var shapes = try ReferenceNetwork("torchvision_efficientnet_b0").shapes()
        shapes["classifier.1.weight"] = shape
        #expect(!architecture.fits(entries(shapes)))
        #expect(throws: CheckpointError.shape(key: "classifier.1.weight", expected: [1000, 1280], got: shape)) {
            try architecture.makeClassifier(SyntheticWeights.checkpoint(shapes, variance: 3))
        }
    }
}
