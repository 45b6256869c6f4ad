import FoveaTensor

@testable import FoveaModels
@testable import FoveaNN

/// A network small enough to write its checkpoint in a test: one vector of class scores, whatever the image.
struct ToyClassifier: Classifier {
    let scores: [Float]
    var classes: Int { scores.count }

    func logits(_ x: Tensor) -> Tensor { Tensor(scores, shape: [1, scores.count]) }
}

enum Toy {
    /// The architectures `toy`, a classifier, and `toy_detector`, of which only the card can be read.
    static let architectures = [architecture("toy", task: .classify), architecture("toy_detector", task: .detect)]

    private static func architecture(_ name: String, task: ModelTask) -> Architecture {
        let input = InputSpecification(
            height: 8, width: 8, resize: .stretch, filter: .bilinear, mean: [127, 127, 127], std: [128, 128, 128])
        return Architecture(
            name: name, task: task, input: { _ in input },
            makeClassifier: { checkpoint, _ in ToyClassifier(scores: try checkpoint.tensor(named: "scores").values) },
            fits: { $0.map(\.name) == ["scores"] })
    }

    /// A safetensors file with the tensor `scores`.
    static func safetensors(_ scores: [Float]) -> [UInt8] {
        let header = #"{"scores":{"dtype":"F32","shape":[\#(scores.count)],"data_offsets":[0,\#(4 * scores.count)]}}"#
        return littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)
            + scores.flatMap { littleEndian($0.bitPattern) }
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
