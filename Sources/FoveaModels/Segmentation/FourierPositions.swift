import FoveaNN
import FoveaTensor
import Glibc

/// Places as the sines and cosines of random frequencies: `PositionEmbeddingRandom` of the reference.
///
/// | Key                                   | Shape      |
/// | ------------------------------------- | ---------- |
/// | `positional_encoding_gaussian_matrix` | `[2, F]`   |
struct FourierPositions: Sendable {
    /// Of the horizontal and of the vertical coordinate.
    private let across, down: [Float]

    init(_ weights: Weights, frequencies F: Int) throws(CheckpointError) {
        let matrix = try weights.take("positional_encoding_gaussian_matrix", shape: [2, F]).values
        (across, down) = (Array(matrix[..<F]), Array(matrix[F...]))
    }

    /// Writes all sines, then all cosines, of a place whose coordinates go from 0 to 1 over the image.
    func encode(_ u: Double, _ v: Double, into out: UnsafeMutableBufferPointer<Float>) {
        let (a, b) = (2 * u - 1, 2 * v - 1)
        for i in across.indices {
            let angle = 2 * Double.pi * (a * Double(across[i]) + b * Double(down[i]))
            out[i] = Float(sin(angle))
            out[i + across.count] = Float(cos(angle))
        }
    }

    /// The encoded centres of `side` × `side` cells, row by row: `[side · side, 2 F]`.
    func grid(side: Int) -> Tensor {
        let D = 2 * across.count
        return Tensor(shape: Shape(side * side, D)) { out in
            for cell in 0..<side * side {
                let (row, column) = cell.quotientAndRemainder(dividingBy: side)
                encode(
                    (Double(column) + 0.5) / Double(side), (Double(row) + 0.5) / Double(side),
                    into: UnsafeMutableBufferPointer(rebasing: out[cell * D..<(cell + 1) * D]))
            }
        }
    }
}
