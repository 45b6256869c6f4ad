import Foundation
import FoveaTensor

@testable import FoveaModels
@testable import FoveaNN

/// A network of the Segment Anything family whose encoder only looks at the photograph's colours: quick, and its masks
/// differ from photograph to photograph and from prompt to prompt.
enum ToySegmenter {
    static let architecture = Architecture(
        name: "toy_segmenter", task: .segment, geometry: SegmentAnything.geometry, input: { _ in input },
        makeNetwork: { _, precision, _ in
            let weights = Weights(checkpoint, precision: precision)
            return .segmenter(try SegmentAnything(weights) { _ in Encoder() })
        },
        fits: { _ in false })

    private static let input = InputSpecification(
        height: SegmentAnything.side, width: SegmentAnything.side, resize: .longerSide, filter: .bilinear,
        mean: [127, 127, 127], std: [128, 128, 128])

    private struct Encoder: ImageEncoder {
        func embedding(_ x: Tensor) throws(Cancelled) -> Tensor {
            try Cancellation.check()
            let (shape, side) = (MaskPredictor.embeddingShape, SegmentAnything.side)
            let (rows, channels) = (shape[1], shape[3])
            let pixels = x.values
            return Tensor(
                (0..<rows * rows * channels).map { index in
                    let (cell, channel) = index.quotientAndRemainder(dividingBy: channels)
                    let (row, column) = cell.quotientAndRemainder(dividingBy: rows)
                    let pixel = 16 * (row * side + column)
                    return pixels[3 * pixel + channel % 3] * Float(1 + channel % 5) / 5
                }, shape: shape)
        }
    }

    /// The decoder's tensors with made-up elements.
    private static let checkpoint: Checkpoint = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/models/segment-networks.tsv")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        let rows = text.split(separator: "\n").drop { $0 != "decoder" }.dropFirst().prefix { $0.contains("\t") }
        let shapes = rows.reduce(into: [String: [Int]]()) { shapes, row in
            let (key, value) = (row.prefix { $0 != "\t" }, row.drop { $0 != "\t" }.dropFirst())
            if value.hasPrefix("= ") {
                // The same tensors as another part has.
                let twin = value.dropFirst(2) + "."
                for (other, shape) in shapes where other.hasPrefix(twin) {
                    shapes[key + "." + other.dropFirst(twin.count)] = shape
                }
            } else {
                shapes[String(key)] = value.split(separator: "x").compactMap { Int($0) }
            }
        }
        return Checkpoint(
            entries: shapes.map { .init(name: $0.key, shape: $0.value, type: "F32") }.sorted { $0.name < $1.name },
            read: { name throws(CheckpointError) in
                guard let shape = shapes[name] else { throw .missing(key: name) }
                let fanIn = shape.dropFirst().reduce(1, *)
                let limit = shape.count > 1 ? (6 / Float(fanIn)).squareRoot() : 0.5
                var state = UInt64(bitPattern: Int64(name.utf8.reduce(1) { $0 &* 31 &+ Int($1) }))
                return Tensor(
                    (0..<shape.reduce(1, *)).map { _ in
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        return (Float(state >> 40) / Float(1 << 23) - 1) * limit
                    }, shape: Shape(shape))
            })
    }()
}
