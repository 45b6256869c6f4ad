import Testing

@testable import FoveaImage

@Suite struct LinearAxisTests {
    static func resized(_ samples: [Float], to target: Int) -> [Float] {
        let axis = LinearAxis(count: samples.count, target: target)
        return zip(axis.first, axis.fraction).map { first, fraction in
            samples[Int(first)] * (1 - fraction) + samples[min(Int(first) + 1, samples.count - 1)] * fraction
        }
    }

    @Test("The published vector: 4 samples to 8")
    func vector() {
        #expect(Self.resized([0, 1, 2, 3], to: 8) == [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    }

    @Test("Places are rounded once", arguments: [(1024, 1800), (683, 1200), (1024, 300), (7, 1000), (5, 5), (1, 9)])
    func places(count: Int, target: Int) {
        let axis = LinearAxis(count: count, target: target)
        let scale = Double(Float(count) / Float(target))
        let expected = (0..<target).map { max(Float(scale * (Double($0) + 0.5) - 0.5), 0) }
        #expect(zip(axis.first, axis.fraction).map { Float($0) + $1 } == expected)
        #expect(axis.first.allSatisfy { 0..<count ~= Int($0) })
    }

    @Test(
        "Outputs behind each sample, of which there are none where the axis shrinks",
        arguments: [(9, 4), (4, 9), (1, 3)])
    func outputs(count: Int, target: Int) {
        let axis = LinearAxis(count: count, target: target)
        let outputs = axis.outputs(ofSamples: count)
        #expect(outputs.count == count + 1)
        for sample in 0..<count {
            let between = Array(axis.first.indices.filter { axis.first[$0] == sample })
            #expect(between == Array(Int(outputs[sample])..<Int(outputs[sample + 1])))
        }
    }
}
