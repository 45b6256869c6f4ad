import FoveaNN
import FoveaTensor
import Testing

@Suite struct SyntheticWeightsTests {
    private func expect(_ values: [Float], _ expected: [Float]) {
        #expect(values.count >= expected.count)
        for (value, expected) in zip(values, expected) {
            #expect(abs(value - expected) <= 1e-7 * max(abs(expected), 1))
        }
    }

    @Test func hashesAndSequencesAreThoseOfTheReference() {
        #expect(SyntheticWeights.hash("input") == 0xF9D8_6F7B)
        #expect(SyntheticWeights.hash("features.0.0.weight") == 0x9A96_568C)
        let u = (0..<4).map { SyntheticWeights.uniform(SyntheticWeights.hash("input"), $0) }
        for (u, expected) in zip(u, [0.79903314, 0.57176028, 0.88606717, 0.27015539]) {
            #expect(abs(u - expected) < 5e-9)
        }
    }

    @Test func tensorsFollowTheRuleOfTheirName() throws {
        let checkpoint = try syntheticCheckpoint(keysFile: Fixture.path("synthetic-keys.tsv"))
        let expected: [(String, [Float])] = [
            ("features.0.0.weight", [-0.24633020, -0.01636530, -0.45445561]),
            ("features.0.1.weight", [0.87664199, 1.08972204]),
            ("features.0.1.bias", [0.04827535, -0.02698551]),
            ("features.0.1.running_mean", [0.03414710, 0.06249110]),
            ("features.0.1.running_var", [0.99372327, 1.08046210]),
            ("features.0.1.num_batches_tracked", [0]),
        ]
        #expect(checkpoint.entries.map(\.name) == expected.map(\.0))
        #expect(checkpoint.entries.map(\.shape) == [[32, 3, 3, 3], [32], [32], [32], [32], []])
        for (name, values) in expected { expect(try checkpoint.tensor(named: name).values, values) }
    }

    @Test func theInputCountsChannelsFirstAndLiesChannelsLast() {
        let input = syntheticInput(height: 2, width: 4)
        #expect(input.shape == [1, 2, 4, 3])
        let values = input.values
        expect((0..<4).map { values[3 * $0] }, [0.59806627, 0.14352056, 0.77213436, -0.45968920])
        let second = 2 * SyntheticWeights.uniform(SyntheticWeights.hash("input"), 8) - 1
        expect([values[1]], [Float(second)])
    }
}
