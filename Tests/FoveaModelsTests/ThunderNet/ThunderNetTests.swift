import FoveaNN
import FoveaTensor
import Testing

@testable import FoveaModels

@Suite struct ThunderNetTests {
    static let references = ThunderNetFixture.networks.keys.sorted()
    static let recorded = Dictionary(grouping: Fixture.rows("thundernet.tsv")) { $0[0] }.values.sorted {
        $0[0][0] < $1[0][0]
    }

    private static let tame =
        ThunderNetFixture.recordedFactors + " roi_head.bbox_head.fc_cls=0.01 roi_head.bbox_head.fc_reg=0.005"

    @Test("The fixtures are there")
    func fixtures() {
        #expect(Self.references.count == 12)
        #expect(Self.recorded.count == 3)
    }

    @Test(
        "The tensors of every layout fit their architecture alone, and no other checkpoint does", arguments: references)
    func keys(reference: String) throws {
        let checkpoint = try ThunderNetFixture.checkpoint(reference)
        let architecture = try ThunderNetFixture.architecture(reference)
        #expect(Architecture.fitting(checkpoint).map(\.name) == [architecture.name])
        let entries = checkpoint.entries
        let norms = ["num_batches_tracked", "rpn_conv.0.bias", "rpn_conv.3.bias"]
        let some = try #require(entries.map(\.name).filter { name in !norms.contains { name.hasSuffix($0) } }.max())
        #expect(!architecture.fits(entries.filter { $0.name != some }))
        #expect(!architecture.fits(entries + [.init(name: "unknown", shape: [3], type: "F32")]))
    }

