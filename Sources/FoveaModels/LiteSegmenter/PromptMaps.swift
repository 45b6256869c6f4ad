import FoveaTensor
import Glibc

extension Prompt {
    /// A point or a corner, in shares of the input's side.
    struct Place {
        enum Kind: Int { case background = 0, foreground, upperLeft, lowerRight }

        let u, v: Double
        let kind: Kind
    }

    /// All that has a place, points at the middle of their pixel.
    func places(side: Double) -> [Place] {
        let points = points.map { point in
            Place(
                u: (point.x + 0.5) / side, v: (point.y + 0.5) / side,
                kind: point.label == .foreground ? .foreground : .background)
        }
        guard let box else { return points }
        return points + [
            Place(u: box.left / side, v: box.top / side, kind: .upperLeft),
            Place(u: box.right / side, v: box.bottom / side, kind: .lowerRight),
        ]
    }
}

/// What is drawn of a prompt, at a quarter of the input's side: a narrow and a wide spot at each click on the thing, the same of
/// those beside it, the soft inside of the box, and the earlier mask.
struct PromptMaps {
    static let count = 6
    private static let side = LiteSegmenter.inputSide / 4
    /// In shares of the side.
    private static let spots = (narrow: 0.02, wide: 0.12)
    private static let softness = 0.01

    /// `[1, 128, 128, 6]`
    let tensor: Tensor

    /// - Parameter mask: logits `[128, 128]`.
    init(_ places: [Prompt.Place], mask: Tensor?) {
        let (side, count) = (Self.side, Self.count)
        precondition(
            mask.map { $0.shape == Shape(side, side) } ?? true, "a mask is \(side)×\(side), not \(mask?.shape ?? [])")
        tensor = Tensor(shape: Shape(1, side, side, count)) { out in
            out.update(repeating: 0)
            for place in places {
                let first: Int
                switch place.kind {
                case .foreground: first = 0
                case .background: first = 2
                case .upperLeft, .lowerRight: continue
                }
                for (map, deviation) in [(first, Self.spots.narrow), (first + 1, Self.spots.wide)] {
                    let (across, down) = (Self.spot(place.u, deviation), Self.spot(place.v, deviation))
                    Self.draw(across, down, map: map, into: out)
                }
            }
            let corners = [Prompt.Place.Kind.upperLeft, .lowerRight].compactMap { kind in
                places.first { $0.kind == kind }
            }
            if corners.count == 2 {
                Self.draw(
                    Self.inside(corners[0].u, corners[1].u), Self.inside(corners[0].v, corners[1].v), map: 4, into: out)
            }
            mask?.withElements { logits in
                for place in logits.indices { out[place * count + 5] = tanh(logits[place]) }
            }
        }
    }

    /// Writes the products of a row and a column of numbers where they are larger than what is there.
    private static func draw(_ across: [Float], _ down: [Float], map: Int, into out: UnsafeMutableBufferPointer<Float>)
    {
        for y in 0..<side {
            for x in 0..<side {
                let place = (y * side + x) * count + map
                out[place] = max(out[place], down[y] * across[x])
            }
        }
    }

    /// A bell about `centre` over the middles of the places of one axis.
    private static func spot(_ centre: Double, _ deviation: Double) -> [Float] {
        alongAxis { exp(-($0 - centre) * ($0 - centre) / (2 * deviation * deviation)) }
    }

    /// About 1 between two borders and about 0 beyond them.
    private static func inside(_ low: Double, _ high: Double) -> [Float] {
        alongAxis { sigmoid(($0 - low) / softness) * sigmoid((high - $0) / softness) }
    }

    private static func alongAxis(_ value: (Double) -> Double) -> [Float] {
        (0..<side).map { Float(value((Double($0) + 0.5) / Double(side))) }
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}
