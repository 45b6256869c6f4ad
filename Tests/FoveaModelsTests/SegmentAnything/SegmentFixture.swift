import FoveaNN
import FoveaTensor
import Testing

/// The reference's networks of Segment Anything, with the weights of `Scripts/segment_goldens.py`.
enum SegmentFixture {
    /// The tensors of each encoder, and of `decoder`, by their keys in a whole checkpoint.
    static let networks: [String: [String: [Int]]] = {
        var networks: [String: [String: [Int]]] = [:]
        var name = ""
        for row in Fixture.rows("segment-networks.tsv") {
            guard row.count == 2 else {
                name = row[0]
                continue
            }
            let numbers = row[1].split(whereSeparator: { $0 == "x" || $0 == " " }).compactMap { Int($0) }
            if row[1].hasPrefix("= ") {
                let twin = row[1].dropFirst(2) + "."
                for (key, shape) in networks[name, default: [:]] where key.hasPrefix(twin) {
                    networks[name]?["\(row[0]).\(key.dropFirst(twin.count))"] = shape
                }
            } else if row[1].hasPrefix("norm ") {
                for part in ["weight", "bias", "running_mean", "running_var"] {
                    networks[name, default: [:]]["\(row[0]).\(part)"] = numbers
                }
                networks[name, default: [:]]["\(row[0]).num_batches_tracked"] = []
            } else {
                networks[name, default: [:]][row[0]] = numbers
            }
        }
        return networks
    }()

    /// The tensors of these parts as one checkpoint.
    static func checkpoint(_ parts: String...) -> Checkpoint {
        checkpoint(parts.reduce(into: [:]) { $0.merge(networks[$1] ?? [:]) { first, _ in first } })
    }

    /// A checkpoint with these shapes.
    static func checkpoint(_ shapes: [String: [Int]]) -> Checkpoint {
        SyntheticWeights.checkpoint(shapes, variance: 3) { key, shape in
            if key.hasSuffix("pos_embed") { return 0.5 }
            if key.hasSuffix("positional_encoding_gaussian_matrix") { return 3.0.squareRoot() }
            let isEmbedding = ["_embed.weight", "iou_token.weight", "mask_tokens.weight"].contains(where: key.hasSuffix)
            if isEmbedding || key.contains("point_embeddings") { return 1 }
            if key.hasSuffix("q_proj.weight") || key.hasSuffix("k_proj.weight") {
                return 2 * (3 / Double(shape[1])).squareRoot()
            }
            return nil
        }
    }

    /// The recorded outputs of a table, by network or prompt and then by tensor.
    static func outputs(_ table: String) -> [String: [String: Output]] {
        Fixture.rows(table).reduce(into: [:]) { outputs, row in
            outputs[row[0], default: [:]][row[1]] = Output(row)
        }
    }

    /// What is recorded of one tensor.
    struct Output: Sendable {
        let shape: String
        let mean, deviation: Double
        let largest: Int
        let samples: [Double]

        init(_ row: [String]) {
            shape = row[2]
            (mean, deviation, largest) = (Double(row[3]) ?? .nan, Double(row[4]) ?? .nan, Int(row[5]) ?? -1)
            samples = row[6...].map { Double($0) ?? .nan }
        }

        /// Compares with `y`, images `[N, H, W, C]` or anything else as the reference has it; `tolerance` is in standard
        /// deviations.
        ///
        /// - Parameter hasPeak: whether one element is so much larger than others that rounding leaves it the largest.
        func expect(_ y: Tensor, within tolerance: Double = 1e-4, hasPeak: Bool = true, _ comment: Comment? = nil) {
            let planar = y.shape.count == 4 ? y.permuted([0, 3, 1, 2]) : y
            #expect(planar.shape.map(String.init).joined(separator: "x") == shape, comment)
            let values = planar.values.map(Double.init)
            guard !values.isEmpty else { return }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            let got =
                [mean, variance.squareRoot()] + samples.indices.map { values[2_654_435_761 * ($0 + 1) % values.count] }
            let differences = zip(got, [self.mean, deviation] + samples).map { abs($0 - $1) / deviation }
            #expect(differences.max() ?? .infinity < tolerance, comment)
            if hasPeak { #expect(values.indices.max { values[$0] < values[$1] } == largest, comment) }
        }
    }
}
