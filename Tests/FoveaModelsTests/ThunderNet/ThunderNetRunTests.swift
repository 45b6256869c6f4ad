import FoveaTensor
import Testing

@testable import FoveaModels

/// Whole runs against what `Training/thundernet.py` gives in double precision (`Scripts/thundernet_goldens.py`).
@Suite struct ThunderNetRunTests {
    static let runs = Fixture.rows("thundernet-runs.tsv")
    static let found = Dictionary(grouping: Fixture.rows("thundernet-found.tsv")) { $0[0...2].joined(separator: " ") }
    static let outputs = Dictionary(grouping: Fixture.rows("thundernet-outputs.tsv")) {
        $0[0...2].joined(separator: " ")
    }

    @Test("The fixtures are there")
    func fixtures() {
        #expect(Self.runs.count == 12)
        #expect(Self.found.values.reduce(0) { $0 + $1.count } == 309)
        #expect(Self.outputs.values.reduce(0) { $0 + $1.count } == 90)
    }

    @Test("Stages, proposals and objects are those of the PyTorch twin, in its order", arguments: runs)
    func matches(run: [String]) throws {
        let (H, W) = (try #require(Int(run[1])), try #require(Int(run[2])))
        let network = try ThunderNetFixture.network(run[3], habits: habits(run), factors: run[16])
        let x = SyntheticWeights.input(H, W)
        let name = run[0...2].joined(separator: " ")
        let (places, tensors) = try stages(network, x, height: H, width: W)
        for row in try #require(Self.outputs[name]) { expectRow(try #require(tensors[row[3]]), row) }

        let rows = try #require(Self.found[name])
        #expect(places.count == Int(run[17]))
        for (place, row) in zip(places, rows.filter { $0[3] == "proposal" }) { try expect(place, row) }

        let options = DetectionOptions(
            scoreThreshold: try #require(Float(run[12])), overlapThreshold: try #require(Float(run[13])),
            limit: try #require(Int(run[14])), isClassAgnostic: run[15] == "True")
        let objects = try network.objects(in: x, options)[0]
        #expect(objects.count == Int(run[18]))
        for (object, row) in zip(objects, rows.filter { $0[3] == "object" }) {
            try expect(object.box, row)
            #expect(object.classID == Int(row[8]))
            #expect(abs(object.score - (try #require(Float(row[9])))) < 1e-4)
        }
    }

    @Test("The backbones classify as their PyTorch twins do", arguments: ["snet49", "snet146", "snet535"])
    func classifies(name: String) throws {
        let network = try ThunderNetFixture.architecture(name).makeClassifier(ThunderNetFixture.checkpoint(name))
        let rows = Self.outputs.filter { $0.key.hasPrefix("\(name) ") }.values.flatMap(\.self)
        #expect(rows.count == 2)
        for row in rows {
            let (H, W) = (try #require(Int(row[1])), try #require(Int(row[2])))
            expectRow(try network.logits(SyntheticWeights.input(H, W)), row)
        }
    }

    private func stages(
        _ network: ThunderNet, _ x: Tensor, height: Int, width: Int
    ) throws -> (places: [Box], tensors: [String: Tensor]) {
        let features = try network.backbone(x)
        let context = network.context(features)
        let regional = network.regions.features(context)
        let (objectness, borders) = network.regions(regional)
        let tensors = [
            "C4": features.c4, "C5": features.c5, "CEM": context, "rpn_feat": regional, "rpn_cls": objectness,
            "rpn_reg": borders, "SAM": network.attention(context, regional),
        ]
        return (network.proposals(objectness, borders, width: width, height: height), tensors)
    }

    /// What the network of a run does otherwise than the tensors' layout says.
    private func habits(_ run: [String]) throws -> DetectorHabits {
        let pixelOffset: Int = try #require(Int(run[7]))
        return DetectorHabits(
            channelMixing: try habit(run[4]), anchors: try habit(run[6]), pixelOffset: pixelOffset,
            background: try habit(run[9]), pooling: try habit(run[10]), suppression: try habit(run[11]))
    }

    private func habit<Habit: RawRepresentable<String>>(_ name: String) throws -> Habit {
        try #require(Habit(rawValue: name))
    }

    private func expect(_ box: Box, _ row: [String]) throws {
        let expected = try row[4...7].map { try #require(Float($0)) }
        for (got, expected) in zip([box.x0, box.y0, box.x1, box.y1], expected) {
            #expect(abs(got - expected) < 0.01, "\(row)")
        }
    }
}
