import FoveaNN
import FoveaTensor
import Testing

@Suite struct WeightsTests {
    let weights = Weights(
        syntheticCheckpoint(entries: [
            Checkpoint.Entry(name: "features.0.weight", shape: [2, 3], type: "F32"),
            Checkpoint.Entry(name: "features.0.num_batches_tracked", shape: [], type: "I64"),
            Checkpoint.Entry(name: "features.01.weight", shape: [1], type: "F32"),
            Checkpoint.Entry(name: "aux.conv.weight", shape: [1], type: "F32"),
            Checkpoint.Entry(name: "aux.conv.bias", shape: [1], type: "F32"),
            Checkpoint.Entry(name: "head", shape: [4], type: "F32"),
        ]))

    @Test func cursorsReadBelowTheirPath() throws {
        let expected = SyntheticWeights.tensor("features.0.weight", shape: [2, 3]).values
        #expect(try weights["features"][0].take("weight", shape: [2, 3]).values == expected)
        #expect(try weights.at("features.01").take("weight", shape: [1]).shape == [1])
        #expect(try weights.at("aux.").at("").at("conv").take("bias", shape: [1]).shape == [1])
        #expect(try weights.take("aux.conv.weight", shape: [1]).shape == [1])
    }

    @Test func errorsNameTheWholeKey() throws {
        let layer = weights["features"][0]
        #expect(throws: CheckpointError.missing(key: "features.0.bias")) { try layer.take("bias", shape: [2]) }
        #expect(throws: CheckpointError.shape(key: "features.0.weight", expected: [3, 2], got: [2, 3])) {
            try layer.take("weight", shape: [3, 2])
        }
        _ = try layer.take("weight", shape: [2, 3])
        #expect(throws: CheckpointError.alreadyTaken(key: "features.0.weight")) {
            try weights.take("features.0.weight", shape: [2, 3])
        }
    }

    @Test(
        "A tensor with one element that is no finite number is refused by its key", arguments: [Float.nan, .infinity])
    func notFinite(element: Float) throws {
        let weights = Weights(
            Checkpoint(entries: [.init(name: "w", shape: [5], type: "F32")]) { _ in
                Tensor([1, -2, 0, element, 3], shape: [5])
            })
        #expect(throws: CheckpointError.notFinite(key: "w")) { try weights.take("w", shape: [5]) }
    }

    @Test func optionalTensorsMayBeAbsentButNotMisshapen() throws {
        #expect(try weights.takeIfPresent("bias", shape: [4])?.shape == nil)
        #expect(try weights.takeIfPresent("head", shape: [4])?.shape == [4])
        #expect(throws: CheckpointError.shape(key: "aux.conv.bias", expected: [2], got: [1])) {
            try weights["aux"]["conv"].takeIfPresent("bias", shape: [2])
        }
    }

    @Test(arguments: [("head", true), ("aux", true), ("aux.", true), ("features.0", true), ("feat", false), ("", true)])
    func containsTensorsAndBranches(name: String, isThere: Bool) {
        #expect(weights.contains(name) == isThere)
    }

    @Test func finishNamesWhatIsLeft() throws {
        #expect(throws: CheckpointError.leftOver(keys: ["aux.conv.weight", "aux.conv.bias"], count: 2)) {
            try weights["aux"].finish()
        }
        let firstFive = [
            "features.0.weight", "features.0.num_batches_tracked", "features.01.weight", "aux.conv.weight",
            "aux.conv.bias",
        ]
        #expect(throws: CheckpointError.leftOver(keys: firstFive, count: 6)) { try weights.finish() }
        weights.ignore("aux")
        weights["features"][0].ignore("num_batches_tracked")
        weights.ignore("nothing")
        _ = try weights.take("head", shape: [4])
        _ = try weights.at("features.01").take("weight", shape: [1])
        #expect(throws: CheckpointError.leftOver(keys: ["features.0.weight"], count: 1)) { try weights.finish() }
        // `features.0` is not a prefix of `features.01` in the sense of a path.
        weights.ignore("features.0")
        try weights.finish()
    }

    @Test func descriptionsSayWhatIsWrong() {
        #expect(
            CheckpointError.shape(key: "a.weight", expected: [2], got: [3, 1]).description
                == "the tensor 'a.weight' has shape [3, 1], expected [2]")
        #expect(
            CheckpointError.leftOver(keys: ["a", "b"], count: 3).description
                == "the weights have 3 tensors that this architecture doesn't: 'a', 'b', …")
    }
}
