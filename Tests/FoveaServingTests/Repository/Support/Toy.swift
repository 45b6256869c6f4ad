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
    static let input = InputSpecification(
        height: 224, width: 224, resize: .shorterSide(256), filter: .bicubic, mean: [127, 127, 127],
        std: [128, 128, 128])

    /// An architecture that takes the tensor called `key`.
    static func architecture(_ name: String, key: String = "scores", task: ModelTask = .classify) -> Architecture {
        Architecture(
            name: name, task: task, input: { _ in input },
            makeClassifier: { checkpoint, _ in ToyClassifier(scores: try checkpoint.tensor(named: key).values) },
            fits: { $0.map(\.name) == [key] })
    }

    static let architectures = [
        architecture("toy"), architecture("twin_a", key: "twin"), architecture("twin_b", key: "twin"),
        architecture("detector", key: "boxes", task: .detect),
    ]

    /// A safetensors file with the float tensor `key` of `count` elements.
    static func safetensors(key: String = "scores", count: Int = 3) -> [UInt8] {
        let header = #"{"\#(key)":{"dtype":"F32","shape":[\#(count)],"data_offsets":[0,\#(4 * count)]}}"#
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
            + [UInt8](repeating: 0, count: 4 * count)
    }
}
