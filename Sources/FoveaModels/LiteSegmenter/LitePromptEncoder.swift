import FoveaNN
import FoveaTensor
import Glibc

/// Prompts as what the mask decoder reads: a token for each point and corner, the image's tokens as the prompt sees them, and
/// something to be added to its details.
///
/// | Key | Shape |
/// | --- | ----- |
/// | `pe_layer.*`                     | see `FourierPositions`, 64 frequencies |
/// | `labels.weight`                  | `[4, 128]`: background, foreground, the corners of a box |
/// | `at_point.{weight,bias}`         | `[128, 128]`: what the image is like there |
/// | `drawn.{0,2}.{weight,bias}`      | `[32, 6, 3, 3]`, `[64, 32, 3, 3]`: of `PromptMaps`, each halves them |
/// | `gate.{weight,bias}`             | `[256, 66, 1, 1]`: of those and `likeness` a factor less 1 and a summand for each number of a token |
/// | `drawn_details.{weight,bias}`    | `[32, 6, 3, 3]` |
struct LitePromptEncoder: Sendable {
    private let encoding: FourierPositions
    /// Where each of the image's tokens is, `[1024, 128]`.
    let positions: Tensor
    private let labels: Tensor
    private let atPoint: Linear
    private let drawn: [ConvNorm]
    private let gate: Linear
    private let drawnDetails: ConvNorm

    init(_ weights: Weights) throws(CheckpointError) {
        let (width, maps) = (LiteSegmenter.width, PromptMaps.count)
        encoding = try FourierPositions(weights["pe_layer"], frequencies: width / 2)
        positions = encoding.grid(side: LiteSegmenter.side)
        labels = try weights["labels"].take("weight", shape: [4, width])
        atPoint = try Linear(weights["at_point"], input: width, output: width)
        func convolution(_ weights: Weights, _ input: Int, _ output: Int, stride: Int) throws(CheckpointError)
            -> ConvNorm
        {
            try ConvNorm(
                weights, hasBias: true, .init(input: input, output: output, kernel: 3, stride: stride),
                activation: stride == 2 ? .relu : .none)
        }
        drawn = [
            try convolution(weights["drawn"][0], maps, 32, stride: 2),
            try convolution(weights["drawn"][2], 32, 64, stride: 2),
        ]
        gate = try Linear(weights["gate"], input: 64 + 2, output: 2 * width, form: .pointwiseConvolution)
        drawnDetails = try convolution(weights["drawn_details"], maps, LiteSegmenter.details, stride: 1)
    }

    /// What the decoder reads of a prompt.
    struct Prompted {
        /// `[N, 128]`
        let tokens: Tensor
        /// `[1024, 128]`
        let image: Tensor
        /// `[16 · 1024, 32]`
        let details: Tensor
    }

    func callAsFunction(_ prompt: Prompt, on image: LiteImage) -> Prompted {
        let points = prompt.places(side: Double(LiteSegmenter.inputSide))
        let (S, width) = (image.tokens.shape[0], LiteSegmenter.width)
        let seen = Tensor(shape: Shape(points.count, width)) { out in
            for (row, point) in points.enumerated() {
                image.write(at: point, into: UnsafeMutableBufferPointer(rebasing: out[row * width..<(row + 1) * width]))
            }
        }
        let maps = PromptMaps(points, mask: prompt.mask).tensor
        let features = drawn[1](drawn[0](maps)).reshaped([S, 64])
        let gates = gate(.concatenated([features, likeness(seen, points, image)]))
        let tokens = image.tokens.withElements { tokens in
            gates.withElements { gates in
                Tensor(shape: image.tokens.shape) { out in
                    for row in 0..<S {
                        let gate = gates[2 * row * width..<2 * (row + 1) * width]
                        for i in 0..<width {
                            out[row * width + i] =
                                tokens[row * width + i] * (1 + gate[gate.startIndex + i])
                                + gate[gate.startIndex + width + i]
                        }
                    }
                }
            }
        }
        return Prompted(
            tokens: self.tokens(seen, points), image: tokens, details: drawnDetails(maps).inQuarters() + image.details)
    }

    /// Each point as a token: its place, what it means, and what the image is like there.
    private func tokens(_ seen: Tensor, _ points: [Prompt.Place]) -> Tensor {
        guard !points.isEmpty else { return seen }
        let width = LiteSegmenter.width
        let places = Tensor(shape: seen.shape) { out in
            labels.withElements { labels in
                for (row, point) in points.enumerated() {
                    let token = UnsafeMutableBufferPointer(rebasing: out[row * width..<(row + 1) * width])
                    encoding.encode(point.u, point.v, into: token)
                    for i in 0..<width { token[i] += labels[point.kind.rawValue * width + i] }
                }
            }
        }
        return atPoint(seen, residual: places)
    }

    /// How much each of the image's tokens is like what was clicked on, and like what was clicked beside it: the largest cosine,
    /// `[1024, 2]`; -1 where there is no such click.
    private func likeness(_ seen: Tensor, _ points: [Prompt.Place], _ image: LiteImage) -> Tensor {
        let (S, width, N) = (image.tokens.shape[0], LiteSegmenter.width, points.count)
        let products =
            N == 0
            ? nil : image.directions.linear(PackedMatrix(seen.permuted([1, 0]).contiguous(), isTemporary: true)).values
        let lengths = seen.withElements { seen in
            (0..<N).map { row in
                seen[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }.squareRoot().nonZero
            }
        }
        return Tensor(shape: Shape(S, 2)) { out in
            out.update(repeating: -1)
            guard let products else { return }
            for (number, point) in points.enumerated() {
                let column: Int
                switch point.kind {
                case .foreground: column = 0
                case .background: column = 1
                case .upperLeft, .lowerRight: continue
                }
                for row in 0..<S {
                    out[2 * row + column] = max(out[2 * row + column], products[row * N + number] / lengths[number])
                }
            }
        }
    }
}

extension LiteImage {
    /// Writes what the image is like at a place: between the middles of tokens in proportion, and fading to zero beyond the
    /// outermost ones, as PyTorch's `grid_sample` has it.
    fileprivate func write(at place: Prompt.Place, into out: UnsafeMutableBufferPointer<Float>) {
        let side = LiteSegmenter.side
        let (x, y) = (place.u * Double(side) - 0.5, place.v * Double(side) - 0.5)
        let (left, top) = (x.rounded(.down), y.rounded(.down))
        out.update(repeating: 0)
        tokens.withElements { tokens in
            for (row, vertical) in [(Int(top), 1 - (y - top)), (Int(top) + 1, y - top)] where 0..<side ~= row {
                for (column, horizontal) in [(Int(left), 1 - (x - left)), (Int(left) + 1, x - left)]
                where 0..<side ~= column {
                    let (from, share) = ((row * side + column) * out.count, Float(vertical * horizontal))
                    for i in out.indices { out[i] += share * tokens[from + i] }
                }
            }
        }
    }
}
