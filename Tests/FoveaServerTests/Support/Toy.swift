import FoveaTensor

@testable import FoveaModels
@testable import FoveaNN

/// A network small enough to write its checkpoint in a test: one vector of class scores, whatever the image.
struct ToyClassifier: Classifier {
    let scores: [Float]
    var classes: Int { scores.count }

    func logits(_ x: Tensor) -> Tensor {
        Tensor((0..<x.shape[0]).flatMap { _ in scores }, shape: [x.shape[0], scores.count])
    }
}

/// A network whose scores are the three channels of the image's lower left corner.
struct CornerClassifier: Classifier {
    let classes = 3

    func logits(_ x: Tensor) -> Tensor {
        x.sliced(1, x.shape[1] - 1..<x.shape[1]).sliced(2, 0..<1).contiguous().reshaped([x.shape[0], 3])
    }
}

enum Toy {
    /// The architectures `toy` and `toy_corner`, classifiers, `toy_detector` and `toy_segmenter`.
    static let architectures = [
        architecture("toy") { ToyClassifier(scores: try $0.tensor(named: "scores").values) },
        architecture("toy_corner") { _ in CornerClassifier() },
        ToyDetector.architecture, ToySegmenter.architecture,
    ]

    static let input = InputSpecification(
        height: 8, width: 8, resize: .stretch, filter: .bilinear, mean: [127, 127, 127], std: [128, 128, 128])

    private static func architecture(
        _ name: String, _ make: @escaping @Sendable (Checkpoint) throws -> any Classifier
    ) -> Architecture {
        Architecture(
            name: name, task: .classify, input: { _ in input },
            makeClassifier: { checkpoint, _ in try make(checkpoint) },
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
