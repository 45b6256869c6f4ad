import FoveaTensor
import Glibc

extension Tensor {
    /// A tensor of reproducible numbers, evenly spread over `range`.
    static func random(_ shape: Shape, seed: UInt64, in range: ClosedRange<Float> = -1...1) -> Tensor {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        let values = (0..<shape.product).map { _ -> Float in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return range.lowerBound + (range.upperBound - range.lowerBound) * Float(state >> 40) / Float(1 << 24)
        }
        return Tensor(values, shape: shape)
    }

    /// The largest distance between an element and its twin in `expected`; infinite if the counts differ.
    func largestDifference(from expected: [Double]) -> Double { FoveaTensorTests.largestDifference(values, expected) }
}

func largestDifference(_ got: [Float], _ expected: [Double]) -> Double {
    guard got.count == expected.count else { return .infinity }
    return zip(got, expected).map { abs(Double($0) - $1) }.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
}

func exponential(_ x: Double) -> Double { exp(x) }
func normalShare(below x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