    @Test("Stages are those of the recorded reference", arguments: recorded)
    func matchesRecorded(rows: [[String]]) throws {
        let (H, W) = (try #require(Int(rows[0][1])), try #require(Int(rows[0][2])))
        let network = try ThunderNetFixture.network(rows[0][0])
        let features = try network.backbone(SyntheticWeights.input(H, W))
        let context = network.context(features)
        let regional = network.regions.features(context)
        let (objectness, borders) = network.regions(regional)
        let attended = network.attention(context, regional)
        var tensors = [
            "C4": features.c4, "C5": features.c5, "CEM": context, "rpn_feat": regional, "rpn_cls": objectness,
            "rpn_reg": borders, "SAM": attended,
        ]
        for (name, style) in [("avg", PositionSensitivePooling.average(samplingRatio: 2)), ("max", .maximum)] {
            let pooled = attended.positionSensitiveRoIAligned(Self.places, style: style)
            let (logits, deltas) = network.head(pooled)
            tensors["pool_\(name)"] = pooled.reshaped([5, 5, 7, 7]).permuted([0, 2, 3, 1])
            tensors["fc_\(name)"] = network.head.features(pooled)
            tensors["cls_\(name)"] = logits
            tensors["reg_\(name)"] = deltas
        }
        #expect(rows.count == 15)
        // The rows were recorded in single precision.
        for row in rows { expectRow(try #require(tensors[row[3]]), row, within: 2e-4) }
    }

    private static let places = [
        Box(x0: 10, y0: 20, x1: 120, y1: 200), Box(x0: 0, y0: 0, x1: 255, y1: 319),
        Box(x0: 100, y0: 100, x1: 140, y1: 130), Box(x0: -20, y0: -10, x1: 60, y1: 90),
        Box(x0: 200, y0: 250, x1: 250, y1: 310),
    ]

    @Test(
        "The best proposals are those of the recorded reference, which are so good that their order is left to rounding"
    )
    func proposals() throws {
        let network = try ThunderNetFixture.network("thundernet_snet49_fc1")
        let regional = network.regions.features(network.context(try network.backbone(SyntheticWeights.input(320, 256))))
        let (objectness, borders) = network.regions(regional)
        let proposals = network.proposals(objectness, borders, width: 256, height: 320)
        #expect(proposals.count == 200)
        let expected: [[Float]] = [
            [70.185, 56.837, 100.72, 76.9], [71.972, 103.67, 100.39, 126.39], [70.689, 136.77, 103.9, 157.2],
        ]
        for expected in expected {
            #expect(
                proposals.prefix(3).contains { proposal in
                    zip(corners(proposal), expected).allSatisfy { abs($0 - $1) < 0.006 }
                }, "\(expected)")
        }
    }

    private func corners(_ box: Box) -> [Float] { [box.x0, box.y0, box.x1, box.y1] }

    @Test("A network whose job was cancelled stops", arguments: ["thundernet_snet49_fc1"])
    func cancelled(reference: String) throws {
        let network = try ThunderNetFixture.network(reference)
        let cancellation = Cancellation()
        cancellation.cancel()
        let x = SyntheticWeights.input(64, 64)
        #expect(throws: Cancelled()) {
            try cancellation.watching { () throws in try network.objects(in: x, DetectionOptions()) }
        }
    }

    @Test(
        "Every size of image is answered, with boxes inside of it",
        arguments: [(1, 1), (32, 32), (33, 65), (1, 2000), (2000, 1), (64, 352)])
    func sizes(height: Int, width: Int) throws {
        let network = try ThunderNetFixture.network("thundernet_snet49_agnostic", factors: Self.tame)
        let options = DetectionOptions(scoreThreshold: 0.01, limit: 20)
        let objects = try network.objects(in: SyntheticWeights.input(height, width), options)
        #expect(objects.count == 1 && objects[0].count <= 20)
        for object in objects[0] {
            #expect(object.box.x0 >= 0 && object.box.y0 >= 0)
            #expect(object.box.x1 <= Float(width) && object.box.y1 <= Float(height) && !object.box.isEmpty)
            #expect((0.01...1).contains(object.score) && (0..<20).contains(object.classID))
        }
    }

    @Test("Several images are answered as each would be by itself")
    func batch() throws {
        let network = try ThunderNetFixture.network("thundernet_snet49_agnostic", factors: Self.tame)
        let x = SyntheticWeights.input(96, 64)
        let (first, second) = (x, x.permuted([0, 1, 2, 3]).applying(.relu))
        let both = Tensor(first.values + second.values, shape: [2, 96, 64, 3])
        let options = DetectionOptions(scoreThreshold: 0.02)
        let answers = try network.objects(in: both, options)
        #expect(answers == [try network.objects(in: first, options)[0], try network.objects(in: second, options)[0]])
        #expect(answers[0] != answers[1] && !answers[0].isEmpty)
    }

    @Test("Boxes for all classes but the background can't go with a background that is the first class")
    func contradiction() throws {
        let checkpoint = try ThunderNetFixture.checkpoint("thundernet_snet49_fc1")
        let architecture = try ThunderNetFixture.architecture("thundernet_snet49_fc1")
        let expected = CheckpointError.unlikeCard(
            key: "roi_head.bbox_head.fc_reg.weight",
            hint: "it has boxes for 80 of 81 classes, as where the background is the last of them; "
                + #"write "detector": {"background": "last"}"#)
        #expect(throws: expected) {
            _ = try architecture.makeNetwork(checkpoint, habits: DetectorHabits(background: .first))
        }
        _ = try architecture.makeNetwork(checkpoint, habits: DetectorHabits(background: .last))
    }

    @Test(
        "Constant weights, and such as make no number of anything, find boxes inside of the image or nothing",
        arguments: [0, 1, -1, 1e-30, 1e20, 3e38] as [Float])
    func constant(value: Float) throws {
        let made = try ThunderNetFixture.checkpoint("thundernet_snet49_agnostic")
        let checkpoint = Checkpoint(entries: made.entries) { name throws(CheckpointError) in
            Tensor(repeating: value, shape: try made.tensor(named: name).shape).contiguous()
        }
        let network = try ThunderNetFixture.architecture("thundernet_snet49_agnostic").makeNetwork(checkpoint)
        guard case .detector(let detector) = network else {
            Issue.record("no detector")
            return
        }
        for suppression in [0, 1] as [Float] {
            let objects = try detector.objects(
                in: SyntheticWeights.input(96, 64),
                DetectionOptions(scoreThreshold: 0, overlapThreshold: suppression, limit: 50))
            #expect(objects.count == 1 && objects[0].count <= 50)
            for object in objects[0] {
                #expect(object.box.isFinite && object.box.x0 >= 0 && object.box.x1 <= 64 && object.box.y1 <= 96)
                #expect((0...1).contains(object.score))
            }
        }
    }
}
